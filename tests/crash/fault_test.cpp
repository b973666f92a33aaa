// Every call that the store makes of the operating system fails once, and from then on, in every
// way that it can. What was acknowledged is there, what failed is not, nothing is half there, and
// the store gets over it.

#include <algorithm>
#include <filesystem>
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
using tenancy_test::Ledger;
using tenancy_test::Template;
using tenancy_test::TemporaryFolder;
using tenancy_test::VfsCall;
using tenancy_test::Workload;

namespace {

Workload alone() { return {.threads = 1, .steps = tenancy_test::is_long_run() ? 64 : 24}; }

Workload together() { return {.threads = 3, .steps = tenancy_test::is_long_run() ? 40 : 16}; }

void report(const std::vector<Fault>& faults, const std::vector<VfsCall>& calls,
            const Findings& findings) {
  std::string told = "no fault";
  if (!faults.empty()) {
    told = to_string(faults.front());
    if (const auto nth = faults.front().nth; nth <= calls.size()) {
      told += ", ";
      told += to_string(calls[nth - 1]);
    }
  }
  CAPTURE(told);
  CHECK(findings.text() == "");
}

/// One life with faults, and what is found in the file when they are over.
std::vector<VfsCall> try_out(FaultVfs& vfs, const std::vector<Fault>& faults, Ending ending,
                             const Template& original, const Workload& workload) {
  const TemporaryFolder folder;
  Ledger ledger;
  Findings findings;
  original.copy_to(folder.path());
  auto calls =
      live_through(vfs, faults, ending, original, folder.path(), workload, ledger, findings);
  if (const auto open = original.open(folder.path())) {
    check_against(ledger, open.value(), findings);
  } else {
    findings.add("the store cannot be opened afterwards: " + open.error().to_string());
  }
  check_integrity(file_in(folder.path()), findings);
  report(faults, calls, findings);
  return calls;
}

/// Of all faults that these calls can meet, about as many as wanted, evenly, from a random one on;
/// all of them in a long run.
std::vector<Fault> choose(const std::vector<VfsCall>& calls, bool persistent, std::size_t wanted,
                          std::mt19937_64& random) {
  std::vector<Fault> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (const FaultKind kind : tenancy_test::faults_of(calls[i])) {
      all.push_back({.kind = kind, .nth = i + 1, .persistent = persistent});
    }
  }
  const std::size_t stride =
      tenancy_test::is_long_run() ? 1 : std::max<std::size_t>(1, all.size() / wanted);
  std::vector<Fault> chosen;
  for (auto i = static_cast<std::size_t>(below(random, static_cast<int>(stride))); i < all.size();
       i += stride) {
    chosen.push_back(all[i]);
  }
  return chosen;
}

void fail_everywhere(const Workload& workload, bool persistent, std::size_t wanted) {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const TemporaryFolder home;
  const Template original{home.path()};
  FaultVfs vfs;
  const auto calls = try_out(vfs, {}, Ending::passed, original, workload);
  REQUIRE(calls.size() > 100);
  // Locks that are never given would be waited for.
  vfs.skip_waits(persistent);
  const auto chosen = choose(calls, persistent, wanted, random);
  for (const Fault& fault : chosen) {
    const Ending lasting = below(random, 2) == 0 ? Ending::repaired : Ending::never;
    try_out(vfs, {fault}, persistent ? lasting : Ending::passed, original, workload);
  }
  MESSAGE(calls.size() << " calls, " << chosen.size() << " faults tried");
}

/// Whether a file belongs to a database that has not got its name: a point and six characters
/// behind that, and perhaps what its log or journal is called.
bool is_draft(const std::filesystem::path& file) {
  const std::string beyond =
      file.filename().string().substr(file_in({}).filename().string().size());
  return beyond.size() >= 7 && beyond[0] == '.' && (beyond.size() == 7 || beyond[7] == '-');
}

/// Makes a store while the faults happen, and once more.
std::vector<VfsCall> make_store(FaultVfs& vfs, const std::vector<Fault>& faults) {
  const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
  const TemporaryFolder folder;
  Findings findings;
  vfs.arm(faults);
  if (const auto first = tenancy_test::open_with(keys, folder.path()); !first) {
    check_answer(first.error(), tells_lies(faults), "making a store", findings);
  }
  auto calls = vfs.calls();
  vfs.disarm();
  if (auto second = tenancy_test::open_with(keys, folder.path())) {
    const auto tenants = tenancy_test::create_tenants(second.value());
    const auto open =
        tenancy_test::must(tenancy_test::enter_all(std::move(second).value(), tenants));
    Ledger ledger;
    check_it_goes_on(open, ledger, findings);
    check_against(ledger, open, findings);
  } else {
    findings.add("the next attempt fails: " + second.error().to_string());
  }
  check_integrity(file_in(folder.path()), findings);
  // A file that SQLite could not remove stays, and harms nobody.
  const bool can_remove = std::ranges::none_of(faults, [&](const Fault& fault) {
    return fault.nth <= calls.size() && calls[fault.nth - 1] == VfsCall::remove;
  });
  for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
    if (can_remove && is_draft(entry.path())) {
      findings.add("left behind: " + entry.path().filename().string());
    }
  }
  report(faults, calls, findings);
  return calls;
}

}  // namespace

TEST_CASE("any call fails once: nothing is lost or halved, and the store goes on") {
  fail_everywhere(alone(), false, 800);
}

TEST_CASE("any call fails once while several threads write") {
  fail_everywhere(together(), false, 300);
}

TEST_CASE("any call fails from some moment on: nothing is lost or halved") {
  fail_everywhere(alone(), true, 400);
}

TEST_CASE("any call fails from some moment on while several threads write") {
  fail_everywhere(together(), true, 200);
}

TEST_CASE("any call fails once while a store is made: the next attempt makes it") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  FaultVfs vfs;
  const auto calls = make_store(vfs, {});
  const auto chosen = choose(calls, false, 300, random);
  for (const Fault& fault : chosen) {
    make_store(vfs, {fault});
  }
  MESSAGE(calls.size() << " calls, " << chosen.size() << " faults tried");
}
