#include "registry/api_key_rows.hpp"

#include <optional>
#include <string>

namespace tenancy::inline v0::detail {
namespace {

std::optional<Timestamp> optional_time(const Statement& statement, int column) {
  const auto time = statement.int64(column);
  return time ? std::optional{Timestamp::from_microseconds(*time)} : std::nullopt;
}

}  // namespace

Result<ApiKey> read_api_key(const Statement& statement) {
  const auto id = statement.text(0);
  const auto holder = TenantId::from_value(statement.int64(1).value_or(0));
  const auto name = statement.text(2);
  const auto scope = parse_scope(statement.text(3).value_or(""));
  const auto created_at = statement.int64(4);
  if (!id || !holder || !name || !scope || !created_at) {
    return Error{errc::invalid_row, "a row of tenancy_api_keys cannot be read"};
  }
  return ApiKey{std::string{*id},
                holder.value(),
                std::string{*name},
                scope.value(),
                Timestamp::from_microseconds(*created_at),
                optional_time(statement, 5),
                optional_time(statement, 6),
                optional_time(statement, 7)};
}

}  // namespace tenancy::inline v0::detail
