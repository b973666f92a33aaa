#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <sqlite3.h>

#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"

#include "storage/sql_tokens.hpp"
#include "storage/sqlite/query_facts.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a connection confines tenants' own queries to: row-level security for SQLite, which has
/// none.
///
/// The store's file is attached under a name that nobody can guess, beside an empty main database.
/// For each table of tenants there is a temporary view of the same name, which selects the rows of
/// the connection's present tenant, without `tenant_id`. A query finds the view under the plain
/// name and cannot name the table behind it. Whatever is compiled is held to a list besides: a
/// table's columns are read from within its view only, shared tables from anywhere, other tables
/// not at all; functions are those of a list; everything else is refused. Since SQLite does not ask
/// about columns that USING and NATURAL join by, views stand before those other tables, too: naming
/// one reads what lies behind it, about which SQLite does ask.
///
/// A compiled query says nothing of a tenant: the views ask a function for it whenever they run.
///
/// Thread safety: thread-compatible, like the connection it belongs to.
class RowScope {
 public:
  /// The names are secret: that under which the store's file is attached, and the function's.
  RowScope(std::shared_ptr<const ScopedSchema> schema, std::string base, std::string function);
  RowScope(const RowScope&) = delete;
  RowScope& operator=(const RowScope&) = delete;
  ~RowScope() = default;

  /// Makes function and views. From then on the connection is to ask `allows`.
  /// Errors: as `to_errc`.
  Result<void> install(sqlite3* connection);

  [[nodiscard]] const std::shared_ptr<const ScopedSchema>& schema() const noexcept {
    return schema_;
  }
  /// The name under which the store's file is attached.
  [[nodiscard]] const std::string& base() const noexcept { return base_; }
  /// The name of the function that tells views the tenant.
  [[nodiscard]] const std::string& function() const noexcept { return function_; }

  /// Whose rows the views select; nobody's when empty, and then they fail.
  void set_tenant(std::optional<TenantId> tenant) noexcept { tenant_ = tenant; }

  /// The data version at which the schema was found to be the one that the views were made for.
  [[nodiscard]] std::optional<std::uint32_t> fits_at() const noexcept { return fits_at_; }
  void set_fits_at(std::uint32_t data_version) noexcept { fits_at_ = data_version; }

  /// Whether the words of a plain query tell what it is compiled to, as `plain_cache_bytes` has it,
  /// and that it fills no filter; not, unless the engine is said to be known.
  [[nodiscard]] bool trusts_words() const noexcept { return knows_engine_ && !computes_lists_; }
  void set_knows_engine(bool knows) noexcept { knows_engine_ = knows; }

  [[nodiscard]] QueryTraits traits_of(std::string_view text) const;
  /// Whether a text names what nobody can know. SQLite does not ask about all that it could reach.
  [[nodiscard]] bool names_secret(std::string_view text) const;
  /// From now on it is about a query with these traits: it is to be compiled, or run, for which
  /// SQLite may compile it anew.
  void begin(const QueryTraits& traits) noexcept {
    traits_ = traits;
    refusal_.clear();
  }

  /// Whether what is compiled may do this; arguments as SQLite's authorizer gives them.
  [[nodiscard]] bool allows(int action, const char* first, const char* second, const char* database,
                            const char* cause);
  /// What was refused last, in words; empty when nothing was.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  /// Names are the same in whichever letters.
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept;
  };
  struct NameEqual {
    using is_transparent = void;
    bool operator()(std::string_view one, std::string_view other) const noexcept {
      return one == other || is_same_name(one, other);
    }
  };
  using Names = boost::unordered_flat_set<std::string, NameHash, NameEqual>;

  struct Table {
    bool is_shared;
    Names columns;
  };

  using Tables = boost::unordered_flat_map<std::string, Table, NameHash, NameEqual>;

  Result<void> look_for_lists(sqlite3* connection);

  static void tell_tenant(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept;

  [[nodiscard]] bool allows_read(std::string_view table, std::string_view column,
                                 const char* database, const char* cause) const;
  /// A table from which no column is read, as the query names it.
  [[nodiscard]] bool allows_mention(const std::string& table, const char* database) const;
  /// Whether a name, in lower case, is that of a table of the engine's own or of its functions.
  [[nodiscard]] bool is_of_engine(const std::string& table) const;
  [[nodiscard]] bool allows_function(std::string_view name, const char* cause) const;
  [[nodiscard]] const Table* find(std::string_view name) const;

  const std::shared_ptr<const ScopedSchema> schema_;
  const std::string base_;
  const std::string function_;
  Tables tables_;
  mutable const Tables::value_type* last_ = nullptr;  ///< That was found; they stay where they are.
  Names hidden_;
  Names modules_;
  bool knows_engine_ = false;
  bool computes_lists_ = true;  ///< A column may be computed by IN, which opens a table.
  std::optional<TenantId> tenant_;
  std::optional<std::uint32_t> fits_at_;
  QueryTraits traits_;
  std::string refusal_;
};

/// Lets a connection's queries see one tenant's rows for as long as it lives.
class ScopedTenant {
 public:
  ScopedTenant(RowScope& scope, TenantId tenant) noexcept : scope_{scope} {
    scope_.set_tenant(tenant);
  }
  ScopedTenant(const ScopedTenant&) = delete;
  ScopedTenant& operator=(const ScopedTenant&) = delete;
  ~ScopedTenant() { scope_.set_tenant(std::nullopt); }

 private:
  RowScope& scope_;
};

}  // namespace tenancy::inline v0::detail::sqlite
