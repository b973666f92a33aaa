// The power fails at every write and sync of a store's life, and the disk has kept only what was
// synced, and of the rest nothing, everything, or some sectors. The store that comes up again holds
// all that was acknowledged, no half of anything, and fails again in the same way.

#include "support/power_cut.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "crash/pairs.hpp"
#include "crash/seed.hpp"
#include "crash/workload.hpp"
#include "support/fault_vfs.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy_test::below;
using tenancy_test::Ending;
using tenancy_test::Fault;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::file_in;
using tenancy_test::Findings;
using tenancy_test::Kept;
using tenancy_test::Ledger;
using tenancy_test::must;
using tenancy_test::one_of;
using tenancy_test::Template;
using tenancy_test::TemporaryFolder;
using tenancy_test::VfsCall;
using tenancy_test::VolatileDisk;
using tenancy_test::Workload;

namespace {

Workload alone() { return {.threads = 1, .steps = tenancy_test::is_long_run() ? 64 : 24}; }

Workload together() { return {.threads = 3, .steps = tenancy_test::is_long_run() ? 40 : 16}; }

/// What a disk kept, again and again, since there are many ways to lose a part.
constexpr std::array kept_variants{Kept::nothing, Kept::everything, Kept::some, Kept::some,
                                   Kept::some};

constexpr bool changes_disk(VfsCall call) noexcept {
  return call == VfsCall::write || call == VfsCall::sync || call == VfsCall::truncate ||
         call == VfsCall::remove;
}

/// The numbers of the calls at which the power is to fail: those that change the disk, and what
/// comes right after them; about as many as wanted, and all of them in a long run.
std::vector<std::uint64_t> choose(const std::vector<VfsCall>& calls, std::size_t wanted,
                                  std::mt19937_64& random) {
  std::vector<std::uint64_t> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (changes_disk(calls[i]) || (i > 0 && changes_disk(calls[i - 1]))) {
      all.push_back(i + 1);
    }
  }
  const std::size_t stride =
      tenancy_test::is_long_run() ? 1 : std::max<std::size_t>(1, all.size() / wanted);
  std::vector<std::uint64_t> chosen;
  for (auto i = static_cast<std::size_t>(below(random, static_cast<int>(stride))); i < all.size();
       i += stride) {
    chosen.push_back(all[i]);
  }
  return chosen;
}

/// Works with the store in a folder, on that disk, until the faults have had their way.
std::vector<VfsCall> live_on(VolatileDisk& disk, const std::vector<Fault>& faults,
                             const Template& original, const TemporaryFolder& folder,
                             const Workload& workload, Ledger& ledger, Findings& findings) {
  FaultVfs vfs{&disk};
  return live_through(vfs, faults, Ending::never, original, folder.path(), workload, ledger,
                      findings);
}

/// Starts the store on what a disk has kept.
void check_revived(const Template& original, const TemporaryFolder& folder, Ledger ledger,
                   Findings& findings) {
  const FaultVfs without_syncs;
  if (const auto open = original.open(folder.path())) {
    check_against(ledger, open.value(), findings);
    check_it_goes_on(open.value(), ledger, findings);
  } else {
    findings.add("the store cannot be opened: " + open.error().to_string());
  }
  check_integrity(file_in(folder.path()), findings);
}

/// One life, and each of the disks it may have left.
std::vector<VfsCall> try_out(const std::vector<Fault>& faults, const Template& original,
                             const Workload& workload, std::mt19937_64& random) {
  const TemporaryFolder folder;
  original.copy_to(folder.path());
  VolatileDisk disk;
  Ledger ledger;
  Findings findings;
  auto calls = live_on(disk, faults, original, folder, workload, ledger, findings);
  for (const Kept kept : kept_variants) {
    const TemporaryFolder after;
    disk.materialise(folder.path(), after.path(), kept, random);
    check_revived(original, after, ledger, findings);
    const auto variant = static_cast<int>(kept);
    const std::string told = faults.empty() ? "no fault" : to_string(faults.back());
    CAPTURE(told);
    CAPTURE(variant);
    REQUIRE(findings.text() == "");
  }
  return calls;
}

Fault power_off(std::uint64_t nth) { return {.kind = FaultKind::power_off, .nth = nth}; }

void cut_everywhere(const Workload& workload, std::size_t wanted) {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  const auto calls = try_out({}, original, workload, random);
  const auto chosen = choose(calls, wanted, random);
  for (const auto nth : chosen) {
    try_out({power_off(nth)}, original, workload, random);
  }
  MESSAGE(calls.size() << " calls, " << chosen.size() << " power cuts");
}

}  // namespace

TEST_CASE("the power fails at any write or sync: what was acknowledged is on the disk") {
  cut_everywhere(alone(), 300);
}

TEST_CASE("the power fails while several threads write") { cut_everywhere(together(), 150); }

TEST_CASE("a sync fails and later the power: no later sync vouches for what the first was for") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  const auto calls = try_out({}, original, alone(), random);
  const auto syncs = static_cast<std::uint64_t>(std::ranges::count(calls, VfsCall::sync));
  const int rounds = tenancy_test::is_long_run() ? 2'000 : 150;
  for (int round = 0; round < rounds; ++round) {
    const Fault sync{
        .kind = FaultKind::io_error, .nth = one_of(random, syncs), .only = VfsCall::sync};
    const auto nth = one_of(random, calls.size() + 100);
    try_out({sync, power_off(nth)}, original, alone(), random);
  }
}

TEST_CASE("the power fails again and again, also while a store recovers") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  const int rounds = tenancy_test::is_long_run() ? 500 : 25;
  constexpr int lives = 8;
  for (int round = 0; round < rounds; ++round) {
    auto folder = std::make_unique<TemporaryFolder>();
    original.copy_to(folder->path());
    Ledger ledger;
    Findings findings;
    for (int life = 0; life < lives; ++life) {
      VolatileDisk disk;
      // Starting takes some 60 calls, recovery among them.
      const auto nth = one_of(random, life % 2 == 0 ? 800 : 60);
      live_on(disk, {power_off(nth)}, original, *folder,
              below(random, 2) == 0 ? alone() : together(), ledger, findings);
      auto after = std::make_unique<TemporaryFolder>();
      disk.materialise(folder->path(), after->path(), Kept::some, random);
      folder = std::move(after);
    }
    check_revived(original, *folder, ledger, findings);
    CAPTURE(round);
    REQUIRE(findings.text() == "");
  }
}

TEST_CASE("the power fails while a store is made: then there is none, or one that works") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
  const auto make = [&](const std::vector<Fault>& faults) {
    const TemporaryFolder folder;
    VolatileDisk disk;
    Findings findings;
    std::vector<VfsCall> calls;
    bool made = false;
    {
      FaultVfs vfs{&disk};
      vfs.arm(faults);
      const auto first = tenancy_test::open_with(keys, folder.path());
      made = first.has_value();
      if (!first) {
        check_answer(first.error(), false, "making a store", findings);
      }
      calls = vfs.calls();
    }
    for (const Kept kept : kept_variants) {
      const FaultVfs without_syncs;
      const TemporaryFolder after;
      disk.materialise(folder.path(), after.path(), kept, random);
      if (made && !std::filesystem::exists(file_in(after.path()))) {
        findings.add("a store that was opened is gone");
      }
      if (auto second = tenancy_test::open_with(keys, after.path())) {
        const auto tenants = tenancy_test::create_tenants(second.value());
        const auto open = must(tenancy_test::enter_all(std::move(second).value(), tenants));
        Ledger ledger;
        check_it_goes_on(open, ledger, findings);
      } else {
        findings.add("what is left cannot be opened: " + second.error().to_string());
      }
      check_integrity(file_in(after.path()), findings);
      const std::string told = faults.empty() ? "no fault" : to_string(faults.front());
      CAPTURE(told);
      REQUIRE(findings.text() == "");
    }
    return calls;
  };
  const auto calls = make({});
  const auto chosen = choose(calls, 80, random);
  for (const auto nth : chosen) {
    make({power_off(nth)});
  }
  MESSAGE(calls.size() << " calls, " << chosen.size() << " power cuts");
}
