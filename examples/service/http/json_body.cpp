#include "service/http/json_body.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace tenantd {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_depth = 32;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view malformed = "is not well-formed JSON in UTF-8";
constexpr std::string_view out_of_range = "has a number that is out of range";
constexpr std::string_view too_many_values = "has more than 100000 values";
static_assert(max_json_values == 100'000);
/// What the parser calls a number that no double holds.
constexpr int number_overflow = 406;

/// Lets the parser read, and others know how far it has come.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* place, std::size_t& count) noexcept
      : place_{place}, count_{&count} {}

  reference operator*() const noexcept { return *place_; }
  CountingIterator& operator++() noexcept {
    ++place_;
    ++*count_;
    return *this;
  }
  friend bool operator==(CountingIterator left, CountingIterator right) noexcept {
    return left.place_ == right.place_;
  }

 private:
  const char* place_;
  std::size_t* count_;
};

/// Builds the object as the parser goes, and stops it at the first fault.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const std::size_t& bytes_read) noexcept : bytes_read_{bytes_read} {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string& text) override {
    // Rounding would keep another number than the one that was sent.
    const bool is_whole = text.find_first_of(".eE") == std::string::npos;
    return is_whole ? fail(out_of_range) : add(value);
  }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Json::binary_t& /*value*/) override { return fail(malformed); }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (open_.back()->contains(name)) {
      return fail("has a member twice");
    }
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const Json::exception& failure) override {
    stopped_at_ = position;
    fault_ = failure.id == number_overflow ? out_of_range : malformed;
    return false;
  }

  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
  /// The number of the byte that was read last.
  [[nodiscard]] std::size_t stopped_at() const noexcept { return stopped_at_; }
  [[nodiscard]] Json take() noexcept { return std::move(root_); }

 private:
  bool fail(std::string_view fault) noexcept {
    fault_ = fault;
    stopped_at_ = bytes_read_;
    return false;
  }

  bool is_one_too_many() noexcept { return ++values_ > max_json_values; }

  Json& place(Json value) {
    if (open_.empty()) {
      return root_ = std::move(value);
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      return parent.emplace_back(std::move(value));
    }
    return parent[name_] = std::move(value);
  }

  bool add(Json value) {
    if (open_.empty()) {
      return fail("is not a JSON object");
    }
    if (is_one_too_many()) {
      return fail(too_many_values);
    }
    place(std::move(value));
    return true;
  }

  bool open(Json empty) {
    if (open_.empty() && !empty.is_object()) {
      return fail("is not a JSON object");
    }
    if (open_.size() == max_depth) {
      return fail("nests more than 32 deep");
    }
    if (is_one_too_many()) {
      return fail(too_many_values);
    }
    open_.push_back(&place(std::move(empty)));
    return true;
  }

  bool close() noexcept {
    open_.pop_back();
    return true;
  }

  const std::size_t& bytes_read_;
  Json root_;
  std::vector<Json*> open_;  ///< Each the last element of the one before, which so stays in place.
  std::string name_;
  std::size_t values_ = 0;
  std::string_view fault_ = malformed;
  std::size_t stopped_at_ = 0;
};

TextPosition position_of(std::string_view body, std::size_t byte) {
  const std::string_view before = body.substr(0, byte - 1);
  const auto line_start = before.rfind('\n') + 1;  // 0 without any line before
  const auto lines = std::count(before.begin(), before.end(), '\n');
  return {byte, static_cast<std::size_t>(lines) + 1, byte - line_start};
}

Problem refused(std::string_view body, std::string_view fault, std::size_t byte) {
  const TextPosition position = position_of(body, std::max<std::size_t>(byte, 1));
  Problem problem{400, "The body " + std::string{fault} + ": line " +
                           std::to_string(position.line) + ", column " +
                           std::to_string(position.column) + "."};
  problem.position = position;
  return problem;
}

}  // namespace

Reply<Json> read_json_object(std::string_view body) {
  if (body.starts_with(byte_order_mark)) {
    return refused(body, "begins with a byte order mark", 1);
  }
  // The parser would take it for the end.
  if (const auto nul = body.find('\0'); nul != std::string_view::npos) {
    return refused(body, malformed, nul + 1);
  }
  std::size_t bytes_read = 0;
  Builder builder{bytes_read};
  const CountingIterator begin{body.data(), bytes_read};
  const CountingIterator end{body.data() + body.size(), bytes_read};
  if (!Json::sax_parse(begin, end, &builder)) {
    return refused(body, builder.fault(), builder.stopped_at());
  }
  return builder.take();
}

}  // namespace tenantd
