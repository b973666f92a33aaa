#include "core/round_wheel.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

using tenancy::detail::RoundWheel;
using tenancy::detail::RoundWheelEntry;

TEST_CASE("entries that are due in the same round keep their order") {
  std::array<RoundWheelEntry, 3> entries;
  for (const std::uint64_t due : std::array<std::uint64_t, 5>{0, 5, 64, 100, 4000}) {
    std::uint64_t round = 0;
    RoundWheel fresh;
    for (auto& entry : entries) {
      fresh.insert(entry, due, round);
    }
    for (auto& entry : entries) {
      CHECK(&fresh.first(round) == &entry);
      CHECK(round == due);
      fresh.erase(entry);
    }
    CHECK(fresh.empty());
  }
}

TEST_CASE("the wheel agrees with a sorted map, also when rounds pass elsewhere") {
  // A fixed seed: this is about edges of blocks, which any sequence of this length meets.
  std::mt19937_64 engine{7};  // NOLINT(cert-msc51-cpp): see above.
  const auto below = [&](std::uint64_t bound) { return engine() % bound; };
  std::array<RoundWheelEntry, 200> entries;
  std::set<RoundWheelEntry*> out;
  for (auto& entry : entries) {
    out.insert(&entry);
  }
  std::map<RoundWheelEntry*, std::uint64_t> in;
  RoundWheel wheel;
  std::uint64_t round = 0;
  for (int i = 0; i < 500'000; ++i) {
    REQUIRE(wheel.empty() == in.empty());
    const std::uint64_t kind = below(100);
    if (kind < 45 && !out.empty()) {
      RoundWheelEntry* const entry = *out.begin();
      const std::uint64_t ahead = kind < 25 ? below(4) : below(RoundWheel::horizon + 1);
      out.erase(entry);
      in[entry] = round + ahead;
      wheel.insert(*entry, round + ahead, round);
    } else if (kind < 55 && !in.empty()) {
      auto found = in.begin();
      std::advance(found, static_cast<std::ptrdiff_t>(below(in.size())));
      wheel.erase(*found->first);
      out.insert(found->first);
      in.erase(found);
    } else if (kind < 57) {
      round += below(kind == 55 ? 10'000 : 100);
    } else if (!in.empty()) {
      std::uint64_t earliest = UINT64_MAX;
      for (const auto& [entry, due] : in) {
        earliest = std::min(earliest, due);
      }
      const std::uint64_t expected = std::max(round, earliest);
      RoundWheelEntry& entry = wheel.first(round);
      REQUIRE(round == expected);
      REQUIRE(in.at(&entry) <= round);
      wheel.erase(entry);
      in.erase(&entry);
      out.insert(&entry);
    }
  }
  for (const auto& [entry, due] : in) {
    wheel.erase(*entry);
  }
}
