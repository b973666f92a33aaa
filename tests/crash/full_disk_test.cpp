// A disk that is really full.

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crash/pairs.hpp"
#include "support/must.hpp"
#include "support/small_disk.hpp"
#include "support/temporary_folder.hpp"

using tenancy::errc;
using tenancy_test::Ballast;
using tenancy_test::file_in;
using tenancy_test::Findings;
using tenancy_test::Ledger;
using tenancy_test::must;
using tenancy_test::OpenStore;
using tenancy_test::PairName;
using tenancy_test::Template;
using tenancy_test::TemporaryFolder;

namespace {

/// The action on a small disk, and what it finds broken.
template <class Action>
std::string found_on_small_disk(const std::filesystem::path& folder, const char* size,
                                Action action) {
  return tenancy_test::on_small_disk(folder, size, [&] {
    Findings findings;
    action(findings);
    return findings.text();
  });
}

/// Writes pairs until the disk is full; gives how many were kept.
int fill(const OpenStore& open, std::size_t tenant, const std::string& prefix, Ledger& ledger,
         Findings& findings) {
  constexpr int more_than_fit = 20'000;
  for (int i = 0; i < more_than_fit; ++i) {
    const PairName pair{tenant, prefix + std::to_string(i)};
    const auto answer =
        tenancy_test::put_pair(open.store, open.contexts.at(tenant), pair.key, 1, 1'500);
    ledger.answered(pair, 1, answer);
    if (answer) {
      continue;
    }
    if (answer.error() != errc::storage_full) {
      check_answer(answer.error(), false, "a write to a full disk", findings);
    }
    const auto version = read_pair(open.store, open.contexts.at(tenant), pair, findings);
    if (!version) {
      findings.add("a full disk stops reads: " + version.error().to_string());
    } else if (!ledger.allows(pair, version.value())) {
      findings.add("what did not fit is there");
    }
    // The log's index has no room either, and SQLite says no more than that it failed.
    if (answer.error() == errc::storage_full) {
      return i;
    }
  }
  findings.add("the disk did not get full");
  return more_than_fit;
}

void fill_and_make_room(const std::filesystem::path& folder, std::size_t threads,
                        Findings& findings) {
  const TemporaryFolder home;
  const Template original{home.path()};
  original.copy_to(folder);
  const Ballast ballast{folder / "ballast", 1U << 20U};
  Ledger ledger;
  {
    const OpenStore open = must(original.open(folder));
    std::atomic<int> kept = 0;
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < threads; ++i) {
      writers.emplace_back([&, i] {
        kept += fill(open, i % tenancy_test::tenant_count, "writer" + std::to_string(i) + "-",
                     ledger, findings);
      });
    }
    for (auto& writer : writers) {
      writer.join();
    }
    if (kept < 50) {
      findings.add("the disk was full from the beginning");
    }
    check_against(ledger, open, findings);

    ballast.drop();
    for (std::size_t tenant = 0; tenant < tenancy_test::tenant_count; ++tenant) {
      const PairName pair{tenant, "room"};
      const auto answer =
          tenancy_test::put_pair(open.store, open.contexts.at(tenant), pair.key, 1, 1'500);
      ledger.answered(pair, 1, answer);
      if (!answer) {
        findings.add("there is room, and still: " + answer.error().to_string());
      }
    }
    check_against(ledger, open, findings);
  }
  check_against(ledger, must(original.open(folder)), findings);
  check_integrity(file_in(folder), findings);
}

}  // namespace

TEST_CASE(
    "a disk that gets full refuses writes, keeps reads, and takes writes once there is room") {
  const TemporaryFolder folder;
  CHECK(found_on_small_disk(folder.path(), "6m", [&](Findings& findings) {
          fill_and_make_room(folder.path(), 1, findings);
        }) == "");
}

TEST_CASE("a disk gets full under several writers") {
  const TemporaryFolder folder;
  CHECK(found_on_small_disk(folder.path(), "6m", [&](Findings& findings) {
          fill_and_make_room(folder.path(), 4, findings);
        }) == "");
}

TEST_CASE("a disk that is full from the beginning takes no store, and says so") {
  const TemporaryFolder folder;
  CHECK(found_on_small_disk(folder.path(), "1m", [&](Findings& findings) {
          const Ballast ballast{folder / "ballast", 2U << 20U};
          const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
          const auto refused = tenancy_test::open_with(keys, folder.path());
          if (refused) {
            findings.add("a store on a full disk");
          } else {
            check_answer(refused.error(), false, "making a store", findings);
          }
          ballast.drop();
          must(tenancy_test::open_with(keys, folder.path()));
          check_integrity(file_in(folder.path()), findings);
        }) == "");
}
