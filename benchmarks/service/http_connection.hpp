#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenancy_bench {

/// A client's end of a connection to a server on this machine: one request at a time. Ends the
/// program when the connection breaks, and when an answer is anything else than 2xx with a
/// `Content-Length`.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  void send(std::string_view request) const;

  /// Reads what has arrived, without waiting; true when that completes the answer.
  [[nodiscard]] bool receive();

  /// Of the last answer that is complete.
  [[nodiscard]] std::string_view body() const;

 private:
  [[nodiscard]] bool is_complete();

  int descriptor_;
  std::string answer_ = {};
  std::size_t head_size_ = 0;  ///< 0 until the head has arrived.
  std::size_t whole_size_ = 0;
};

}  // namespace tenancy_bench
