#include "core/bounded_cache.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace {

using Value = std::shared_ptr<const std::string>;

/// Puts all keys into one part, so that the order in which they give way shows.
struct OnePart {
  std::size_t operator()(std::uint64_t /*key*/) const noexcept { return 0; }
};

using Cache = tenancy::detail::BoundedCache<std::uint64_t, Value>;
using NarrowCache = tenancy::detail::BoundedCache<std::uint64_t, Value, OnePart>;

constexpr std::size_t parts = 16;

Value text(std::uint64_t number) {
  return std::make_shared<const std::string>(std::to_string(number));
}

/// What an entry counts with beside its value.
std::size_t entry_bytes() {
  NarrowCache probe{1U << 20U};
  probe.put(1, text(1), 0);
  return probe.bytes();
}

/// A cache whose one part holds so many values of no size.
NarrowCache narrow(std::size_t entries) { return NarrowCache{entries * entry_bytes() * parts}; }

}  // namespace

TEST_CASE("a cache gives back what was put in, until it is erased") {
  Cache cache{1U << 20U};
  CHECK_FALSE(cache.find(1).has_value());
  for (std::uint64_t key = 0; key < 500; ++key) {
    cache.put(key, text(key), 10);
  }
  for (std::uint64_t key = 0; key < 500; ++key) {
    const auto found = cache.find(key);
    REQUIRE(found.has_value());
    CHECK(**found == std::to_string(key));
  }
  CHECK(cache.bytes() == 500 * (10 + entry_bytes()));
  for (std::uint64_t key = 0; key < 500; key += 2) {
    cache.erase(key);
    cache.erase(key);
  }
  for (std::uint64_t key = 0; key < 500; ++key) {
    CHECK(cache.find(key).has_value() == (key % 2 == 1));
  }
  CHECK(cache.bytes() == 250 * (10 + entry_bytes()));
}

TEST_CASE("a key has one value, the last") {
  auto cache = narrow(3);
  cache.put(1, text(1), 0);
  cache.put(2, text(2), 0);
  cache.put(1, text(11), 0);
  CHECK(**cache.find(1) == "11");
  CHECK(cache.bytes() == 2 * entry_bytes());
  // It is as if used now.
  cache.put(3, text(3), 0);
  cache.put(2, text(22), 0);
  cache.put(4, text(4), 0);
  CHECK_FALSE(cache.find(1).has_value());
  CHECK(**cache.find(2) == "22");
}

TEST_CASE("what was used longest ago gives way first") {
  auto cache = narrow(3);
  for (std::uint64_t key = 1; key <= 3; ++key) {
    cache.put(key, text(key), 0);
  }
  REQUIRE(cache.find(1).has_value());
  cache.put(4, text(4), 0);
  CHECK_FALSE(cache.find(2).has_value());
  REQUIRE(cache.find(3).has_value());
  cache.put(5, text(5), 0);
  CHECK_FALSE(cache.find(1).has_value());
  cache.erase(3);
  cache.put(6, text(6), 0);
  for (const std::uint64_t key : {4U, 5U, 6U}) {
    CHECK(cache.find(key).has_value());
  }
}

TEST_CASE("a large value takes the place of several, and one too large is not kept at all") {
  auto cache = narrow(4);
  for (std::uint64_t key = 1; key <= 4; ++key) {
    cache.put(key, text(key), 0);
  }
  cache.put(5, text(5), 2 * entry_bytes());
  CHECK(cache.find(4).has_value());
  CHECK(cache.find(5).has_value());
  for (const std::uint64_t key : {1U, 2U, 3U}) {
    CHECK_FALSE(cache.find(key).has_value());
  }
  // What it would have replaced is out of date, so it goes as well.
  cache.put(4, text(44), 4 * entry_bytes());
  CHECK_FALSE(cache.find(4).has_value());
  CHECK(cache.find(5).has_value());
  CHECK(cache.bytes() == 3 * entry_bytes());
}

TEST_CASE("a budget of nothing, or of less than an entry, keeps nothing") {
  for (const std::size_t budget : {std::size_t{0}, std::size_t{15}, parts * (entry_bytes() - 1)}) {
    NarrowCache cache{budget};
    cache.put(1, text(1), 0);
    CHECK_FALSE(cache.find(1).has_value());
    CHECK(cache.bytes() == 0);
  }
}

TEST_CASE("what gives way is let go of") {
  auto cache = narrow(2);
  std::vector<std::weak_ptr<const std::string>> values;
  for (std::uint64_t key = 0; key < 6; ++key) {
    const auto value = text(key);
    values.emplace_back(value);
    cache.put(key, value, 0);
  }
  cache.erase(5);
  for (std::size_t key = 0; key < values.size(); ++key) {
    CAPTURE(key);
    CHECK(values[key].expired() == (key != 4));
  }
  cache.put(4, text(44), 0);
  CHECK(values[4].expired());
}

TEST_CASE("random use agrees with a list that is searched through") {
  struct Entry {
    std::uint64_t key;
    std::string value;
    std::size_t bytes;
  };
  const std::size_t budget = 20 * entry_bytes();
  auto cache = narrow(20);
  std::list<Entry> model;  // The last used first.
  const auto find = [&](std::uint64_t key) {
    auto place = model.begin();
    while (place != model.end() && place->key != key) {
      ++place;
    }
    return place;
  };
  const auto bytes = [&] {
    std::size_t sum = 0;
    for (const Entry& entry : model) {
      sum += entry.bytes;
    }
    return sum;
  };
  std::mt19937_64 random{4711};  // NOLINT(cert-msc51-cpp): any will do.
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t key = random() % 40;
    const auto place = find(key);
    switch (random() % 5) {
      case 0:
        if (place != model.end()) {
          model.erase(place);
        }
        cache.erase(key);
        break;
      case 1:
      case 2: {
        const std::size_t value_bytes = random() % (4 * entry_bytes());
        if (place != model.end()) {
          model.erase(place);
        }
        const auto value = std::to_string(round);
        model.push_front({key, value, value_bytes + entry_bytes()});
        while (bytes() > budget) {
          model.pop_back();
        }
        cache.put(key, std::make_shared<const std::string>(value), value_bytes);
        break;
      }
      default: {
        const auto found = cache.find(key);
        REQUIRE(found.has_value() == (place != model.end()));
        if (found) {
          CHECK(**found == place->value);
          model.splice(model.begin(), model, place);
        }
      }
    }
    REQUIRE(cache.bytes() == bytes());
  }
}

TEST_CASE("threads share a cache that never outgrows its budget") {
  const std::size_t budget = 256 * (entry_bytes() + 32);
  Cache cache{budget};
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < 6; ++number) {
    threads.emplace_back([&, number] {
      std::mt19937_64 random{number};
      for (int round = 0; round < 20'000; ++round) {
        const std::uint64_t key = random() % 1000;
        switch (random() % 4) {
          case 0:
            cache.put(key, text(key), random() % 64);
            break;
          case 1:
            cache.erase(key);
            break;
          case 2:
            wrong += cache.bytes() > budget ? 1 : 0;
            break;
          default:
            if (const auto found = cache.find(key); found && **found != std::to_string(key)) {
              ++wrong;
            }
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
  CHECK(cache.bytes() <= budget);
}
