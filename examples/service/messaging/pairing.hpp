#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tenantd {

/// How far an instance is.
enum class PairingState : std::uint8_t {
  pending,    ///< It has nothing to pair with yet: ask again.
  pairing,    ///< It waits for a telephone.
  connected,  ///< A telephone is connected.
};

constexpr auto tenancy_names(std::type_identity<PairingState> /*type*/) {
  return std::array{std::pair{PairingState::pending, std::string_view{"pending"}},
                    std::pair{PairingState::pairing, std::string_view{"pairing"}},
                    std::pair{PairingState::connected, std::string_view{"connected"}}};
}

/// What connects a telephone with an instance, each in another way. Whoever has one of them can
/// connect a telephone of theirs: they are secrets until they expire, go to whoever asked and
/// nowhere else.
struct Pairing {
  PairingState state = PairingState::pending;
  std::optional<std::string> pairing_code = {};  ///< To be typed in: `WZYE-H1YY`.
  std::optional<std::string> code = {};          ///< What a QR code of it says.
  std::optional<std::string> qr = {};            ///< The QR code, as a data URL of a PNG.
};

}  // namespace tenantd
