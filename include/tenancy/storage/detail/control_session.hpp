#pragma once

#include <cstdint>
#include <string_view>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/core/timestamp.hpp"
#include "tenancy/storage/detail/statement.hpp"
#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0::detail {

/// Whose script it is; the host's does not touch the library's tables.
enum class ScriptOwner : std::uint8_t { library, host };

/// A transaction on the library's own tables, bound to no tenant. A backend gives it to the rooms
/// that keep such tables, and nobody else has it.
///
/// Thread safety: confined to the thread that it was given to.
class TENANCY_API ControlSession {
 public:
  ControlSession(const ControlSession&) = delete;
  ControlSession& operator=(const ControlSession&) = delete;

  virtual Result<StatementLease> prepare(const StaticSql& sql) = 0;
  /// Gives each row of a query to `visit`; for what is asked once, of the catalogue for example,
  /// and not kept among the prepared statements.
  virtual Result<void> look_up(std::string_view sql, FunctionRef<void(const Statement&)> visit) = 0;
  /// Runs a script of several statements, for migrations, within `schema_change`.
  virtual Result<void> run_script(std::string_view sql, ScriptOwner owner) = 0;
  [[nodiscard]] virtual Timestamp now() const noexcept = 0;
  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  /// This transaction, which cannot write, has read from the control tables all that the gate asks
  /// of this context, and it holds: the gate may rely on it for as long as on what it found itself.
  /// A backend that asks each time does nothing here.
  virtual void admit(const TenantContext& context) = 0;

  /// In a transaction that writes: waits for the writes of a tenant that are under way, and has
  /// those that come next wait, until this transaction ends. A backend where one writes at a time
  /// does nothing here.
  virtual Result<void> outwait_writes(TenantId /*tenant*/) { return success(); }

 protected:
  ControlSession() = default;
  ~ControlSession() = default;
};

}  // namespace tenancy::inline v0::detail
