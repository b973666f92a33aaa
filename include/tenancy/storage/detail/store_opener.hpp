#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"
#include "tenancy/storage/detail/store_backend.hpp"
#include "tenancy/storage/options.hpp"
#include "tenancy/storage/store_kind.hpp"

namespace tenancy::inline v0::detail {

/// A look at a store that does not open it and changes nothing of it.
///
/// Thread safety: confined to one thread at a time.
class TENANCY_API StoreInspection {
 public:
  StoreInspection(const StoreInspection&) = delete;
  StoreInspection& operator=(const StoreInspection&) = delete;
  virtual ~StoreInspection() = default;

  /// Like `StoreBackend::control_read`.
  virtual Result<void> read(const CallOptions& call, StoreBackend::ControlBody body) = 0;
  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

 protected:
  StoreInspection() = default;
};

/// Whether a tenant's file has just been made.
enum class FileAge : std::uint8_t { made, found };

/// Brings the schema of one tenant's file up to date, or looks that it is, as the host wants it.
using FileSchema = std::function<Result<void>(StoreBackend& file, TenantId tenant, FileAge age,
                                              const CallOptions& call)>;

/// How a store is opened. Ownership: borrows the call's options.
struct StoreOpening {
  const std::optional<KeyRing>& keys;
  StoreOptions options;
  const CallOptions& call;
  ScopedSchemaSource scoped_schema = {};
  FileSchema file_schema = {};  ///< For stores that are made of a file per tenant.
};

/// Opens stores of one kind.
///
/// Thread safety: immutable.
class TENANCY_API StoreOpener {
 public:
  StoreOpener(const StoreOpener&) = delete;
  StoreOpener& operator=(const StoreOpener&) = delete;
  virtual ~StoreOpener() = default;

  /// Whether it is a URL of this kind, be it sound or not.
  [[nodiscard]] virtual bool takes(std::string_view url) const noexcept = 0;
  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  /// Null where there is no store yet. Errors: `invalid_url`; as `open`, but for keys.
  virtual Result<std::unique_ptr<StoreInspection>> inspect(std::string_view url,
                                                           const StoreOptions& options,
                                                           const CallOptions& call) const = 0;

  /// Makes it where there is none and the kind of store can.
  virtual Result<std::shared_ptr<StoreBackend>> open(std::string_view url,
                                                     StoreOpening opening) const = 0;
  /// A store that applies the schema's steps, which may take another URL than one that serves.
  virtual Result<std::shared_ptr<StoreBackend>> open_to_migrate(std::string_view url,
                                                                StoreOpening opening) const = 0;
  /// A copy of the store, or an empty one, to try the schema's steps on. Gone when it closes.
  virtual Result<std::shared_ptr<StoreBackend>> open_copy(std::string_view url, bool is_empty,
                                                          StoreOpening opening) const = 0;

  /// Whether what `open` opens applies the schema's steps itself.
  [[nodiscard]] virtual bool migrates_by_itself() const noexcept = 0;

 protected:
  StoreOpener() = default;
};

/// The one that takes the URL: of SQLite, or of these kinds.
/// What stands in front of another kind, and hands on to it, finds it so.
/// Errors: `invalid_url`.
TENANCY_API Result<const StoreOpener*> find_opener(std::string_view url,
                                                   std::span<const StoreKind> kinds);

}  // namespace tenancy::inline v0::detail
