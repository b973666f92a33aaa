#include "ctl/secret_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/display.hpp"
#include "ctl/input.hpp"
#include "ctl/standard_streams.hpp"

namespace tenantctl {
namespace {

using tenancy::SecretBytes;

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

/// Without what ends it.
SecretBytes line_of(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return SecretBytes::copy_of(text);
}

Failure unreadable(const std::string& name) {
  return Failure::other(
      "input", "cannot read " + printable(name) + ": " + std::generic_category().message(errno));
}

Outcome<SecretBytes> read_file(const std::string& name) {
  const Descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return unreadable(name);
  }
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return Failure::misused(printable(name) + " is not a file.");
  }
  // What root hands over, as systemd does with credentials, root lets be read by a list, which
  // shows as the group's right.
  const bool is_handed_over = status.st_uid == 0 && ::geteuid() != 0;
  const unsigned others = (is_handed_over ? S_IWGRP | S_IXGRP : S_IRWXG) | S_IRWXO;
  if ((status.st_mode & others) != 0) {
    return Failure::misused("Others than its owner may use " + printable(name) + ".",
                            "chmod 600 " + printable(name));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Failure::misused(printable(name) + " belongs to another user.");
  }
  std::array<char, longest_secret + 2> text{};
  std::size_t size = 0;
  ssize_t count = 1;
  while (count > 0 && size < text.size()) {
    count = ::read(file.get(), text.data() + size, text.size() - size);
    size += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  if (count < 0) {
    return unreadable(name);
  }
  auto secret = line_of({text.data(), size});
  ::explicit_bzero(text.data(), text.size());
  return secret;
}

Outcome<SecretBytes> read_input(const Interruption& interruption) {
  if (is_terminal(STDIN_FILENO)) {
    return Failure::misused("A secret that is typed is seen.", "Pipe it: … | tenantctl …");
  }
  BOOST_OUTCOME_TRY(auto line, read_line(interruption, longest_secret + 2));
  auto secret = line_of(line);
  ::explicit_bzero(line.data(), line.size());
  return secret;
}

}  // namespace

Outcome<SecretBytes> read_secret(const std::string& file, const Interruption& interruption) {
  return file == "-" ? read_input(interruption) : read_file(file);
}

Outcome<SecretBytes> read_password(const std::string& file, const Interruption& interruption) {
  BOOST_OUTCOME_TRY(auto password, read_secret(file, interruption));
  const auto text = password.unsafe_text();
  if (text.empty()) {
    return Failure::misused("There is no password in " + name_of_secret(file) + ".");
  }
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
  };
  if (text.size() > longest_secret || std::ranges::any_of(text, is_control)) {
    return Failure::misused("What stands in " + name_of_secret(file) + " is no password.");
  }
  return password;
}

std::string name_of_secret(const std::string& file) {
  return file == "-" ? "standard input" : printable(file);
}

}  // namespace tenantctl
