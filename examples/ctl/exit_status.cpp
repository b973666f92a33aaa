#include "ctl/exit_status.hpp"

#include <array>

namespace tenantctl {
namespace {

constexpr std::array meanings{
    ExitMeaning{ExitStatus::ok, "done"},
    ExitMeaning{ExitStatus::failed, "failed in another way"},
    ExitMeaning{ExitStatus::misused, "wrong usage, or a value that is not allowed"},
    ExitMeaning{ExitStatus::not_found, "no such tenant, key or identifier"},
    ExitMeaning{ExitStatus::refused, "refused as things stand: taken, changed since, or final"},
    ExitMeaning{ExitStatus::unconfirmed, "not confirmed"},
    ExitMeaning{ExitStatus::unavailable, "the store is busy, full or out of reach: try again"},
    ExitMeaning{ExitStatus::unusable_store,
                "the store or its keys are missing, damaged, foreign or of another version"},
    ExitMeaning{ExitStatus::findings, "looked at everything and found something wrong"},
    ExitMeaning{ExitStatus::unknown_outcome, "may or may not be done: look before trying again"},
};

struct Row {
  tenancy::Condition condition;
  ExitStatus status;
};

constexpr std::array by_condition{
    Row{tenancy::Condition::isolation, ExitStatus::failed},
    Row{tenancy::Condition::unauthenticated, ExitStatus::failed},
    Row{tenancy::Condition::forbidden, ExitStatus::failed},
    Row{tenancy::Condition::not_found, ExitStatus::not_found},
    Row{tenancy::Condition::conflict, ExitStatus::refused},
    Row{tenancy::Condition::invalid, ExitStatus::misused},
    Row{tenancy::Condition::quota, ExitStatus::refused},
    Row{tenancy::Condition::unavailable, ExitStatus::unavailable},
    Row{tenancy::Condition::unknown_outcome, ExitStatus::unknown_outcome},
    Row{tenancy::Condition::storage, ExitStatus::unusable_store},
    Row{tenancy::Condition::crypto, ExitStatus::unusable_store},
    Row{tenancy::Condition::misuse, ExitStatus::failed},
};

}  // namespace

std::span<const ExitMeaning> exit_meanings() noexcept { return meanings; }

ExitStatus exit_status_of(tenancy::Condition condition) noexcept {
  for (const Row& row : by_condition) {
    if (row.condition == condition) {
      return row.status;
    }
  }
  return ExitStatus::failed;
}

}  // namespace tenantctl
