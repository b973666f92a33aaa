#include "storage/scoped_limits.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace tenancy::inline v0::detail {
namespace {

Error wrong_parameters(std::string what) {
  return Error{errc::invalid_argument, "the query's parameters: " + std::move(what)};
}

}  // namespace

Error limit_error(std::string_view limit, std::string_view advice) {
  return Error{errc::query_limit_exceeded, std::string{advice}}.about(limit);
}

Result<void> check_limits(const SqlLimits& limits) {
  if (limits.time < std::chrono::milliseconds{1} || limits.time > std::chrono::hours{1}) {
    return Error{errc::invalid_argument, "SqlLimits::time: 1 millisecond to 1 hour"};
  }
  if (limits.rows == 0 || limits.bytes == 0 || limits.memory == 0) {
    return Error{errc::invalid_argument, "SqlLimits: rows, bytes and memory are positive"};
  }
  return success();
}

Result<std::vector<ValueView>> arrange_parameters(std::span<const ScopedParameter> given,
                                                  std::size_t count,
                                                  const PlaceOfParameter& place_of) {
  if (given.size() != count) {
    return wrong_parameters("it has " + std::to_string(count) + ", and " +
                            std::to_string(given.size()) + " values were given");
  }
  std::vector<ValueView> values(count, ValueView::null());
  std::vector<bool> is_given(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [name, value] = given[i];
    const auto place = name.empty() ? std::optional{i} : place_of(name);
    if (!place) {
      return wrong_parameters("it has none of a name that was given");
    }
    if (is_given[*place]) {
      return wrong_parameters("one was given twice");
    }
    if (!value.is_storable()) {
      return wrong_parameters("a value cannot be stored");
    }
    is_given[*place] = true;
    values[*place] = value;
  }
  return values;
}

Result<void> Allowance::take(std::span<const ValueView> row) {
  constexpr std::size_t value_bytes = 8;
  if (rows_ == 0) {
    return limit_error("rows", "it gives too many rows: add a LIMIT");
  }
  --rows_;
  std::size_t size = row.size() * value_bytes;
  for (const ValueView& value : row) {
    if (value.type() == ValueType::text || value.type() == ValueType::blob) {
      size += value.bytes().size();
    }
  }
  if (size > bytes_) {
    return limit_error("bytes", "it gives too much: ask for fewer rows or columns");
  }
  bytes_ -= size;
  return success();
}

Result<void> about_time(Result<void> outcome) {
  if (!outcome && outcome.error() == errc::query_limit_exceeded &&
      outcome.error().subject().empty()) {
    return Error{outcome.error()}.about("time");
  }
  return outcome;
}

}  // namespace tenancy::inline v0::detail
