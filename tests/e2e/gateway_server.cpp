#include "e2e/gateway_server.hpp"

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>

namespace e2e {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Json = nlohmann::json;
using Asked = http::request<http::string_body>;

constexpr std::chrono::seconds patience{120};
/// The smallest PNG there is, of one pixel.
constexpr std::string_view picture =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+k"
    "cQAAAABJRU5ErkJggg==";

std::string reply(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string refusal(int status) {
  return reply(status, R"({"status":)" + std::to_string(status) + R"(,"error":"No <b>way</b>"})");
}

struct Instance {
  std::string token;
  bool is_connected = false;
  int asked = 0;  ///< How often pairing data was given out.
};

}  // namespace

class GatewayServer::Machine {
 public:
  /// What tests change and look at.
  struct State {
    GatewayMood mood = GatewayMood::good;
    std::string bytes = {};
    std::string key;
    std::map<std::string, Instance> instances = {};
    std::vector<Seen> seen = {};
    std::vector<std::string> secrets = {};
  };

  Machine(std::string key, const std::optional<Tls>& tls) : state_{.key = std::move(key)} {
    if (tls) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(tls->certificate.string());
      tls_->use_private_key_file(tls->key.string(), asio::ssl::context::pem);
    }
    thread_ = std::jthread{[this] { accept(); }};
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() {
    std::unique_lock lock{mutex_};
    is_over_ = true;
    changed_.notify_all();
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    for (const int socket : open_) {
      ::shutdown(socket, SHUT_RDWR);
    }
    lock.unlock();
    thread_.join();
    served_.clear();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] bool is_encrypted() const { return tls_.has_value(); }

  template <class Change>
  void change(Change change) {
    const std::scoped_lock lock{mutex_};
    change(state_);
    changed_.notify_all();
  }

  void await(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, patience, [&] { return state_.seen.size() >= count; })) {
      throw std::runtime_error{"the gateway was not asked"};
    }
  }

 private:
  void accept() {
    while (true) {
      tcp::socket socket{context_};
      error_code error;
      acceptor_.accept(socket, error);
      const std::scoped_lock lock{mutex_};
      if (error || is_over_) {
        return;
      }
      open_.push_back(socket.native_handle());
      served_.emplace_back([this, socket = std::move(socket)]() mutable {
        const int handle = socket.native_handle();
        serve(socket);
        // Its number may be another's once it is closed.
        const std::scoped_lock end{mutex_};
        open_.remove(handle);
        error_code ignored;
        socket.close(ignored);
      });
    }
  }

  void serve(tcp::socket& socket) {
    if (!tls_) {
      converse(socket, socket);
      return;
    }
    asio::ssl::stream<tcp::socket&> stream{socket, *tls_};
    error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) {
      converse(stream, socket);
      stream.shutdown(error);
    }
  }

  template <class Stream>
  void converse(Stream& stream, tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    Asked request;
    error_code error;
    http::read(stream, buffer, request, error);
    if (error) {
      return;
    }
    std::unique_lock lock{mutex_};
    const auto mood = state_.mood;
    const bool does = mood != GatewayMood::hangs && mood != GatewayMood::redirects &&
                      mood != GatewayMood::says && mood != GatewayMood::drips &&
                      mood != GatewayMood::floods;
    std::string answer = does ? handle(request) : state_.bytes;
    state_.seen.push_back(
        {std::string{request.method_string()} + " " + std::string{request.target()},
         std::string{request["apikey"]}, request.body()});
    arrived_.notify_all();
    if (mood == GatewayMood::waits) {
      changed_.wait(lock, [&] { return state_.mood != GatewayMood::waits || is_over_; });
    }
    lock.unlock();
    const auto send = [&](std::string_view bytes) {
      asio::write(stream, asio::buffer(bytes), error);
      return !error;
    };
    switch (mood) {
      case GatewayMood::hangs:
      case GatewayMood::works_and_hangs:
        await_end(socket);
        return;
      case GatewayMood::loses_answer:
        return;
      case GatewayMood::drips:
        drip(socket, send);
        return;
      case GatewayMood::breaks_off:
        send(answer.substr(0, answer.size() - 10));
        return;
      case GatewayMood::floods:
        send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (send("1000\r\n" + std::string(0x1000, ' ') + "\r\n")) {
        }
        return;
      case GatewayMood::redirects:
        send("HTTP/1.1 307 Elsewhere\r\nLocation: " + std::string{request.target()} +
             "\r\nContent-Length: 0\r\n\r\n");
        return;
      case GatewayMood::good:
      case GatewayMood::waits:
      case GatewayMood::says:
        send(answer);
        return;
    }
  }

  /// Until the client closes.
  static void await_end(tcp::socket& socket) {
    pollfd waited{socket.native_handle(), POLLIN | POLLRDHUP, 0};
    ::poll(&waited, 1, static_cast<int>(std::chrono::milliseconds{patience}.count()));
  }

  template <class Send>
  static void drip(tcp::socket& socket, const Send& send) {
    constexpr int between_ms = 5;
    bool goes_on = send("HTTP/1.1 200 OK\r\nX-Long: ");
    while (goes_on) {
      pollfd waited{socket.native_handle(), POLLIN | POLLRDHUP, 0};
      goes_on = ::poll(&waited, 1, between_ms) == 0 && send("x");
    }
  }

  /// Under the lock.
  std::string handle(const Asked& request) {
    const std::string target{request.target()};
    const std::string key{request["apikey"]};
    constexpr std::string_view connect = "/instance/connect/";
    if (request.method() == http::verb::post && target == "/instance/create") {
      const Json wanted = Json::parse(request.body());
      const std::string name = wanted.at("instanceName");
      // In the order in which the real one looks.
      if (state_.instances.contains(name)) {
        return refusal(403);
      }
      if (key != state_.key) {
        return refusal(401);
      }
      auto& instance = state_.instances[name];
      instance.token = wanted.at("token");
      return reply(201, Json{{"instance", {{"instanceName", name}, {"status", "created"}}},
                             {"hash", instance.token},
                             {"qrcode", pairing(name, instance)},
                             {"settings", Json::object()}}
                            .dump());
    }
    if (request.method() == http::verb::get && target.starts_with(connect)) {
      const std::string name = target.substr(connect.size());
      const auto found = state_.instances.find(name);
      if (found == state_.instances.end()) {
        return refusal(404);
      }
      if (key != state_.key && key != found->second.token) {
        return refusal(401);
      }
      return reply(200, found->second.is_connected
                            ? Json{{"instance", {{"instanceName", name}, {"state", "open"}}}}.dump()
                            : pairing(name, found->second).dump());
    }
    return refusal(404);
  }

  Json pairing(const std::string& name, Instance& instance) {
    const std::string number = std::to_string(++instance.asked);
    const std::string code = "PAIR" + number + name.substr(0, 3);
    const std::string text = "2@" + name + "/secret+" + number + "==,x";
    state_.secrets.insert(state_.secrets.end(), {code, text, std::string{picture}, instance.token});
    return Json{{"pairingCode", code}, {"code", text}, {"base64", picture}, {"count", 1}};
  }

  std::mutex mutex_;
  State state_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  std::optional<asio::ssl::context> tls_;
  std::condition_variable arrived_;
  std::condition_variable changed_;
  std::list<int> open_;
  std::list<std::jthread> served_;
  bool is_over_ = false;
  std::jthread thread_;
};

GatewayServer::GatewayServer(std::string key, const std::optional<Tls>& tls)
    : machine_{std::make_unique<Machine>(std::move(key), tls)} {}
GatewayServer::~GatewayServer() = default;

std::uint16_t GatewayServer::port() const noexcept { return machine_->port(); }

std::string GatewayServer::url() const {
  return (machine_->is_encrypted() ? "https://localhost:" : "http://127.0.0.1:") +
         std::to_string(port());
}

void GatewayServer::be(GatewayMood mood) {
  machine_->change([&](Machine::State& state) { state.mood = mood; });
}

void GatewayServer::say(std::string bytes) {
  machine_->change([&](Machine::State& state) {
    state.mood = GatewayMood::says;
    state.bytes = std::move(bytes);
  });
}

void GatewayServer::say_json(int status, const std::string& body) { say(reply(status, body)); }

void GatewayServer::change_key(std::string key) {
  machine_->change([&](Machine::State& state) { state.key = std::move(key); });
}

void GatewayServer::add_instance(const std::string& name, const std::string& token) {
  machine_->change([&](Machine::State& state) { state.instances[name] = Instance{token}; });
}

void GatewayServer::connect_telephone(const std::string& name) {
  machine_->change([&](Machine::State& state) { state.instances.at(name).is_connected = true; });
}

void GatewayServer::remove_instance(const std::string& name) {
  machine_->change([&](Machine::State& state) { state.instances.erase(name); });
}

std::vector<std::string> GatewayServer::instances() const {
  std::vector<std::string> names;
  machine_->change([&](const Machine::State& state) {
    for (const auto& [name, instance] : state.instances) {
      names.push_back(name);
    }
  });
  return names;
}

std::string GatewayServer::token_of(const std::string& name) const {
  std::string token;
  machine_->change([&](const Machine::State& state) { token = state.instances.at(name).token; });
  return token;
}

std::vector<GatewayServer::Seen> GatewayServer::seen() const {
  std::vector<Seen> all;
  machine_->change([&](const Machine::State& state) { all = state.seen; });
  return all;
}

void GatewayServer::await_requests(std::size_t count) const { machine_->await(count); }

bool GatewayServer::has_secret_in(const std::string& text) const {
  bool has = false;
  machine_->change([&](const Machine::State& state) {
    has = text.find(state.key) != std::string::npos;
    for (const std::string& secret : state.secrets) {
      has = has || text.find(secret) != std::string::npos;
    }
  });
  return has;
}

}  // namespace e2e
