#include "ctl/server_key.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <span>
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

constexpr std::size_t longest_key = 512;

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

/// What stands in a header as it is, so that no key brings another header along.
Outcome<SecretBytes> checked(std::string_view text, const std::string& from) {
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  if (text.empty()) {
    return Failure::misused("There is no key in " + from + ".");
  }
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (text.size() > longest_key || !std::ranges::all_of(text, is_visible)) {
    return Failure::misused("What stands in " + from + " is no key.");
  }
  return SecretBytes::copy_of(text);
}

Failure unreadable(const std::string& name) {
  return Failure::other(
      "input", "cannot read " + printable(name) + ": " + std::generic_category().message(errno));
}

Outcome<SecretBytes> read_key_file(const std::string& name) {
  const Descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return unreadable(name);
  }
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return Failure::misused(printable(name) + " is not a file.");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Failure::misused("Others than its owner may use " + printable(name) + ".",
                            "chmod 600 " + printable(name));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Failure::misused(printable(name) + " belongs to another user.");
  }
  std::array<char, longest_key + 2> text{};
  std::size_t size = 0;
  ssize_t count = 1;
  while (count > 0 && size < text.size()) {
    count = ::read(file.get(), text.data() + size, text.size() - size);
    size += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  if (count < 0) {
    return unreadable(name);
  }
  auto key = checked({text.data(), size}, printable(name));
  ::explicit_bzero(text.data(), text.size());
  return key;
}

Outcome<SecretBytes> read_key_input(const Interruption& interruption) {
  if (is_terminal(STDIN_FILENO)) {
    return Failure::misused("A key that is typed is seen.", "Pipe it: … | tenantctl --key-file -");
  }
  BOOST_OUTCOME_TRY(auto line, read_line(interruption, longest_key + 2));
  auto key = checked(line, "standard input");
  ::explicit_bzero(line.data(), line.size());
  return key;
}

}  // namespace

Outcome<SecretBytes> load_server_key(const std::string& file, const Interruption& interruption) {
  if (file == "-") {
    return read_key_input(interruption);
  }
  if (!file.empty()) {
    return read_key_file(file);
  }
  const char* const text = std::getenv("TENANTCTL_KEY");
  if (text == nullptr || *text == '\0') {
    return Failure::misused("There is no key for the server.",
                            "Set TENANTCTL_KEY, or give --key-file FILE.");
  }
  return checked(text, "TENANTCTL_KEY");
}

}  // namespace tenantctl
