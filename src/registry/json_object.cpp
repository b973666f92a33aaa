#include "registry/json_object.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::size_t max_depth = 32;

/// Follows the parser and stops it at the first fault.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return value(); }
  bool boolean(bool /*value*/) override { return value(); }
  bool number_integer(std::int64_t /*value*/) override { return value(); }
  bool number_unsigned(std::uint64_t /*value*/) override { return value(); }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return value(); }
  bool string(std::string& /*value*/) override { return value(); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return enter(true); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override { return enter(false); }
  bool end_array() override { return leave(); }

  bool key(std::string& key) override {
    if (levels_.back().insert(key).second) {
      return true;
    }
    return fail("a key stands twice in one object");
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*failure*/) override {
    return fail("malformed at byte " + std::to_string(position));
  }

  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  bool fail(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }
  bool value() { return !levels_.empty() || fail("not an object"); }
  bool enter(bool is_object) {
    if (levels_.empty() && !is_object) {
      return fail("not an object");
    }
    if (levels_.size() == max_depth) {
      return fail("more than 32 levels deep");
    }
    levels_.emplace_back();
    return true;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> levels_;  ///< The keys of each object that is open.
  std::string fault_;
};

}  // namespace

Result<void> check_json_object(std::string_view text) {
  // The parser takes a NUL for the end and passes over a byte order mark; other readers do not.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
    return Error{errc::invalid_argument,
                 "the JSON is refused: it holds a NUL, or begins with a byte order mark"};
  }
  Checker checker;
  if (nlohmann::json::sax_parse(text, &checker)) {
    return success();
  }
  return Error{errc::invalid_argument, "the JSON is refused: " + checker.fault()};
}

}  // namespace tenancy::inline v0::detail
