#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenancy::inline v0::detail::postgres {

/// One of the library's statements as PostgreSQL reads it.
struct Spelling {
  std::string sql;
  bool takes_tenant;  ///< Parameter 1 stands in it as `?1`.
  bool reads_only;
  /// For each parameter, whether it stands in the text: one that does not has no type that the
  /// server could find out.
  std::vector<bool> used = {};
};

/// The library writes its statements once, in what SQLite and PostgreSQL have in common, but for a
/// few words and the names of parameters. This is the place that knows those.
///
/// For texts of the library's own: what is not one of these words is left as it is.
Spelling spell(std::string_view sql);

}  // namespace tenancy::inline v0::detail::postgres
