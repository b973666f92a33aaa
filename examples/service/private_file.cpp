#include "service/private_file.hpp"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

namespace tenantd {
namespace {

constexpr std::size_t max_password = 512;

[[noreturn]] void complain(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error{file.string() + " " + what};
}

}  // namespace

void require_private_file(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    complain(file, "cannot be read: " + std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    complain(file, "is not a regular file");
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    complain(file, "belongs to another user");
  }
  if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
    complain(file, "can be read by everybody or changed by others: run chmod 640 on it");
  }
}

tenancy::SecretBytes read_password_file(const std::filesystem::path& file) {
  require_private_file(file);
  std::ifstream stream{file, std::ios::binary};
  std::string line;
  line.reserve(max_password + 2);
  while (line.size() <= max_password + 1) {
    const auto next = stream.get();
    if (next == std::ifstream::traits_type::eof() || next == '\n') {
      break;
    }
    line += static_cast<char>(next);
  }
  const bool is_read = stream.is_open() && !stream.bad();
  const auto size = line.size() - (line.ends_with('\r') ? 1 : 0);
  const bool is_password = size > 0 && size <= max_password && line.find('\0') == std::string::npos;
  auto password = tenancy::SecretBytes::copy_of(std::string_view{line}.substr(0, size));
  ::explicit_bzero(line.data(), line.size());
  if (!is_read) {
    complain(file, "cannot be read");
  }
  if (!is_password) {
    complain(file, "holds no password on its first line, or one that is too long");
  }
  return password;
}

}  // namespace tenantd
