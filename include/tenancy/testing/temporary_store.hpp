#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/scope.hpp"
#include "tenancy/core/source_location.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_registry.hpp"
#include "tenancy/storage/store.hpp"

namespace tenancy::inline v0::testing {

/// A fresh store for one test of a program's own: the real library on a real file, with the
/// program's schema, in a private folder that is removed with all that is in it at the end, and a
/// clock that stands until the test moves it.
///
/// What fails here is wrong with the test's set-up: the error and the place go to standard error
/// and the process aborts, as with `must`. What is to be tested is called on the handles that it
/// gives, whose calls give results.
///
/// Isolation: it holds an authority, as the program under test does; contexts come from it and
/// cannot be made otherwise.
/// Ownership: neither copied nor moved. Handles and contexts may outlive it; their file is gone.
/// A process that aborts leaves its folder, `tenancy-XXXXXX` among the temporary files.
/// Thread safety: as `Authority`.
class TENANCY_API TemporaryStore {
 public:
  /// Where the clock stands at first: 2023-11-14T22:13:20Z.
  static constexpr Timestamp start = Timestamp::from_microseconds(1'700'000'000'000'000);

  /// Opens the store as the program would, with two differences: it has a clock of its own, and
  /// steps of the schema are applied whatever `OpenOptions::schema` says.
  explicit TemporaryStore(OpenOptions options = {},
                          SourceLocation where = SourceLocation::current());
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;
  ~TemporaryStore();

  /// May be moved out into what is tested; this object then opens no further handle or context.
  [[nodiscard]] Authority& authority() noexcept;
  [[nodiscard]] const Authority& authority() const noexcept;
  [[nodiscard]] Store store() const;
  [[nodiscard]] TenantRegistry registry() const;
  /// Stands still: rows with generated keys that are made meanwhile come in any order.
  [[nodiscard]] const std::shared_ptr<ManualClock>& clock() const noexcept;

  /// The tenant with that slug, which is created, named like it, when there is none.
  Tenant tenant(std::string_view slug, SourceLocation where = SourceLocation::current()) const;
  /// A context of the host's for that tenant, which is created when there is none.
  TenantContext context(std::string_view slug, Scope scope = Scope::write,
                        SourceLocation where = SourceLocation::current()) const;

  /// The database; its keys lie beside it, unless they were given.
  [[nodiscard]] const std::filesystem::path& file() const noexcept;
  /// What opens it once more, as another process would.
  [[nodiscard]] std::string url() const;
  /// The catalogue as it is now, held against the policy and mappings that the store was opened
  /// with.
  [[nodiscard]] SchemaReport schema_report(SourceLocation where = SourceLocation::current()) const;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace tenancy::inline v0::testing
