#include "storage/sqlite/inspection.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "storage/sqlite/sessions.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/start_up.hpp"

namespace tenancy::inline v0::detail::sqlite {
Inspection::Inspection(OpenFile open_file, const StoreOptions& options) noexcept
    : open_file_{std::move(open_file)}, clock_{options.clock}, max_wait_{options.max_wait} {}

Result<std::unique_ptr<Inspection>> Inspection::open(const std::filesystem::path& file,
                                                     const StoreOptions& options,
                                                     const CallOptions& call) {
  BOOST_OUTCOME_TRY(const bool is_there, check_before_reading(file, options));
  if (!is_there) {
    return std::unique_ptr<Inspection>{};
  }
  BOOST_OUTCOME_TRY(auto open_file, OpenFile::enter(file));
  std::unique_ptr<Inspection> inspection{new Inspection{std::move(open_file), options}};
  if (inspection->clock_ == nullptr) {
    inspection->clock_ = std::make_shared<SystemClock>();
  }
  const CallLimits limits{call, options.max_wait};
  BOOST_OUTCOME_TRY(
      inspection->connection_,
      Connection::open(file, ConnectionMode::inspection,
                       {.statements = options.statements, .checkpoints_at_close = false}, limits));
  return inspection;
}

Result<void> Inspection::read(const CallOptions& call, StoreBackend::ControlBody body) {
  BOOST_OUTCOME_TRY(require_same_process(fork_mark_));
  const CallLimits limits{call, max_wait_};
  BOOST_OUTCOME_TRY(limits.check());
  const WatchScope watched{connection_->watch(), limits, Watch::unlimited, true};
  BOOST_OUTCOME_TRY(const auto snapshot, Snapshot::begin(*connection_));
  const ControlAccess access{*connection_};
  std::atomic<std::uint64_t> no_alarms = 0;  // A control session meets no tenant's rows.
  const SessionContext context{keys_, *clock_, nullptr, fork_mark_, no_alarms};
  PlainControlSession session{context, *connection_, PlainControlSession::Access::read};
  body(session);
  return success();
}

}  // namespace tenancy::inline v0::detail::sqlite
