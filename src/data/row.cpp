#include "tenancy/data/detail/row.hpp"

#include "tenancy/data/detail/children.hpp"

#include "data/packed_values.hpp"

namespace tenancy::inline v0::detail {

Error unstorable(const EntityLayout& layout, std::size_t column) {
  return Error{errc::invalid_value,
               "the value for " + std::string{layout.table} + " has no stored form"}
      .about(layout.columns[column]);
}

Error unreadable(const EntityLayout& layout, std::size_t column) {
  const std::string_view name =
      column < layout.columns.size() ? layout.columns[column] : layout.version;
  return Error{errc::invalid_row, "the column of " + std::string{layout.table} +
                                      " holds a value that its member "
                                      "cannot"}
      .about(name);
}

Error missing_row(const EntityLayout& layout) {
  return Error{errc::not_found, "no row with that key in " + std::string{layout.table}};
}

Error row_error(Session& session, const EntityLayout& layout, const Statement& statement,
                RowOutcome outcome) {
  return outcome == RowOutcome::foreign ? session.report_foreign_row(statement)
                                        : unreadable(layout, static_cast<std::size_t>(outcome));
}

std::string packed(const std::vector<ValueView>& values) {
  std::string text;
  for (const ValueView& value : values) {
    append_value(text, value);
  }
  return text;
}

}  // namespace tenancy::inline v0::detail
