#include "ctl/http_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <new>
#include <utility>

#include <curl/curl.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero
#include <unistd.h>

#include "tenancy/version.hpp"

#include "ctl/display.hpp"

namespace tenantctl {
namespace {

using std::chrono::milliseconds;
using tenancy::errc;
using tenancy::Error;

/// libcurl as a whole, which is made ready once and before any other use of it.
void require_library() {
  static const CURLcode status = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (status != CURLE_OK) {
    throw std::bad_alloc{};
  }
}

std::string agent() {
  return "tenantctl/" + std::to_string(TENANCY_VERSION_MAJOR) + "." +
         std::to_string(TENANCY_VERSION_MINOR) + "." + std::to_string(TENANCY_VERSION_PATCH);
}

/// Lines of a request's head. The memory is wiped: one of them is the key's.
class HeaderLines {
 public:
  HeaderLines() = default;
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() {
    for (curl_slist* each = first_; each != nullptr; each = each->next) {
      ::explicit_bzero(each->data, std::char_traits<char>::length(each->data));
    }
    ::curl_slist_free_all(first_);
  }

  void add(const std::string& line) {
    curl_slist* const longer = ::curl_slist_append(first_, line.c_str());
    if (longer == nullptr) {
      throw std::bad_alloc{};
    }
    first_ = longer;
  }
  [[nodiscard]] curl_slist* get() const noexcept { return first_; }

 private:
  curl_slist* first_ = nullptr;
};

struct EasyCleanup {
  void operator()(CURL* handle) const noexcept { ::curl_easy_cleanup(handle); }
};
struct MultiCleanup {
  void operator()(CURLM* handle) const noexcept { ::curl_multi_cleanup(handle); }
};

/// What is gathered of an answer.
struct Reception {
  std::string body;
  bool is_too_long = false;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* to) {
  auto& reception = *static_cast<Reception*>(to);
  if (size * count > HttpClient::max_body_bytes - reception.body.size()) {
    reception.is_too_long = true;
    return 0;
  }
  reception.body.append(data, size * count);
  return size * count;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the way that libcurl has it
  if (::curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) {
    throw std::bad_alloc{};
  }
}

std::string last_header(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  return ::curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
             ? std::string{found->value}
             : std::string{};
}

/// Whether bytes of the request may have left. A proxy's own counts for it, too.
bool may_have_arrived(CURL* easy) {
  long sent = 0;
  curl_off_t began = 0;
  ::curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  ::curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
  return sent > 0 || began > 0;
}

Failure failure_of(CURLcode code, const std::string& reason) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Failure::other("untrusted", "The server does not prove who it is: " + reason,
                            "--cacert FILE trusts the certificates in a file.");
    case CURLE_SSL_CACERT_BADFILE:
      return Failure::misused("The certificates to trust cannot be read: " + reason);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return Failure::other("answer", "The server does not answer as one does: " + reason);
    default:
      return Failure::unreachable("The server was not reached: " + reason);
  }
}

}  // namespace

class HttpClient::Handles {
 public:
  Handles(ServerAddress address, const tenancy::SecretBytes& key, std::string cacert,
          const CallLimit& limit)
      : address_{std::move(address)}, key_{key.clone()}, cacert_{std::move(cacert)}, limit_{limit} {
    if (!easy_ || !multi_) {
      throw std::bad_alloc{};
    }
  }

  Outcome<HttpAnswer> send(const HttpRequest& request) {
    Reception reception;
    set_up(request, reception);
    const auto done = perform();
    if (!done) {
      return ended(request, done.error());
    }
    if (done.value() != CURLE_OK) {
      if (reception.is_too_long) {
        return ended(request, Failure::other("answer", "The server's answer is too long."));
      }
      const std::string reason =
          printable(reason_[0] != '\0' ? reason_.data() : ::curl_easy_strerror(done.value()));
      return ended(request, failure_of(done.value(), reason));
    }
    HttpAnswer answer;
    long status = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    answer.content_type = last_header(easy_.get(), "Content-Type");
    answer.request_id = last_header(easy_.get(), "X-Request-Id");
    answer.location = last_header(easy_.get(), "Location");
    answer.entity_tag = last_header(easy_.get(), "ETag");
    answer.body = std::move(reception.body);
    return answer;
  }

 private:
  /// Without an answer nobody knows what came of a change that was sent.
  Failure ended(const HttpRequest& request, const Failure& failure) const {
    if (!request.may_change() || !may_have_arrived(easy_.get())) {
      return failure;
    }
    return Failure{Error{
        errc::commit_unknown,
        "The server did not answer, and may have made the change or not: " + failure.message}};
  }

  void write_head(const HttpRequest& request) {
    head_.emplace();
    std::string line{"Authorization: Bearer "};
    // Whole at once, so that no part of it stays behind where the text grows.
    line.reserve(line.size() + key_.size());
    line += key_.unsafe_text();
    head_->add(line);
    ::explicit_bzero(line.data(), line.size());
    head_->add("Accept: application/json, application/problem+json");
    // Without a body there is none of any type.
    head_->add(request.json ? "Content-Type: application/json" : "Content-Type:");
    head_->add("Expect:");
    if (!request.if_match.empty()) {
      head_->add("If-Match: " + request.if_match);
    }
  }

  void set_up(const HttpRequest& request, Reception& reception) {
    write_head(request);
    CURL* const easy = easy_.get();
    ::curl_easy_reset(easy);
    reason_.fill('\0');
    const std::string url = address_.base + request.target;
    set(easy, CURLOPT_URL, url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, address_.is_encrypted ? "https" : "http");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!cacert_.empty()) {
      set(easy, CURLOPT_CAINFO, cacert_.c_str());
      // In the place of the system's, not beside them.
      set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (address_.is_loopback) {
      // The key would travel to the proxy, which has no way to this machine anyway.
      set(easy, CURLOPT_NOPROXY, "*");
    }
    set(easy, CURLOPT_NOSIGNAL, 1L);
    // A name that is being looked up holds nobody up who leaves.
    set(easy, CURLOPT_QUICK_EXIT, 1L);
    set(easy, CURLOPT_USERAGENT, agent_.c_str());
    set(easy, CURLOPT_ERRORBUFFER, reason_.data());
    set(easy, CURLOPT_WRITEFUNCTION, &receive);
    set(easy, CURLOPT_WRITEDATA, &reception);
    set(easy, CURLOPT_HTTPHEADER, head_->get());
    if (request.method == "GET") {
      set(easy, CURLOPT_HTTPGET, 1L);
    } else {
      // libcurl sends a request again when a connection that it kept proves dead.
      set(easy, CURLOPT_FRESH_CONNECT, 1L);
      set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
          static_cast<curl_off_t>(request.json ? request.json->size() : 0));
      set(easy, CURLOPT_COPYPOSTFIELDS, request.json ? request.json->c_str() : "");
      set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  /// Errors: `cancelled`, `deadline_exceeded`.
  Outcome<CURLcode> perform() {
    const Added added{multi_.get(), easy_.get()};
    int running = 1;
    while (true) {
      if (::curl_multi_perform(multi_.get(), &running) != CURLM_OK) {
        return CURLE_FAILED_INIT;
      }
      if (running == 0) {
        break;
      }
      if (limit_.interruption().signal() != 0) {
        return Failure{Error{errc::cancelled, "Nothing was done."}};
      }
      const auto now = CallLimit::Clock::now();
      if (now >= limit_.deadline()) {
        return Failure{Error{errc::deadline_exceeded, "The server did not answer in time."}};
      }
      constexpr milliseconds longest_wait{60'000};
      const auto rest = std::chrono::ceil<milliseconds>(
          std::min<CallLimit::Clock::duration>(limit_.deadline() - now, longest_wait));
      curl_waitfd interruption{limit_.interruption().descriptor(), CURL_WAIT_POLLIN, 0};
      ::curl_multi_poll(multi_.get(), &interruption, 1, static_cast<int>(rest.count()), nullptr);
    }
    int left = 0;
    const CURLMsg* const message = ::curl_multi_info_read(multi_.get(), &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
  }

  /// A transfer is taken out again however it ends.
  class Added {
   public:
    Added(CURLM* multi, CURL* easy) : multi_{multi}, easy_{easy} {
      ::curl_multi_add_handle(multi, easy);
    }
    Added(const Added&) = delete;
    Added& operator=(const Added&) = delete;
    ~Added() { ::curl_multi_remove_handle(multi_, easy_); }

   private:
    CURLM* multi_;
    CURL* easy_;
  };

  ServerAddress address_;
  tenancy::SecretBytes key_;
  std::string cacert_;
  std::string agent_ = agent();
  const CallLimit& limit_;
  std::optional<HeaderLines> head_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  // The transfers' handle goes last.
  std::unique_ptr<CURLM, MultiCleanup> multi_{::curl_multi_init()};
  std::unique_ptr<CURL, EasyCleanup> easy_{::curl_easy_init()};
};

HttpClient::HttpClient(std::unique_ptr<Handles> handles) : handles_{std::move(handles)} {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Outcome<HttpClient> HttpClient::create(const ServerAddress& address,
                                       const tenancy::SecretBytes& key, const std::string& cacert,
                                       const CallLimit& limit) {
  require_library();
  if (!cacert.empty() && ::access(cacert.c_str(), R_OK) != 0) {
    return Failure::misused("cannot read " + printable(cacert));
  }
  return HttpClient{std::make_unique<Handles>(address, key, cacert, limit)};
}

Outcome<HttpAnswer> HttpClient::send(const HttpRequest& request) { return handles_->send(request); }

std::string url_escaped(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr unsigned half = 4;
  constexpr unsigned low = 0xf;
  std::string escaped;
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      escaped += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped.append({'%', digits[byte >> half], digits[byte & low]});
    }
  }
  return escaped;
}

}  // namespace tenantctl
