#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tenantd {

/// How much clients may ask of the server.
///
/// Units and shapes: a connection holds at most `buffered_bytes` unparsed, the head and the body of
/// one request and the answer to it, whatever its client does. Times are kept to a quarter of a
/// second.
struct Limits {
  /// All together. When there is no room, one gives way that waits for its client: of the peer with
  /// the most connections, the one that has waited for longest for a request, for the rest of its
  /// head or for a refusal to be read, or, when there is none, for the rest of its body. A request
  /// that is at work is never cut. When none waits but those of peers with fewer connections than
  /// the newest's, the newest goes.
  std::size_t connections = 1024;
  /// From one address, or one IPv6 network of 64 bits; 0 for three quarters of all.
  std::size_t connections_per_peer = 0;
  std::size_t requests_per_connection = 0;  ///< 0 for any number.
  std::size_t target_bytes = 8 * 1024;
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::uint64_t body_bytes = 1024 * 1024;
  /// Of all bodies of requests and answers together, beyond what `BodyBudget` leaves free of each;
  /// at least `body_bytes`.
  std::size_t bodies_bytes = std::size_t{128} * 1024 * 1024;
  /// What is held unparsed. The parser bounds neither the extensions of chunks nor trailers itself.
  std::size_t buffered_bytes = 64 * 1024;
  /// From an answer until the next request begins.
  std::chrono::milliseconds idle_time{60'000};
  /// From the first byte of a request, or from the start of a connection with its handshake, until
  /// the headers are complete.
  std::chrono::milliseconds header_time{10'000};
  /// From the headers until the body is complete.
  std::chrono::milliseconds body_time{30'000};
  /// For an answer to be taken.
  std::chrono::milliseconds write_time{30'000};
  /// For a refused client to read why: closing on what it still sends would destroy the answer.
  std::chrono::milliseconds linger_time{2'000};
  std::uint64_t linger_bytes = 16 * 1024 * 1024;
  /// How long connections are still accepted after the server was told to stop.
  std::chrono::milliseconds drain_time{0};
  /// For the requests in flight after that.
  std::chrono::milliseconds stop_time{10'000};

  [[nodiscard]] std::size_t peer_share() const noexcept {
    return connections_per_peer > 0 ? connections_per_peer : (connections * 3 + 3) / 4;
  }
  /// What the bodies of one peer may hold of `bodies_bytes`, and at least one body.
  [[nodiscard]] std::size_t peer_bodies_bytes() const noexcept {
    return std::max<std::size_t>(bodies_bytes / 4 * 3, body_bytes);
  }
};

}  // namespace tenantd
