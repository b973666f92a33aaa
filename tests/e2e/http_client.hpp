#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace e2e {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  int status = 0;
  Headers headers;
  std::string body;

  /// Empty when it is missing. Names in the spelling of the service.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// One connection to a service on this machine, blocking, over a plain socket, so that it can send
/// what no decent client sends. Throws when the connection breaks where an answer is due.
class HttpClient {
 public:
  /// From that address of this machine.
  explicit HttpClient(std::uint16_t port, const char* from = "127.0.0.1");
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Sends one request and reads its answer.
  HttpReply request(std::string_view method, std::string_view target, const Headers& headers = {},
                    std::string_view body = {});

  void send(std::string_view bytes) const;
  HttpReply read_reply(bool has_body = true);

  /// Waits until the service closes; false when it sends something instead.
  bool is_closed_by_peer();

  /// Whether an answer, or the end, can be read by now.
  [[nodiscard]] bool has_news() const;

  /// Whether it closes in that time; false when it sends something, too.
  [[nodiscard]] bool is_closed_within(std::chrono::milliseconds time) const;

  void stop_sending() const;

 private:
  bool read_more();
  std::string take_line();
  std::string take(std::size_t size);

  int socket_;
  std::string buffer_;
};

/// A request as bytes, with the headers that every request needs.
std::string request_bytes(std::string_view method, std::string_view target,
                          const Headers& headers = {}, std::string_view body = {});

}  // namespace e2e
