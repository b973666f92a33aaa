#include "service/http/query.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "service/http/target.hpp"

namespace tenantd {
namespace {

/// More than any route knows. Each is compared with those before it, whoever asks.
constexpr std::size_t max_parameters = 32;

}  // namespace

Reply<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) {
      continue;
    }
    if (query.parameters_.size() == max_parameters) {
      return Problem{400, "The query has more than 32 parameters."};
    }
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals), PlusSign::blank);
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), PlusSign::blank);
    if (!name || !value) {
      return Problem{400, "The query has a percent sign without two hexadecimal digits behind it."};
    }
    if (query.find(*name) != nullptr) {
      return Problem{400, "The query has a parameter twice."};
    }
    query.parameters_.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

const std::string* Query::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(parameters_.begin(), parameters_.end(),
                   [name](const auto& parameter) { return parameter.first == name; });
  return found == parameters_.end() ? nullptr : &found->second;
}

Reply<void> Query::allow_only(std::initializer_list<std::string_view> names) const {
  for (const auto& parameter : parameters_) {
    if (std::find(names.begin(), names.end(), parameter.first) == names.end()) {
      std::string detail{"The query has a parameter that is unknown here. Known:"};
      for (const std::string_view name : names) {
        detail.append(" ").append(name);
      }
      return Problem{400, names.size() == 0 ? "There are no query parameters here." : detail};
    }
  }
  return boost::outcome_v2::success();
}

Reply<std::int64_t> Query::number(std::string_view name, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most) const {
  const std::string* const text = find(name);
  if (text == nullptr) {
    return otherwise;
  }
  std::int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value < least || value > most) {
    return Problem{400, "The query parameter " + std::string{name} + " is a whole number from " +
                            std::to_string(least) + " to " + std::to_string(most) + "."};
  }
  return value;
}

}  // namespace tenantd
