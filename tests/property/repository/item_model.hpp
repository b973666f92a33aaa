#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "property/dice.hpp"
#include "support/work.hpp"

namespace tenancy_test::repository {

using Key = std::pair<std::string, std::int64_t>;
inline Key key_of(const Item& item) { return {item.project, item.number}; }

struct StoredItem {
  Item row;
  std::int64_t version = 1;
};

/// What one tenant's rows must be.
struct Model {
  std::map<Key, StoredItem> items;
  std::map<std::string, Person> people;

  [[nodiscard]] bool refers_well(const Item& item) const {
    return !item.owner || people.contains(*item.owner);
  }
};

/// Few values, so that rows meet; with what texts and numbers have that is special.
inline const std::vector<std::string> projects{"", "a", "b'"};
inline const std::vector<std::string> titles{"", "a", "A", "ab", "b%", "b_",
                                             // PostgreSQL keeps text alone.
                                             is_on_postgres() ? "\x7F" : "\xFF",
                                             is_on_postgres() ? "a\x01" : std::string{"a\0", 2}};
inline const std::vector<std::optional<std::string>> notes{std::nullopt, "", "n", "N", "nn"};
inline const std::vector<std::optional<double>> weights{
    std::nullopt, -1.5, 0.0, 0.5, 2.0, std::numeric_limits<double>::infinity()};
inline const std::vector<std::optional<std::string>> owners{std::nullopt, "p0", "p1", "p2", "p3"};
inline const std::vector<Priority> priorities{Priority::low, Priority::normal, Priority::high};

/// A priority is stored, and sorted, by its name.
std::string name_of(Priority priority);

std::int64_t random_number(Dice& dice);
Item random_item(Dice& dice);

}  // namespace tenancy_test::repository
