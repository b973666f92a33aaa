#pragma once

#include <optional>
#include <string>

#include "ctl/failure.hpp"
#include "ctl/pairing_record.hpp"

namespace tenantctl {

/// A file that a QR code goes to, which nobody but its owner can read. It must not be there before,
/// so that nothing is lost and nobody else has it open.
class PictureFile {
 public:
  /// None for an empty name. Errors: usage, when the file is there.
  static Outcome<PictureFile> plan(const std::string& name);

  /// Writes the picture of the QR code, if a file was named. Errors: `output`, also where there is
  /// no QR code.
  [[nodiscard]] Outcome<void> write(const PairingRecord& pairing) const;

 private:
  explicit PictureFile(std::string name) : name_{std::move(name)} {}

  std::string name_;
};

}  // namespace tenantctl
