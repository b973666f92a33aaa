#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "service/http/problem.hpp"
#include "service/http/text_rules.hpp"
#include "service/named.hpp"
#include "service/object_text.hpp"

namespace tenantd {

/// The members of a JSON object that came as a body. Endpoints ask for each member they know; what
/// is wrong is gathered and reported all at once by `finish`.
///
/// Ownership: it holds the body taken apart, which is much larger than its text, and is not kept
/// while anything is waited for. Thread safety: thread-confined.
class Fields {
 public:
  /// Errors: 415 for another type of content, 400 for what `read_json_object` refuses.
  static Reply<Fields> read(const Request& request,
                            std::initializer_list<std::string_view> media_types);
  /// Objects in it are written out within so many bytes.
  static Reply<Fields> read(const Request& request,
                            std::initializer_list<std::string_view> media_types,
                            std::size_t object_bytes);

  /// A text that must be there. Nothing when it is missing or wrong, which is then noted.
  std::optional<std::string> required_text(std::string_view name, TextRule rule);

  /// A text that may be left out. Nothing when it is, or when it is wrong, which is then noted.
  std::optional<std::string> optional_text(std::string_view name, TextRule rule);

  /// The value of an enumeration by its name, which may be left out.
  template <tenancy::NamedEnum Value>
  std::optional<Value> optional_named(std::string_view name) {
    std::optional<Value> value;
    const auto text = optional_text(name, any_text_rule);
    if (text && !(value = find_named<Value>(*text))) {
      reject(name, "must be one of " + names_of<Value>());
    }
    return value;
  }

  /// A text that may be left out (nothing) or be null (an empty optional inside).
  std::optional<std::optional<std::string>> nullable_text(std::string_view name, TextRule rule);

  /// A whole number that must be there and may be null (an empty optional inside): 0 to 2^53-1,
  /// which all readers of JSON keep exactly. Nothing when it is missing or wrong, which is noted.
  /// Source: RFC 8259 §6.
  std::optional<std::optional<std::int64_t>> required_count_or_null(std::string_view name);

  /// An object that may be left out. Nothing when it is, or when it is none or too large, which is
  /// then noted.
  std::optional<ObjectText> optional_object(std::string_view name);

  /// `true` or `false`, which may be left out. Nothing when it is, or when it is neither, which is
  /// then noted.
  std::optional<bool> optional_flag(std::string_view name);

  /// The members of an object that may be left out, to be asked for in turn and then included.
  /// Nothing when it is left out, or when it is none, which is then noted.
  std::optional<Fields> optional_fields(std::string_view name);

  /// Notes what is wrong with the members of that object, as `name.member`.
  void include(std::string_view name, Fields fields);

  /// Notes what is wrong with a member that was asked for.
  void reject(std::string_view name, std::string_view problem);

  /// Notes every member that was never asked for. Errors: 422 with all that was noted.
  Reply<void> finish();

 private:
  Fields(nlohmann::json object, std::size_t object_bytes)
      : object_(std::move(object)), object_bytes_{object_bytes} {}

  nlohmann::json* find(std::string_view name);
  void note_unknown();
  std::optional<std::string> checked_text(std::string_view name, nlohmann::json& value,
                                          TextRule rule);

  nlohmann::json object_;
  std::size_t object_bytes_;
  std::vector<std::string> asked_;
  std::vector<FieldProblem> problems_;
};

}  // namespace tenantd
