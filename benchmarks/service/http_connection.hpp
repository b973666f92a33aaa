#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenancy_bench {

/// A client's end of a connection to a server on this machine: one request at a time. Ends the
/// program when the connection breaks, and when an answer has another status than was expected, 2xx
/// unless said otherwise, or no `Content-Length`.
class HttpConnection {
 public:
  /// Each answer begins with `expected`, which is static.
  explicit HttpConnection(std::uint16_t port, std::string_view expected = "HTTP/1.1 2");
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
  std::string_view expected_;
  std::string answer_ = {};
  std::size_t head_size_ = 0;  ///< 0 until the head has arrived.
  std::size_t whole_size_ = 0;
};

}  // namespace tenancy_bench
