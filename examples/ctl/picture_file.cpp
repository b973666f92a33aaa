#include "ctl/picture_file.hpp"

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/display.hpp"
#include "ctl/pairing_answer.hpp"

namespace tenantctl {
namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

Outcome<PictureFile> PictureFile::plan(const std::string& name) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(name, error);
  if (!name.empty() && std::filesystem::exists(status)) {
    return Failure::misused(printable(name) + " is there already.",
                            "Name a file that is to be made.");
  }
  return PictureFile{name};
}

Outcome<void> PictureFile::write(const PairingRecord& pairing) const {
  if (name_.empty()) {
    return success();
  }
  const std::string hint = "tenantctl tenants pair gets another QR code.";
  if (!pairing.qr) {
    return Failure::other("output", "There is no QR code to write.", hint);
  }
  BOOST_OUTCOME_TRY(const auto picture, picture_of(*pairing.qr));
  const int file = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          S_IRUSR | S_IWUSR);
  const bool is_written = file >= 0 && write_all(file, picture);
  const bool is_closed = file < 0 || ::close(file) == 0;
  if (!is_written || !is_closed) {
    return Failure::other("output", "cannot write " + printable(name_), hint);
  }
  return success();
}

}  // namespace tenantctl
