#include "registry/key_check.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {
namespace {

/// What the check values are keyed hashes of; never changed.
constexpr std::string_view checked_text = "the keys of this tenancy store";

constexpr StaticSql any_table_sql{"SELECT 1 FROM sqlite_schema LIMIT 1"};
constexpr StaticSql select_sql{
    "SELECT key_version, tag FROM tenancy_key_checks ORDER BY key_version"};
constexpr StaticSql insert_check_sql{
    "INSERT INTO tenancy_key_checks (key_version, tag, created_at) VALUES (?1, ?2, ?3)"};

std::span<const std::byte> checked_bytes() noexcept {
  return std::as_bytes(std::span{checked_text});
}

/// Whether the ring's key of that version made the tag. Damaged tags match no key.
bool is_made_by(const KeyRing& keys, std::uint32_t version, std::span<const std::byte> tag) {
  Mac mac{version, {}};
  if (tag.size() != mac.tag.size()) {
    return false;
  }
  std::ranges::copy(tag, mac.tag.begin());
  return keys.verify(KeyPurpose::key_check, checked_bytes(), mac);
}

Result<void> record(ControlSession& session, const std::vector<Mac>& checks) {
  for (const Mac& check : checks) {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_check_sql));
    statement->bind_int64(1, check.key_version);
    statement->bind_blob(2, check.tag);
    statement->bind_int64(3, session.now().microseconds());
    BOOST_OUTCOME_TRY(statement->step());
  }
  return success();
}

}  // namespace

Result<KeyComparison> compare_keys(ControlSession& session, const KeyRing& keys) {
  KeyComparison comparison{.unrecorded =
                               keys.authenticate_by_each(KeyPurpose::key_check, checked_bytes())};
  if (session.dialect() == Dialect::sqlite) {
    // A connection that has not seen the table yet looks whether the schema has changed, and if
    // that look fails in the disk, SQLite says that there is no such table. This says what failed.
    BOOST_OUTCOME_TRY(auto any_table, session.prepare(any_table_sql));
    BOOST_OUTCOME_TRY(any_table->step());
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(select_sql));
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return comparison;
    }
    const std::int64_t version = statement->int64(0).value_or(0);
    ++comparison.recorded;
    comparison.newest_recorded = version;
    const auto own = std::ranges::find(comparison.unrecorded, version, &Mac::key_version);
    if (own == comparison.unrecorded.end()) {
      continue;
    }
    const auto number = own->key_version;
    comparison.unrecorded.erase(own);
    if (is_made_by(keys, number, statement->blob(1).value_or(std::span<const std::byte>{}))) {
      ++comparison.matching;
    } else if (!comparison.differing) {
      comparison.differing = number;
    }
  }
}

Result<void> judge_keys(const KeyComparison& comparison) {
  if (comparison.differing) {
    return Error{errc::invalid_key_ring,
                 "these are not the keys of this store: it has been used with another key of "
                 "version " +
                     std::to_string(*comparison.differing) +
                     "; bring the ring back that belongs to it, or open the store that this ring "
                     "belongs to"};
  }
  if (comparison.recorded > 0 && comparison.matching == 0) {
    return Error{errc::invalid_key_ring,
                 "these are not the keys of this store: the ring has none of the versions that it "
                 "has been used with, the newest of which is " +
                     std::to_string(comparison.newest_recorded) +
                     "; bring the ring back that belongs to it, and after a rotation open the "
                     "store once before the old key is taken out"};
  }
  return success();
}

Result<void> check_keys(StoreBackend& store, const CallOptions& options) {
  const KeyRing& keys = store.keys();
  // A look without the write lock first: most programs start with nothing new.
  BOOST_OUTCOME_TRY(const KeyComparison seen,
                    control_read(store, options, [&](ControlSession& session) {
                      return compare_keys(session, keys);
                    }));
  BOOST_OUTCOME_TRY(judge_keys(seen));
  if (seen.unrecorded.empty()) {
    return success();
  }
  return control_write(store, options, [&](ControlSession& session) -> Result<void> {
    // Another process may have recorded its keys meanwhile.
    BOOST_OUTCOME_TRY(const KeyComparison comparison, compare_keys(session, keys));
    BOOST_OUTCOME_TRY(judge_keys(comparison));
    return record(session, comparison.unrecorded);
  });
}

}  // namespace tenancy::inline v0::detail
