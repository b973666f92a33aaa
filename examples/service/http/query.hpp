#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/http/problem.hpp"

namespace tenantd {

/// The parameters of a query, each at most once: a name given twice would mean one thing here and
/// another to whatever stands in front of the service.
class Query {
 public:
  /// Errors: 400.
  static Reply<Query> parse(std::string_view text);

  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

  /// Refuses parameters of any other name, so that a misspelt one does not pass for its default.
  /// Errors: 400.
  [[nodiscard]] Reply<void> allow_only(std::initializer_list<std::string_view> names) const;

  /// A decimal number in that range, or the default when it is not given. Errors: 400.
  [[nodiscard]] Reply<std::int64_t> number(std::string_view name, std::int64_t otherwise,
                                           std::int64_t least, std::int64_t most) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace tenantd
