#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/registry/open.hpp"

#include "crash/told.hpp"
#include "support/temporary_folder.hpp"
#include "support/work.hpp"

namespace tenancy_test {

tenancy::CrossingReason crossing_reason();

/// What no fault has happened to: a store with two tenants, the keys of one of them, and beside it
/// a backup, backup.db, and one of which rows are missing that others refer to, orphans.db.
struct Original {
  Original();

  [[nodiscard]] std::string url() const { return "sqlite:" + (folder / "store.db").string(); }

  TemporaryFolder folder;
  std::shared_ptr<tenancy::ManualClock> clock = std::make_shared<tenancy::ManualClock>(
      tenancy::Timestamp::from_microseconds(1'700'000'000'000'000));
  std::string key;
  std::string spare_id;
  std::string administrator_key;
  std::vector<tenancy::TenantId> ids;
};

/// A copy of the original, opened.
class World {
 public:
  explicit World(const Original& source);

  [[nodiscard]] std::string url() const { return "sqlite:" + file(); }
  [[nodiscard]] tenancy::OpenOptions options() const;
  [[nodiscard]] const tenancy::Authority& authority() const { return *authority_; }
  [[nodiscard]] tenancy::Store store() const { return authority_->store(); }
  [[nodiscard]] tenancy::TenantRegistry registry() const { return authority_->registry(); }
  [[nodiscard]] const tenancy::TenantContext& acme() const { return *acme_; }
  [[nodiscard]] const tenancy::TenantContext& globex() const { return *globex_; }
  [[nodiscard]] const tenancy::CrossTenantContext& crossing() const { return *crossing_; }
  [[nodiscard]] tenancy::TenantId id() const { return original.ids[0]; }
  [[nodiscard]] tenancy::Repository<Item> items() const { return {store(), acme()}; }
  [[nodiscard]] tenancy::Repository<Person> people() const { return {store(), acme()}; }
  [[nodiscard]] tenancy::ScopedSql sql() const { return {store(), acme()}; }
  [[nodiscard]] std::filesystem::path beside(const char* name) const { return folder_ / name; }

  /// What is stored, but for records of uses and for what is random.
  [[nodiscard]] std::string content() const;

  const Original& original;

 private:
  [[nodiscard]] std::string file() const { return (folder_ / "store.db").string(); }

  TemporaryFolder folder_;
  std::shared_ptr<tenancy::ManualClock> clock_;
  std::unique_ptr<tenancy::Authority> authority_;
  std::optional<tenancy::TenantContext> acme_;
  std::optional<tenancy::TenantContext> globex_;
  std::unique_ptr<tenancy::CrossTenantContext> crossing_;
};

/// A part of the items, in an order of their own.
const tenancy::Query<Item>& some_items();

/// A count that each tenant has reset once, uses 7 of, and may use 50 of.
const tenancy::Quota& counted_items();

using Call = std::function<Told(const World&)>;

/// Each allocation of the call, and each read of a file, fails once, and from then on: all of them
/// in a long run, those of one part where one is asked for, some otherwise. The call says so, or
/// gives the very answer that it gives otherwise; a write that failed has changed nothing, one that
/// did not has changed all; and the store goes on afterwards, for both tenants. For a program of
/// its own, since it replaces SQLite's memory.
void try_faults(const Call& call);

}  // namespace tenancy_test
