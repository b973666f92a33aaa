#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

#include "service/http/body_budget.hpp"
#include "service/http/limits.hpp"
#include "service/http/problem.hpp"

namespace tenantd {

/// Reads one request from the bytes of a connection, and refuses what others might read
/// differently.
///
/// Ownership: refers to the limits.
/// Thread safety: thread-confined.
/// Source: RFC 9112.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  /// The body grows within its share.
  explicit RequestParser(const Limits& limits, BodyBudget::Share share = {});

  enum class Progress : std::uint8_t {
    wants_more,  ///< Call again with these bytes that are left and more behind them.
    complete,
    refused,  ///< `problem` says why; nothing more can be read from this connection.
  };

  struct Step {
    Progress progress;
    std::size_t taken;  ///< So many bytes are done with.
  };

  /// Takes what it can of the bytes that have arrived.
  Step put(std::string_view bytes);

  /// To be called when there is no room for more of the bytes that `put` left.
  void overflow(std::string_view bytes);

  /// Ends the reading: the problem is answered in the place of the request.
  Progress refuse(Problem problem);

  /// Whether there is more of it than empty lines before it.
  [[nodiscard]] bool has_begun() const { return got_some(); }
  [[nodiscard]] bool has_head() const { return is_header_done(); }
  /// Whether the client holds the body back until it hears `100 Continue`.
  [[nodiscard]] bool wants_continue() const noexcept { return wants_continue_; }
  [[nodiscard]] bool is_http_1_0() const noexcept { return version_ == 10; }
  /// Whether the client wants to send further requests. Only for a complete one.
  [[nodiscard]] bool wants_to_stay() const { return keep_alive(); }

  /// What the body holds of its budget, for whatever takes its place.
  [[nodiscard]] BodyBudget::Share take_share() noexcept { return std::move(share_); }

  /// The request, or as much of it as was understood.
  [[nodiscard]] Request& request() noexcept { return request_; }
  [[nodiscard]] const Problem& problem() const { return problem_.value(); }

 private:
  using Error = boost::system::error_code;
  using Text = boost::beast::string_view;

  void append_to_body(Text body, Error& error);
  Progress failed(const Error& error, std::string_view rest);
  [[nodiscard]] bool has_long_target(std::string_view rest) const;
  [[nodiscard]] std::optional<Problem> objection() const;

  void on_request_impl(boost::beast::http::verb method, Text method_text, Text target, int version,
                       Error& error) override;
  void on_response_impl(int status, Text reason, int version, Error& error) override;
  void on_field_impl(boost::beast::http::field name, Text name_text, Text value,
                     Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
  std::size_t on_body_impl(Text body, Error& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, Text body, Error& error) override;
  void on_finish_impl(Error& error) override;

  const Limits& limits_;
  BodyBudget::Share share_;
  Request request_;
  std::optional<Problem> problem_;
  unsigned empty_lines_ = 0;  ///< Before the first.
  int version_ = 11;
  unsigned hosts_ = 0;
  unsigned codings_ = 0;
  bool is_chunked_only_ = true;
  bool is_expected_ = true;  ///< Whether all its expectations can be met.
  bool wants_continue_ = false;
  std::uint64_t chunk_left_ = 0;  ///< Of the chunk at hand.
  std::size_t head_bytes_ = 0;    ///< Of a head that has come.
};

}  // namespace tenantd
