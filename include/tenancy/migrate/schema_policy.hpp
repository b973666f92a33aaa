#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0 {

/// A view or trigger that the host has looked at, as it was then.
struct ReviewedObject {
  std::string name;
  /// The `schema_text_hash` of its text. A finding of `verify_schema` shows it.
  std::string hash;
};

/// What the host says of those of its tables, views and triggers that are not shaped as a tenant's
/// table is. All names are compared without regard to the case of ASCII letters.
struct SchemaPolicy {
  /// Tables without `tenant_id`, for data that all tenants may know of. A tenant's repository
  /// cannot reach them.
  std::vector<std::string> shared_tables = {};
  /// Views and triggers that the host has looked at. One whose text is another now counts as not
  /// looked at; where old and new programs share a store, list both texts.
  ///
  /// Isolation: a view shows what it selects, whosever it is; a trigger does what it says, with the
  /// rows of all tenants.
  std::vector<ReviewedObject> allowed_views_and_triggers = {};
  /// Tables whose shape is not looked at.
  ///
  /// Isolation: keys without the tenant tell one tenant which values others use, and let rows of
  /// two tenants refer to each other.
  std::vector<std::string> unsafe_tables = {};
};

/// The hash of a view's or trigger's text for `SchemaPolicy::allowed_views_and_triggers`: BLAKE2b
/// of 256 bits over the text's tokens, as 64 hexadecimal digits. White space and comments do not
/// count.
///
/// Units and shapes: the text as the store has it in `sqlite_schema`, which leaves out `IF NOT
/// EXISTS` and the name of the database.
TENANCY_API std::string schema_text_hash(std::string_view sql);

}  // namespace tenancy::inline v0
