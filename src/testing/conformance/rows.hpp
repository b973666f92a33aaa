#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/data/mapping.hpp"
#include "tenancy/migrate/migration.hpp"
#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0::conformance {

/// A row of the kit's, with a key that the caller gives, a unique text, a check and a reference.
struct Card {
  std::string id = {};
  std::string title = {};
  std::int64_t stars = 0;  ///< Not negative.
  std::optional<std::string> parent = {};

  friend bool operator==(const Card&, const Card&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Card>) {
  namespace m = mapping;
  return m::entity("conformance_cards", m::key("id", &Card::id), m::column("title", &Card::title),
                   m::column("stars", &Card::stars), m::column("parent", &Card::parent));
}

/// One with a value of each type.
struct Sample {
  std::int64_t number = 0;
  std::string text = {};
  std::optional<std::string> maybe = {};
  double weight = 0;
  std::vector<std::byte> bytes = {};

  friend bool operator==(const Sample&, const Sample&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Sample>) {
  namespace m = mapping;
  return m::entity("conformance_samples", m::key("number", &Sample::number),
                   m::column("text", &Sample::text), m::column("maybe", &Sample::maybe),
                   m::column("weight", &Sample::weight), m::column("bytes", &Sample::bytes));
}

/// The steps that make their tables.
std::vector<Migration> kit_schema(Dialect dialect);

}  // namespace tenancy::inline v0::conformance
