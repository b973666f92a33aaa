#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "property/isolation/answer.hpp"
#include "property/isolation/operation.hpp"
#include "property/isolation/tenant_rows.hpp"

namespace tenancy_test::isolation {

/// What all tenants must be, each by itself: rows, status, and the lists that it is in the midst
/// of.
class World {
 public:
  Answer apply(const Operation& operation, tenancy::Timestamp now);

  /// Each row of a tenant as the file must hold it.
  [[nodiscard]] std::vector<std::string> stored(int tenant) const;

 private:
  /// A list and the ends of its last page that had rows to go on from.
  struct Walk {
    Operation list;
    std::optional<Thing> next;
    std::optional<Thing> previous;
  };
  struct Tenant {
    TenantRows rows;
    bool is_active = true;
    std::int64_t epoch = 1;
    std::int64_t entered = 1;  ///< The epoch of the context that it acts with.
    std::array<std::optional<Walk>, walk_count> walks = {};
  };

  [[nodiscard]] Tenant& tenant(int number) { return tenants_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] static std::optional<tenancy::errc> refusal(const Tenant& tenant);

  Answer change_status(const Operation& operation);
  Answer transaction(const Operation& operation, tenancy::Timestamp now);
  Answer snapshot(const Operation& operation, tenancy::Timestamp now);
  static Answer open_walk(Tenant& tenant, const Operation& operation);
  static Answer go_on(Tenant& tenant, const Operation& operation);
  Answer present(const Operation& operation);

  std::array<Tenant, tenant_count> tenants_;
};

/// Numbers that stand for what has no error of the library's.
inline constexpr std::int64_t no_cursor = -1;
inline constexpr std::int64_t thrown = -2;

}  // namespace tenancy_test::isolation
