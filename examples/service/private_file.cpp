#include "service/private_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace tenantd {
namespace {

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

}  // namespace tenantd
