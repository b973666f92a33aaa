#include "ctl/standard_streams.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace tenantctl {

void fill_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      // The lowest that is free, and that is this one.
      ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

bool is_terminal(int descriptor) noexcept { return ::isatty(descriptor) == 1; }

bool wants_colours(int descriptor) {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return is_terminal(descriptor) && (refused == nullptr || *refused == '\0') &&
         terminal != nullptr && std::string_view{terminal} != "dumb";
}

}  // namespace tenantctl
