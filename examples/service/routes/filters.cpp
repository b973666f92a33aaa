#include "service/routes/filters.hpp"

#include <algorithm>

#include "service/http/text_rules.hpp"

namespace tenantd {

std::vector<std::string_view> words_of(const Query& query, std::string_view parameter) {
  std::vector<std::string_view> words;
  const std::string* const text = query.find(parameter);
  if (text == nullptr) {
    return words;
  }
  std::string_view rest = *text;
  while (true) {
    const auto end = std::min(rest.find(','), rest.size());
    words.push_back(rest.substr(0, end));
    if (end == rest.size()) {
      return words;
    }
    rest.remove_prefix(end + 1);
  }
}

Reply<std::optional<std::string>> search_text(const Query& query) {
  const std::string* const text = query.find("search");
  if (text == nullptr) {
    return std::optional<std::string>{};
  }
  if (short_name_rule(*text)) {
    return Problem{400,
                   "The query parameter search has 1 to 100 bytes, without control characters."};
  }
  return std::optional{*text};
}

Reply<std::optional<std::string>> name_parameter(const Query& query) {
  const std::string* const text = query.find("name");
  if (text == nullptr) {
    return std::optional<std::string>{};
  }
  if (long_name_rule(*text)) {
    return Problem{400, "The query parameter name has 1 to 200 bytes, without control characters."};
  }
  return std::optional{*text};
}

Reply<std::optional<tenancy::Timestamp>> time_parameter(const Query& query, std::string_view name) {
  const std::string* const text = query.find(name);
  if (text == nullptr) {
    return std::optional<tenancy::Timestamp>{};
  }
  const auto time = tenancy::Timestamp::parse(*text);
  if (!time) {
    return Problem{400, "The query parameter " + std::string{name} +
                            " is a time such as 2026-01-31T12:00:00Z."};
  }
  return std::optional{time.value()};
}

}  // namespace tenantd
