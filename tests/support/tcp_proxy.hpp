#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace tenancy_test {

/// A network between a program and a server on this machine: it passes connections on, and what is
/// on them later by a time, or not at all, or ends them.
///
/// Thread safety: what it does can be changed from any thread.
class TcpProxy {
 public:
  explicit TcpProxy(int server_port, std::chrono::microseconds one_way = {});
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;
  ~TcpProxy();

  [[nodiscard]] int port() const noexcept { return port_; }
  /// How often a program has spoken after it had heard the server, and how often the server has
  /// answered.
  [[nodiscard]] int questions() const noexcept { return questions_; }
  [[nodiscard]] int answers() const noexcept { return answers_; }

  /// From now on, what it passes on comes later by that.
  void slow_down(std::chrono::microseconds one_way);
  /// Nothing gets through any more, or all that came meanwhile.
  void stall(bool stalls);
  /// The same for what the server says alone.
  void stall_answers(bool stalls);
  /// Ends all connections that are there; new ones are made.
  void cut();
  /// Nothing gets through on those that are there any more, and neither end is told; new ones work.
  void forget();

 private:
  void work();
  void wake() const;

  const int server_port_;
  std::atomic<std::chrono::microseconds> one_way_;
  std::atomic<bool> stalls_requests_ = false;
  std::atomic<bool> stalls_answers_ = false;
  std::atomic<bool> cuts_ = false;
  std::atomic<bool> forgets_ = false;
  std::atomic<bool> ends_ = false;
  std::atomic<int> questions_ = 0;
  std::atomic<int> answers_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace tenancy_test
