#pragma once

#include <filesystem>

namespace tenantd {

/// Where a server's certificate lies, both in PEM.
struct TlsFiles {
  std::filesystem::path certificate;  ///< Followed by those that vouch for it, up to the root.
  std::filesystem::path key;          ///< Only its owner and its group may read it.
};

}  // namespace tenantd
