#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tenantd {

/// How much one client may ask of the server.
struct Limits {
  std::size_t connections = 1024;
  std::size_t target_bytes = 8 * 1024;
  std::uint32_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = 1024 * 1024;
  /// What is held unparsed. The parser bounds neither the extensions of chunks nor trailers itself.
  std::size_t buffered_bytes = 64 * 1024;
  /// For the next request to begin and its headers to arrive, then again for its body.
  std::chrono::seconds read{30};
  std::chrono::seconds write{30};
  /// For a refused client to read why: closing on what it still sends would destroy the answer.
  std::chrono::seconds linger{2};
  std::uint64_t linger_bytes = 16 * 1024 * 1024;
  /// For the requests in flight when the server is told to stop.
  std::chrono::seconds stop{5};
};

}  // namespace tenantd
