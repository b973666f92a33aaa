#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace e2e {

/// A server that answers each connection with bytes that are given to it, whatever they mean, and
/// remembers what it was sent. Where it has no bytes left, it does not answer.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The requests so far, each as it came.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve(std::vector<std::string> answers);

  int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// An answer with a body, and lines of its head besides.
std::string http_answer(int status, const std::string& type, const std::string& body,
                        const std::string& more = {});
/// One that is JSON.
std::string json_answer(int status, const std::string& body, const std::string& more = {});

}  // namespace e2e
