#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tenancy/storage/store_kind.hpp"
#include "tenancy/testing/conformance.hpp"

namespace tenancy_test {

/// Stores of each kind that the library has, for the conformance kit.
tenancy::conformance::Subject sqlite_subject();
tenancy::conformance::Subject silo_subject();
tenancy::conformance::Subject postgres_subject();

/// Runs the kit, and checks that every promise was looked at and is kept, but for those that the
/// subject does not make, or that its places have no hook for.
void check_keeps_promises(const tenancy::conformance::Subject& subject,
                          const std::vector<std::string>& without_hook = {});

/// A kind that stands in front of `sqlite:FILE`; its scheme is "SCHEME:". `cut` cuts its
/// connections, where it has such.
tenancy::conformance::Subject subject_before_sqlite(const std::string& scheme,
                                                    const tenancy::StoreKind& kind,
                                                    const std::function<void()>& cut = nullptr);

}  // namespace tenancy_test
