#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/registry/open.hpp"

namespace tenancy_test {

/// What was found broken, in words. Several threads and processes collect it; the test checks that
/// there is nothing.
class Findings {
 public:
  void add(std::string finding);
  [[nodiscard]] std::vector<std::string> all() const;
  /// All of them, one a line; empty when nothing is broken.
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> findings_;
};

/// The two tenants of these tests have the same keys, so that a row in the wrong place shows.
inline constexpr std::size_t tenant_count = 2;

/// The notes KEY-a and KEY-b of a tenant. They always carry the same version, in `stars`, or are
/// both absent; a store in which they differ shows half of a transaction.
struct PairName {
  std::size_t tenant;
  std::string key;

  friend auto operator<=>(const PairName&, const PairName&) = default;
};

/// A version of a pair; 0 when it is absent.
using Version = int;

/// What the store may hold, by what it has answered. A pair is changed by one thread at a time.
///
/// Thread safety: thread-safe.
class Ledger {
 public:
  Ledger() = default;
  Ledger(const Ledger& other) : allowed_{other.pairs()} {}
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger() = default;

  /// A transaction that makes the pair this version was answered thus. What the store may hold
  /// afterwards: the version alone if it acknowledged, either if the outcome is unknown, and what
  /// it held before if it failed.
  void answered(const PairName& pair, Version version, const tenancy::Result<void>& answer);

  [[nodiscard]] bool allows(const PairName& pair, Version version) const;
  /// Every pair that there may be; absent for sure are all others.
  [[nodiscard]] std::map<PairName, std::set<Version>> pairs() const;

 private:
  mutable std::mutex mutex_;
  std::map<PairName, std::set<Version>> allowed_;
};

/// A store that is open, with contexts for both tenants.
struct OpenStore {
  tenancy::Authority authority;
  tenancy::Store store;
  std::vector<tenancy::TenantContext> contexts;
};

/// A database with two tenants and no rows, to be copied, and what belongs to it.
class Template {
 public:
  /// In that folder, which has nothing else in it.
  explicit Template(std::filesystem::path folder);

  /// A copy in an empty folder.
  void copy_to(const std::filesystem::path& folder) const;

  /// Opens what lies in a folder, or creates it; the tenants must be there.
  [[nodiscard]] tenancy::Result<OpenStore> open(const std::filesystem::path& folder,
                                                tenancy::StoreOptions store = {}) const;

 private:
  std::filesystem::path folder_;
  tenancy::KeyRing keys_;
  std::vector<tenancy::TenantId> tenants_;
};

/// Where these tests have the database in a folder.
inline std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "store.db";
}

/// Opens or creates the store in a folder, with the schema of these tests.
tenancy::Result<tenancy::Authority> open_with(const tenancy::KeyRing& keys,
                                              const std::filesystem::path& folder,
                                              tenancy::StoreOptions store = {});
/// The same for a file with a key ring beside it, as a service has them.
tenancy::Result<tenancy::Authority> open_new(const std::filesystem::path& file);
/// Opens such a store, in which the tenants are.
tenancy::Result<OpenStore> open_existing(const std::filesystem::path& file);

/// Creates both tenants in a store that has none.
std::vector<tenancy::TenantId> create_tenants(const tenancy::Authority& authority);
/// Contexts for the tenants that `create_tenants` made.
tenancy::Result<OpenStore> enter_all(tenancy::Authority authority,
                                     const std::vector<tenancy::TenantId>& tenants);

/// What a tenant's row is called.
std::string title_of(const tenancy::TenantContext& context, std::string_view id);

/// Brings a pair to a version, 0 to erase it, in one transaction. Rows get this much text beside.
tenancy::Result<void> put_pair(const tenancy::Store& store, const tenancy::TenantContext& context,
                               std::string_view key, Version version, std::size_t padding = 0);

/// The version of a pair, in one read. Findings: halves and rows of others.
tenancy::Result<Version> read_pair(const tenancy::Store& store,
                                   const tenancy::TenantContext& context, const PairName& pair,
                                   Findings& findings);

/// Compares everything that is stored with the ledger.
void check_against(const Ledger& ledger, const OpenStore& open, Findings& findings);

/// What SQLite itself says of the file, by a connection past the library.
void check_integrity(const std::filesystem::path& file, Findings& findings);

/// Whether a fault may be answered thus: it has a type, and none that means something else.
void check_answer(const tenancy::Error& error, bool reads_may_lie, std::string_view of,
                  Findings& findings);

}  // namespace tenancy_test
