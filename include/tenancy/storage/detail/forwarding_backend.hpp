#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "tenancy/core/assert.hpp"
#include "tenancy/storage/detail/store_backend.hpp"

namespace tenancy::inline v0::detail {

/// A backend that hands everything on to another, for those that add something to it and override
/// what they add it to.
///
/// Ownership: shares the other one. Thread safety: as the other one.
class TENANCY_API ForwardingBackend : public StoreBackend {
 public:
  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override {
    return inner_->read(kind, context, options, body);
  }
  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override {
    return inner_->write(kind, context, options, body);
  }
  void async_write(const TenantContext& context, const CallOptions& options,
                   std::unique_ptr<AsyncUnit> unit) override {
    inner_->async_write(context, options, std::move(unit));
  }
  Result<void> scoped_query(const TenantContext& context, const CallOptions& options,
                            const ScopedQuery& query, ScopedSink& sink) override {
    return inner_->scoped_query(context, options, query, sink);
  }
  Result<std::shared_ptr<const ScopedSchema>> scoped_schema(const TenantContext& context,
                                                            const CallOptions& options) override {
    return inner_->scoped_schema(context, options);
  }
  Result<void> crossing_read(std::string_view table, const CallOptions& options,
                             CrossingBody body) override {
    return inner_->crossing_read(table, options, body);
  }
  Result<void> control_read(const CallOptions& options, ControlBody body) override {
    return inner_->control_read(options, body);
  }
  Result<void> control_write(const CallOptions& options, ControlBody body) override {
    return inner_->control_write(options, body);
  }
  Result<void> schema_change(const CallOptions& options, ControlBody body) override {
    return inner_->schema_change(options, body);
  }
  Result<BackupReport> backup(const std::filesystem::path& target,
                              const BackupOptions& options) override {
    return inner_->backup(target, options);
  }
  Result<void> check_structure(const CallOptions& options) override {
    return inner_->check_structure(options);
  }
  Result<CheckpointReport> checkpoint(const CallOptions& options) override {
    return inner_->checkpoint(options);
  }
  Result<VacuumReport> vacuum(const CallOptions& options) override {
    return inner_->vacuum(options);
  }
  Result<void> begin_serving(const CallOptions& options) override {
    return inner_->begin_serving(options);
  }
  Result<void> visit_files(const CallOptions& options,
                           FunctionRef<Result<void>(StoreBackend&)> visit) override {
    return inner_->visit_files(options, visit);
  }
  [[nodiscard]] bool in_same_process() const noexcept override { return inner_->in_same_process(); }
  [[nodiscard]] Result<StoreStatus> status(const CallOptions& options) override {
    return inner_->status(options);
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return inner_->dialect(); }
  [[nodiscard]] const Realm& realm() const noexcept override { return inner_->realm(); }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return inner_->keys(); }
  [[nodiscard]] const Clock& clock() const noexcept override { return inner_->clock(); }

 protected:
  explicit ForwardingBackend(std::shared_ptr<StoreBackend> inner) noexcept
      : inner_{std::move(inner)} {
    TENANCY_ASSERT(inner_ != nullptr, "a backend that hands on to none");
  }

  [[nodiscard]] const std::shared_ptr<StoreBackend>& inner() const noexcept { return inner_; }

 private:
  std::shared_ptr<StoreBackend> inner_;
};

}  // namespace tenancy::inline v0::detail
