// The power fails, or the disk does once, at every call that a registry's work makes. Each
// operation is wholly there afterwards or not at all: a tenant with all its identifiers or none,
// and what was answered with success is there.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "crash/pairs.hpp"
#include "crash/seed.hpp"
#include "support/fault_vfs.hpp"
#include "support/must.hpp"
#include "support/power_cut.hpp"
#include "support/temporary_folder.hpp"

using tenancy::Result;
using tenancy::success;
using tenancy::TenantIdentifier;
using tenancy_test::Fault;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::file_in;
using tenancy_test::Findings;
using tenancy_test::Kept;
using tenancy_test::must;
using tenancy_test::Template;
using tenancy_test::TemporaryFolder;
using tenancy_test::VfsCall;
using tenancy_test::VolatileDisk;

namespace {

TenantIdentifier crm(int number) {
  return must(TenantIdentifier::parse("crm", std::to_string(number)));
}

tenancy::CrossingReason reason() {
  return must(tenancy::CrossingReason::create(tenancy::CrossingPurpose::support, "ticket 4711"));
}

/// What is done with a registry, one step after the other. Each is one transaction.
class Work {
 public:
  explicit Work(const tenancy::Authority& authority)
      : authority_{authority}, registry_{authority.registry()} {}

  static constexpr std::size_t steps = 16;

  Result<void> step(std::size_t number) {
    switch (number) {
      case 0:
        return create("umbrella", 3);
      case 1:
        return done(registry_.rename(*tenant_, "Umbrella & Co."));
      case 2:
        return done(registry_.add_identifier(*tenant_, crm(1000)));
      case 3:
        return issue();
      case 4:
        return done(registry_.suspend(*tenant_));
      case 5:
        return done(registry_.activate(*tenant_));
      case 6:
        return done(authority_.impersonate(*tenant_, tenancy::Principal::host(), reason()));
      case 7:
        return done(registry_.expire_key(*tenant_, key_, tenancy::Timestamp{}));
      case 8:
        return done(registry_.revoke_key(*tenant_, key_));
      case 9:
        return done(registry_.remove_identifier(*tenant_, crm(1)));
      case 10:
        return done(registry_.archive(*tenant_));
      case 11:
        return create("hooli", 60);
      case 12:
        // More than a page of the database.
        return done(registry_.update(
            *tenant_,
            {.name = "Hooli", .metadata = R"({"a":")" + std::string(15'000, 'x') + "\"}"}));
      case 13:
        return done(authority_.cross_tenants(tenancy::Principal::host(), reason()));
      case 14:
        return done(authority_.issue_administrator_key("ops"));
      default:
        // Its use is noted when the store closes.
        return use_key();
    }
  }

 private:
  template <class T>
  static Result<void> done(const Result<T>& result) {
    return result ? success() : Result<void>{result.error()};
  }

  Result<void> create(const std::string& slug, int identifiers) {
    tenancy::NewTenant wanted{.slug = slug, .name = slug};
    for (int i = 0; i < identifiers; ++i) {
      wanted.identifiers.push_back(crm(first_ + i));
    }
    BOOST_OUTCOME_TRY(const auto made, registry_.create(wanted));
    tenant_ = made.id;
    first_ += identifiers;
    return success();
  }

  Result<void> issue() {
    BOOST_OUTCOME_TRY(const auto issued, registry_.issue_key(*tenant_, {.name = "ci"}));
    key_ = issued.key.id;
    return success();
  }

  Result<void> use_key() {
    BOOST_OUTCOME_TRY(const auto issued, registry_.issue_key(*tenant_, {.name = "used"}));
    // Without a write of its own; it may find the disk dead.
    static_cast<void>(authority_.authenticator().authenticate(issued.text.unsafe_text()));
    return success();
  }

  const tenancy::Authority& authority_;
  const tenancy::TenantRegistry registry_;
  std::optional<tenancy::TenantId> tenant_;
  std::string key_;
  int first_ = 0;
};

/// All that the registry holds, without what differs from run to run.
std::string state_of(const std::filesystem::path& file) {
  const SQLite::Database database{file.string(), SQLite::OPEN_READWRITE, 5000};
  std::string state;
  for (const char* sql :
       {"SELECT slug, name, status, epoch, version, length(metadata) FROM tenancy_tenants "
        "ORDER BY slug",
        "SELECT slug, kind, value FROM tenancy_identifiers LEFT JOIN tenancy_tenants "
        "USING (tenant_id) ORDER BY slug, kind, value",
        "SELECT slug, k.name, scope, expires_at IS NULL, revoked_at IS NULL FROM tenancy_api_keys "
        "k "
        "LEFT JOIN tenancy_tenants USING (tenant_id) ORDER BY k.name",
        "SELECT slug, scope, purpose FROM tenancy_impersonations LEFT JOIN tenancy_tenants "
        "USING (tenant_id)",
        "SELECT purpose FROM tenancy_crossings", "SELECT name FROM tenancy_administrator_keys"}) {
    SQLite::Statement rows{database, sql};
    while (rows.executeStep()) {
      for (int column = 0; column < rows.getColumnCount(); ++column) {
        state += rows.getColumn(column).getString() + '|';
      }
      state += '\n';
    }
    state += "--\n";
  }
  return state;
}

/// The store before the first step, and after each.
std::vector<std::string> states(const Template& original) {
  const TemporaryFolder folder;
  original.copy_to(folder.path());
  const auto open = must(original.open(folder.path()));
  Work work{open.authority};
  std::vector states{state_of(file_in(folder.path()))};
  for (std::size_t number = 0; number < Work::steps; ++number) {
    must(work.step(number));
    states.push_back(state_of(file_in(folder.path())));
    REQUIRE(states.at(number) != states.at(number + 1));
  }
  return states;
}

/// How far the work came: so many steps succeeded, and perhaps one more did.
struct Progress {
  std::size_t succeeded = 0;
  bool may_be_one_more = false;
  std::vector<VfsCall> calls;
};

/// Works until the first failure.
Progress live_on(FaultVfs& vfs, const std::vector<Fault>& faults, const Template& original,
                 const std::filesystem::path& folder, Findings& findings) {
  Progress progress;
  vfs.arm(faults);
  if (const auto open = original.open(folder)) {
    Work work{open.value().authority};
    while (progress.succeeded < Work::steps) {
      const auto answer = work.step(progress.succeeded);
      if (!answer) {
        // A permission that was refused may have left its record.
        progress.may_be_one_more = answer.error() == tenancy::Condition::unknown_outcome ||
                                   answer.error() == tenancy::errc::crossing_not_recorded;
        check_answer(answer.error(), false, "step " + std::to_string(progress.succeeded), findings);
        break;
      }
      ++progress.succeeded;
    }
  } else {
    check_answer(open.error(), false, "opening", findings);
  }
  progress.calls = vfs.calls();
  vfs.disarm();
  return progress;
}

void check_state(const Template& original, const std::vector<std::string>& states,
                 const Progress& progress, const std::filesystem::path& folder,
                 Findings& findings) {
  const auto open = original.open(folder);
  if (!open) {
    findings.add("the store cannot be opened: " + open.error().to_string());
    return;
  }
  const auto state = state_of(file_in(folder));
  const bool is_allowed = state == states.at(progress.succeeded) ||
                          (progress.may_be_one_more && state == states.at(progress.succeeded + 1));
  if (!is_allowed) {
    findings.add("after " + std::to_string(progress.succeeded) + " steps" +
                 (progress.may_be_one_more ? " and perhaps one" : "") + " the registry holds\n" +
                 state + "and not\n" + states.at(progress.succeeded));
  }
  if (auto made = open.value().authority.registry().create({"afterwards", "Afterwards"}); !made) {
    findings.add("no tenant can be made any more: " + made.error().to_string());
  }
  check_integrity(file_in(folder), findings);
}

constexpr bool changes_disk(VfsCall call) noexcept {
  return call == VfsCall::write || call == VfsCall::sync || call == VfsCall::truncate;
}

/// The numbers of the calls of these sorts, all in a long run and about as many as wanted else.
std::vector<std::uint64_t> choose(const std::vector<VfsCall>& calls, std::size_t wanted,
                                  std::mt19937_64& random) {
  std::vector<std::uint64_t> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (changes_disk(calls[i]) || (i > 0 && changes_disk(calls[i - 1]))) {
      all.push_back(i + 1);
    }
  }
  if (!tenancy_test::is_long_run() && all.size() > wanted) {
    std::ranges::shuffle(all, random);
    all.resize(wanted);
  }
  return all;
}

}  // namespace

TEST_CASE("the power fails at any moment of a registry's work: each operation is whole or absent") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  const auto expected = states(original);
  const auto try_out = [&](const std::vector<Fault>& faults) {
    const TemporaryFolder folder;
    original.copy_to(folder.path());
    VolatileDisk disk;
    Findings findings;
    Progress progress;
    {
      FaultVfs vfs{&disk};
      progress = live_on(vfs, faults, original, folder.path(), findings);
    }
    for (const Kept kept : {Kept::nothing, Kept::everything, Kept::some, Kept::some}) {
      const FaultVfs without_syncs;
      const TemporaryFolder after;
      disk.materialise(folder.path(), after.path(), kept, random);
      check_state(original, expected, progress, after.path(), findings);
      const auto variant = static_cast<int>(kept);
      const std::string told = faults.empty() ? "no fault" : to_string(faults.back());
      CAPTURE(told);
      CAPTURE(variant);
      REQUIRE(findings.text() == "");
    }
    return progress;
  };
  const auto whole = try_out({});
  REQUIRE(whole.succeeded == Work::steps);
  std::set<std::size_t> cut_after;
  const auto chosen = choose(whole.calls, 120, random);
  for (const auto nth : chosen) {
    cut_after.insert(try_out({{.kind = FaultKind::power_off, .nth = nth}}).succeeded);
  }
  // The cuts were spread over the work.
  CHECK(cut_after.size() > Work::steps / 2);
  MESSAGE(whole.calls.size() << " calls, " << chosen.size() << " power cuts");
}

TEST_CASE("a call fails once in a registry's work: each operation is whole or absent") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  const auto expected = states(original);
  const auto try_out = [&](const std::vector<Fault>& faults) {
    const TemporaryFolder folder;
    original.copy_to(folder.path());
    Findings findings;
    FaultVfs vfs;
    auto progress = live_on(vfs, faults, original, folder.path(), findings);
    check_state(original, expected, progress, folder.path(), findings);
    const std::string told = faults.empty() ? "no fault" : to_string(faults.back());
    CAPTURE(told);
    REQUIRE(findings.text() == "");
    return progress;
  };
  const auto whole = try_out({});
  const auto chosen = choose(whole.calls, 150, random);
  for (const auto nth : chosen) {
    const auto faults = tenancy_test::faults_of(whole.calls.at(nth - 1));
    for (const FaultKind kind : faults) {
      if (kind != FaultKind::short_read) {
        try_out({{.kind = kind, .nth = nth}});
      }
    }
  }
  MESSAGE(whole.calls.size() << " calls, " << chosen.size() << " of them failed");
}
