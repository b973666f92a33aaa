#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/query_code.hpp"
#include "tenancy/data/detail/value_list.hpp"

namespace tenancy::inline v0::detail {

template <class Part, class Parent>
inline constexpr bool refers_to = false;
template <class Parent, class... Members>
inline constexpr bool refers_to<mapping::ForeignKey<Parent, Members...>, Parent> = true;

/// The foreign key of `T` to `Parent` that is made of these members, or the only one.
template <Entity T, Entity Parent, auto... Members>
struct ReferenceTo {
  using Child = T;
  using ParentEntity = Parent;
  using Traits = EntityTraits<T>;
  using ParentTraits = EntityTraits<Parent>;

  /// The columns of each foreign key to the parent, one array for each.
  static constexpr auto candidates = std::apply(
      [](const auto&... part) {
        return std::tuple_cat([&] {
          if constexpr (refers_to<std::remove_cvref_t<decltype(part)>, Parent>) {
            return std::tuple{std::apply(
                [](const auto... member) {
                  return std::array<std::size_t, sizeof...(member)>{Traits::column_of(member)...};
                },
                part.members)};
          } else {
            return std::tuple<>{};
          }
        }()...);
      },
      Traits::mapping.parts);
  static constexpr std::size_t count = std::tuple_size_v<decltype(candidates)>;
  static constexpr std::array<std::size_t, sizeof...(Members)> wanted{
      Traits::template column_of<Members>()...};

  static constexpr std::size_t chosen() noexcept {
    if constexpr (sizeof...(Members) == 0) {
      return 0;
    } else {
      std::size_t found = count;
      std::size_t index = 0;
      std::apply(
          [&](const auto&... columns) {
            ((std::equal(columns.begin(), columns.end(), wanted.begin(), wanted.end())
                  ? found = index
                  : found,
              ++index),
             ...);
          },
          candidates);
      return found;
    }
  }

  static_assert(count > 0, "children_of: the mapping has no foreign key to this parent");
  static_assert(sizeof...(Members) > 0 || count == 1,
                "children_of: the mapping has several foreign keys to this parent, name the "
                "members of one");
  static_assert(chosen() < count, "children_of: no foreign key to this parent has these members");

  static constexpr auto columns = std::get<chosen()>(candidates);
  static_assert(columns.size() == ParentTraits::keys.size(),
                "mapping: a foreign key has as many members as the parent's key");

  template <std::size_t... Part>
  static constexpr bool types_match(std::index_sequence<Part...> /*parts*/) noexcept {
    return (std::same_as<typename Unwrapped<typename Traits::template Value<columns[Part]>>::Type,
                         typename ParentTraits::template Value<ParentTraits::keys[Part]>> &&
            ...);
  }
  static_assert(types_match(std::make_index_sequence<columns.size()>{}),
                "mapping: a foreign key's members have the types of the parent's key");
};

/// Text in which no two lists of values are alike.
TENANCY_API std::string packed(const std::vector<ValueView>& values);

/// Asks for the children of many parents a part at a time, and says whose a child is.
///
/// Ownership: borrows the parents and the query.
template <class Reference>
class ChildrenOf {
  using Child = typename Reference::Child;
  using Parent = typename Reference::ParentEntity;
  static constexpr auto parts = std::make_index_sequence<Reference::columns.size()>{};

 public:
  /// Either the query asks for the children of these parents, or their keys stand beside it, for a
  /// limit to hold for each.
  struct Part {
    QueryCode query;
    std::vector<std::uint8_t> columns = {};
    std::vector<OwnedValue> keys = {};
  };

  ChildrenOf(std::span<const Parent> parents, const QueryCode& query, bool is_limited)
      : parents_{parents}, query_{query}, is_limited_{is_limited} {}

  [[nodiscard]] bool has_more() const noexcept { return next_ < parents_.size(); }

  /// The query for the children of the next parents.
  Result<Part> next() {
    std::vector<OwnedValue> rows;
    std::size_t taken = 0;
    while (next_ < parents_.size() && taken < PredicateCode::max_values) {
      const ValueList key = key_of(parents_[next_]);
      if (by_key_.try_emplace(packed(key.values()), next_).second) {
        for (const ValueView& value : key.values()) {
          rows.emplace_back(value);
        }
        ++taken;
      }
      ++next_;
    }
    std::vector<std::uint8_t> columns;
    for (const std::size_t column : Reference::columns) {
      columns.push_back(static_cast<std::uint8_t>(column));
    }
    Part part{query_};
    PredicateCode referring;
    if (taken > 0) {
      referring.find_in(columns, std::move(rows));
      if (is_limited_) {
        BOOST_OUTCOME_TRY(referring.check(EntityTraits<Child>::table));
        part.columns = std::move(columns);
        part.keys = referring.values();
        return part;
      }
    } else {
      // All were repetitions.
      referring.negate();
    }
    part.query.predicate.combine(Operator::both, std::move(referring));
    return part;
  }

  [[nodiscard]] std::optional<std::size_t> parent_of(const Child& child) const {
    const ValueList reference = reference_of(child, parts);
    const auto found = by_key_.find(packed(reference.values()));
    return found == by_key_.end() ? std::nullopt : std::optional{found->second};
  }

 private:
  static ValueList key_of(const Parent& parent) {
    using Traits = EntityTraits<Parent>;
    ValueList values;
    [&]<std::size_t... Part>(std::index_sequence<Part...>) {
      (values.template add_as<typename Traits::template Value<Traits::keys[Part]>>(
           Traits::keys[Part], Traits::template member<Traits::keys[Part]>(parent)),
       ...);
    }(parts);
    return values;
  }
  template <std::size_t... Part>
  static ValueList reference_of(const Child& child, std::index_sequence<Part...> /*parts*/) {
    using Traits = EntityTraits<Child>;
    ValueList values;
    (values.template add_as<typename Traits::template Value<Reference::columns[Part]>>(
         Reference::columns[Part], Traits::template member<Reference::columns[Part]>(child)),
     ...);
    return values;
  }

  std::span<const Parent> parents_;
  const QueryCode& query_;
  bool is_limited_;
  std::size_t next_ = 0;
  std::unordered_map<std::string, std::size_t> by_key_;
};

}  // namespace tenancy::inline v0::detail
