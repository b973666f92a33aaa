#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace e2e {

/// How a gateway behaves that is none of the good ones.
enum class GatewayMood : std::uint8_t {
  good,
  hangs,            ///< Takes the request, does nothing and never answers.
  works_and_hangs,  ///< Does what is asked, and never answers.
  waits,            ///< Does what is asked, and answers once it is in another mood.
  loses_answer,     ///< Does what is asked, and closes the connection without an answer.
  drips,            ///< Sends bytes of a head for ever, one at a time.
  breaks_off,       ///< Closes in the middle of the body.
  floods,           ///< A body without an end.
  redirects,        ///< To itself, where it would answer.
  says,             ///< What it was told to.
};

/// A messaging gateway on this machine, as the Evolution API has it, over real sockets. It holds
/// instances by their names and checks keys as that does: the platform's opens all, an instance's
/// token its own.
class GatewayServer {
 public:
  struct Tls {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };
  /// What it saw of a request.
  struct Seen {
    std::string line;  ///< `POST /instance/create`.
    std::string key;
    std::string body;
  };

  explicit GatewayServer(std::string key, const std::optional<Tls>& tls = {});
  GatewayServer(const GatewayServer&) = delete;
  GatewayServer& operator=(const GatewayServer&) = delete;
  ~GatewayServer();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// By the name `localhost` with TLS, as certificates have it.
  [[nodiscard]] std::string url() const;

  /// From the next request on.
  void be(GatewayMood mood);
  /// Answers every request with these bytes.
  void say(std::string bytes);
  /// The same as a JSON answer.
  void say_json(int status, const std::string& body);
  /// The key that it takes from now on.
  void change_key(std::string key);
  /// Somebody else's.
  void add_instance(const std::string& name, const std::string& token);
  void connect_telephone(const std::string& name);
  void remove_instance(const std::string& name);

  [[nodiscard]] std::vector<std::string> instances() const;
  [[nodiscard]] std::string token_of(const std::string& name) const;
  [[nodiscard]] std::vector<Seen> seen() const;
  /// Waits until it has seen that many requests. Throws when they do not come.
  void await_requests(std::size_t count) const;

  /// Whether a text holds something that this gateway gave out or takes: pairing data, a key or a
  /// token. What it is stays untold, so that a failed test does not log it.
  [[nodiscard]] bool has_secret_in(const std::string& text) const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace e2e
