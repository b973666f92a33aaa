#include "service/http/fields.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "service/http/json_body.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::json;

// A body of unknown members would otherwise come back larger than it came.
constexpr std::size_t max_unknown_listed = 20;
constexpr std::size_t max_name_shown = 100;

std::string_view media_type(std::string_view content_type) noexcept {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

Reply<void> require_media_type(const Request& request,
                               std::initializer_list<std::string_view> accepted) {
  const HeaderLines types = request.header("content-type");
  const auto encodings = request.header_values("content-encoding");
  const bool fits =
      types.count == 1 && std::any_of(accepted.begin(), accepted.end(), [&](auto wanted) {
        return equal_ignoring_case(media_type(types.first), wanted);
      });
  const bool is_plain = std::all_of(encodings.begin(), encodings.end(), [](auto encoding) {
    return equal_ignoring_case(trimmed(encoding), "identity");
  });
  if (fits && is_plain) {
    return boost::outcome_v2::success();
  }
  std::string detail{"The body must be sent uncompressed, with one Content-Type:"};
  for (const std::string_view type : accepted) {
    detail.append(" ").append(type);
  }
  return Problem{415, detail};
}

}  // namespace

Reply<Fields> Fields::read(const Request& request,
                           std::initializer_list<std::string_view> media_types) {
  return read(request, media_types, std::numeric_limits<std::size_t>::max());
}

Reply<Fields> Fields::read(const Request& request,
                           std::initializer_list<std::string_view> media_types,
                           std::size_t object_bytes) {
  BOOST_OUTCOME_TRY(require_media_type(request, media_types));
  BOOST_OUTCOME_TRY(auto object, read_json_object(request.body));
  return Fields{std::move(object), object_bytes};
}

std::optional<std::string> Fields::required_text(std::string_view name, TextRule rule) {
  Json* const value = find(name);
  if (value == nullptr) {
    reject(name, "is missing");
    return std::nullopt;
  }
  return checked_text(name, *value, rule);
}

std::optional<std::string> Fields::optional_text(std::string_view name, TextRule rule) {
  Json* const value = find(name);
  return value == nullptr ? std::nullopt : checked_text(name, *value, rule);
}

std::optional<std::optional<std::string>> Fields::nullable_text(std::string_view name,
                                                                TextRule rule) {
  Json* const value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->is_null()) {
    return std::optional<std::string>{};
  }
  auto text = checked_text(name, *value, rule);
  if (!text) {
    return std::nullopt;
  }
  return text;
}

std::optional<std::optional<std::int64_t>> Fields::required_count_or_null(std::string_view name) {
  constexpr std::uint64_t greatest = (std::uint64_t{1} << 53U) - 1;
  const Json* const value = find(name);
  if (value == nullptr) {
    reject(name, "is missing");
    return std::nullopt;
  }
  if (value->is_null()) {
    return std::optional<std::int64_t>{};
  }
  // What has no sign is parsed as such.
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > greatest) {
    reject(name, "must be a whole number from 0 to 9007199254740991, or null");
    return std::nullopt;
  }
  return std::optional{value->get<std::int64_t>()};
}

std::optional<ObjectText> Fields::optional_object(std::string_view name) {
  Json* const value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_object()) {
    reject(name, "must be an object");
    return std::nullopt;
  }
  ObjectText object{*value};
  // 1e14 is kept as 100000000000000.0.
  if (object.text().size() > object_bytes_) {
    reject(name, "must be at most " + std::to_string(object_bytes_) +
                     " bytes with its numbers written out");
    return std::nullopt;
  }
  return object;
}

std::optional<bool> Fields::optional_flag(std::string_view name) {
  const Json* const value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_boolean()) {
    reject(name, "must be true or false");
    return std::nullopt;
  }
  return value->get<bool>();
}

std::optional<Fields> Fields::optional_fields(std::string_view name) {
  Json* const value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_object()) {
    reject(name, "must be an object");
    return std::nullopt;
  }
  return Fields{std::move(*value), object_bytes_};
}

void Fields::include(std::string_view name, Fields fields) {
  fields.note_unknown();
  for (FieldProblem& problem : fields.problems_) {
    problems_.push_back(
        {std::string{name} + '.' + std::move(problem.field), std::move(problem.problem)});
  }
}

void Fields::reject(std::string_view name, std::string_view problem) {
  problems_.push_back({std::string{name}, std::string{problem}});
}

void Fields::note_unknown() {
  std::size_t unknown = 0;
  for (const auto& [name, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end() &&
        ++unknown <= max_unknown_listed) {
      reject(name.substr(0, max_name_shown), "is unknown");
    }
  }
}

Reply<void> Fields::finish() {
  note_unknown();
  if (problems_.empty()) {
    return boost::outcome_v2::success();
  }
  return invalid_fields(std::move(problems_));
}

Json* Fields::find(std::string_view name) {
  asked_.emplace_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::optional<std::string> Fields::checked_text(std::string_view name, Json& value, TextRule rule) {
  if (!value.is_string()) {
    reject(name, "must be a text");
    return std::nullopt;
  }
  auto& text = value.get_ref<std::string&>();
  if (const auto problem = rule(text)) {
    reject(name, *problem);
    return std::nullopt;
  }
  return std::move(text);
}

}  // namespace tenantd
