#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/migrate/migration_status.hpp"

#include "migrate/component.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// One row of the journal: a step that was applied.
struct JournalEntry {
  std::int64_t version;
  std::string name;
  std::vector<std::byte> checksum;
  Timestamp applied_at;
};

/// What is applied of a component, by number; nothing where there is no journal yet.
Result<std::vector<JournalEntry>> read_journal(ControlSession& session, std::string_view component);

/// Creates the journal when there is none; within `schema_change`.
Result<void> create_journal(ControlSession& session);

/// Notes that the step was applied, in the transaction that applied it.
Result<void> write_journal(ControlSession& session, std::string_view component, const Step& step);

/// Every step that the component has or the journal holds, by number.
std::vector<MigrationStatus> compare(const Component& component,
                                     std::span<const JournalEntry> journal);

/// Errors: `schema_mismatch`, with the first step that is edited, missing, late or newer.
Result<void> require_no_conflict(std::span<const MigrationStatus> steps);

}  // namespace tenancy::inline v0::detail
