#include "ctl/login_name.hpp"

#include <array>

#include <pwd.h>
#include <unistd.h>

namespace tenantctl {

std::string login_name() {
  const uid_t user = ::geteuid();
  std::array<char, 4096> texts{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, texts.data(), texts.size(), &found) == 0 && found != nullptr &&
      *entry.pw_name != '\0') {
    return entry.pw_name;
  }
  return "uid-" + std::to_string(user);
}

}  // namespace tenantctl
