#include "registry/key_check.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/registry/open.hpp"
#include "tenancy/storage/backup.hpp"

#include "storage/sqlite/writer_lock.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::errc;
using tenancy::KeyRing;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::WriterLock;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

constexpr std::string_view first =
    "1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view second =
    "2:202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
constexpr std::string_view other_first =
    "1:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

KeyRing ring_of(std::string_view a, std::string_view b = "") {
  return must(KeyRing::parse(std::string{a} + " " + std::string{b}));
}

/// A file for a store, and what a test does with it.
class Place {
 public:
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "store.db"; }

  [[nodiscard]] tenancy::Result<tenancy::Authority> open(
      const KeyRing& keys, std::vector<tenancy::Migration> migrations = {}) const {
    return tenancy::open("sqlite:" + file().string(),
                         {.migrations = std::move(migrations), .keys = keys});
  }
  /// Whether a ring is refused as not the store's.
  [[nodiscard]] bool refuses(const KeyRing& keys) const {
    const auto opened = open(keys);
    return !opened && opened.error() == errc::invalid_key_ring;
  }

  [[nodiscard]] SQLite::Database raw() const {
    return SQLite::Database{file().string(), SQLite::OPEN_READWRITE, 5000};
  }
  /// The versions of which the store keeps check values.
  [[nodiscard]] std::vector<int> recorded() const {
    const auto database = raw();
    SQLite::Statement select{database,
                             "SELECT key_version FROM tenancy_key_checks ORDER BY key_version"};
    std::vector<int> versions;
    while (select.executeStep()) {
      versions.push_back(select.getColumn(0).getInt());
    }
    return versions;
  }

 private:
  TemporaryFolder folder_;
};

using Versions = std::vector<int>;

/// A process of its own that opens a store when it is told to.
class Opener {
 public:
  Opener(const Place& place, const KeyRing& keys) {
    std::array<int, 2> go{};
    std::array<int, 2> told{};
    REQUIRE(::pipe(go.data()) == 0);
    REQUIRE(::pipe(told.data()) == 0);
    std::fflush(nullptr);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::close(go[1]);
      char ignored = 0;
      static_cast<void>(!::read(go[0], &ignored, 1));
      auto opened = place.open(keys);
      while (!opened && opened.error() == errc::busy) {
        opened = place.open(keys);
      }
      const std::string_view answer =
          opened ? std::string_view{"opened"} : to_string(opened.error().code());
      const bool is_written = ::write(told[1], answer.data(), answer.size()) > 0;
      ::_exit(is_written ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    ::close(go[0]);
    ::close(told[1]);
    go_ = go[1];
    told_ = told[0];
  }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
  ~Opener() {
    go();
    ::waitpid(child_, nullptr, 0);
    ::close(told_);
  }

  void go() {
    if (go_ >= 0) {
      // Not by closing it: children that were made later have it open, too.
      static_cast<void>(!::write(go_, "g", 1));
      ::close(std::exchange(go_, -1));
    }
  }
  std::string answer() const {
    std::array<char, 100> text{};
    const auto size = ::read(told_, text.data(), text.size());
    return {text.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
  }

 private:
  pid_t child_ = -1;
  int go_ = -1;
  int told_ = -1;
};

}  // namespace

TEST_CASE("a store knows its key ring again and refuses another one") {
  const Place place;
  must(place.open(ring_of(first)));
  CHECK(place.recorded() == Versions{1});
  must(place.open(ring_of(first)));

  const auto refused = place.open(ring_of(other_first));
  REQUIRE(code_of(refused) == errc::invalid_key_ring);
  CHECK(refused.error().message().find("not the keys of this store") != std::string::npos);
  CHECK(refused.error().message().find("ffeedd") == std::string::npos);
  CHECK(place.refuses(KeyRing::ephemeral()));
  CHECK(place.recorded() == Versions{1});
  must(place.open(ring_of(first)));
}

TEST_CASE("a store that is opened to be verified refuses another ring, too") {
  const Place place;
  must(place.open(ring_of(first)));
  const auto open_verified = [&](std::string_view ring) {
    return tenancy::open("sqlite:" + place.file().string(),
                         {.schema = tenancy::SchemaMode::verify, .keys = ring_of(ring)});
  };
  CHECK(code_of(open_verified(other_first)) == errc::invalid_key_ring);
  must(open_verified(first));
}

TEST_CASE("a rotated ring is recorded, and the old version may then be taken out") {
  const Place place;
  must(place.open(ring_of(first)));
  must(place.open(ring_of(first, second)));
  CHECK(place.recorded() == Versions{1, 2});
  must(place.open(ring_of(second)));
  CHECK(place.recorded() == Versions{1, 2});
  // Put in again, it must be the same one, though others match.
  must(place.open(ring_of(first, second)));
  CHECK(place.refuses(ring_of(other_first, second)));
}

TEST_CASE("of several keys that are not the store's, the oldest is told") {
  const Place place;
  must(place.open(ring_of(first, second)));
  const auto refused = place.open(ring_of(other_first, "2:" + std::string(64, '7')));
  REQUIRE(code_of(refused) == errc::invalid_key_ring);
  CHECK(refused.error().message().find("another key of version 1;") != std::string::npos);
}

TEST_CASE("a ring that has none of the store's versions is refused") {
  const Place place;
  must(place.open(ring_of(first)));
  const auto refused = place.open(ring_of(second));
  REQUIRE(code_of(refused) == errc::invalid_key_ring);
  CHECK(refused.error().message().find("the newest of which is 1") != std::string::npos);
  CHECK(place.recorded() == Versions{1});
}

TEST_CASE("a wrong ring is noticed before the host's schema is changed") {
  const Place place;
  must(place.open(ring_of(first)));
  CHECK(code_of(place.open(ring_of(other_first), {{1, "a", "CREATE TABLE a (b) STRICT"}})) ==
        errc::invalid_key_ring);
  CHECK_FALSE(place.raw().tableExists("a"));
}

TEST_CASE("damaged check values match no key") {
  const Place place;
  must(place.open(ring_of(first)));
  for (const char* const tag : {"x''", "zeroblob(32)", "zeroblob(33)", "substr(tag, 1, 31)",
                                "CAST(tag || x'00' AS BLOB)"}) {
    CAPTURE(tag);
    const auto before = std::string{"UPDATE tenancy_key_checks SET tag = "} + tag;
    auto raw = place.raw();
    raw.exec("CREATE TABLE kept AS SELECT * FROM tenancy_key_checks");
    raw.exec(before);
    CHECK(place.refuses(ring_of(first)));
    raw.exec("UPDATE tenancy_key_checks SET tag = (SELECT tag FROM kept); DROP TABLE kept");
    must(place.open(ring_of(first)));
  }
}

TEST_CASE("a check value is good for its version alone") {
  const Place place;
  must(place.open(ring_of(first, second)));
  place.raw().exec(
      "UPDATE tenancy_key_checks SET tag = (SELECT tag FROM tenancy_key_checks WHERE key_version = "
      "1)");
  CHECK(place.refuses(ring_of(first, second)));
  CHECK(place.refuses(ring_of(second)));
  must(place.open(ring_of(first)));
}

TEST_CASE("nothing is written when a store is opened with keys that it knows") {
  const Place place;
  must(place.open(ring_of(first, second)));
  auto watcher = place.raw();
  const int before = watcher.execAndGet("PRAGMA data_version").getInt();
  must(place.open(ring_of(first, second)));
  must(place.open(ring_of(first)));
  must(place.open(ring_of(second)));
  CHECK(place.refuses(ring_of(other_first)));
  CHECK(watcher.execAndGet("PRAGMA data_version").getInt() == before);
  must(place.open(ring_of(first, "3:" + std::string(64, '7'))));
  CHECK(watcher.execAndGet("PRAGMA data_version").getInt() != before);
}

TEST_CASE("a store without check values takes the ring that it is given") {
  const Place place;
  must(place.open(ring_of(first)));
  place.raw().exec("DELETE FROM tenancy_key_checks");
  must(place.open(ring_of(second)));
  CHECK(place.recorded() == Versions{2});
}

TEST_CASE("a backup is verified without keys and opens with those of its store alone") {
  const Place place;
  const Place restored;
  {
    const auto authority = must(place.open(ring_of(first)));
    must(authority.backup(restored.file()));
  }
  must(tenancy::verify_backup(restored.file()));
  CHECK(restored.refuses(ring_of(other_first)));
  must(restored.open(ring_of(first)));
}

TEST_CASE("keys that another one records between the look and the writing are the store's") {
  const Place place;
  const Place theirs;
  must(place.open(ring_of(first)));
  must(theirs.open(ring_of(other_first)));
  auto writer = place.raw();
  writer.exec("DELETE FROM tenancy_key_checks; ATTACH '" + theirs.file().string() +
              "' AS theirs; BEGIN IMMEDIATE;"
              "INSERT INTO main.tenancy_key_checks SELECT * FROM theirs.tenancy_key_checks");
  auto opening =
      std::async(std::launch::async, [&] { return place.open(ring_of(first)).has_value(); });
  // Once it has the turn among writers, it has looked, and waits for the one above.
  auto turn = must(WriterLock::open(place.file()));
  const tenancy::CallOptions options;
  while (turn.acquire(CallLimits{options, std::chrono::milliseconds{0}})) {
    turn.release();
    std::this_thread::yield();
  }
  writer.exec("COMMIT");
  CHECK_FALSE(opening.get());
  CHECK(place.recorded() == Versions{1});
  CHECK(place.refuses(ring_of(first)));
  must(place.open(ring_of(other_first)));
}

TEST_CASE("processes that open a store without check values at the same time agree on its keys") {
  for (int round = 0; round < 8; ++round) {
    const Place place;
    // The store is there but for its check values, which all want to be the first to write.
    must(place.open(ring_of(first)));
    place.raw().exec("DELETE FROM tenancy_key_checks");
    const KeyRing ours = ring_of(first);
    const KeyRing theirs = ring_of(other_first);
    std::array<Opener, 4> openers{{{place, ours}, {place, theirs}, {place, ours}, {place, theirs}}};
    for (auto& opener : openers) {
      opener.go();
    }
    std::array<std::string, 4> answers;
    for (std::size_t i = 0; i < openers.size(); ++i) {
      answers[i] = openers[i].answer();
    }
    const bool ours_won = answers[0] == "opened";
    const std::string lost = "invalid_key_ring";
    CHECK(answers[0] == (ours_won ? "opened" : lost));
    CHECK(answers[1] == (ours_won ? lost : "opened"));
    CHECK(answers[2] == answers[0]);
    CHECK(answers[3] == answers[1]);
    CHECK(place.recorded() == Versions{1});
    must(place.open(ours_won ? ours : theirs));
    CHECK(place.refuses(ours_won ? theirs : ours));
  }
}
