#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tenancy/data/mapping.hpp"

namespace tenancy::inline v0::detail {

constexpr bool is_identifier(std::string_view name) noexcept {
  if (name.empty() || name.size() > 63 || (name.front() >= '0' && name.front() <= '9')) {
    return false;
  }
  for (const char c : name) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
      return false;
    }
  }
  return true;
}

template <Entity T>
constexpr auto mapping_of() {
  if constexpr (MappedInside<T>) {
    return T::tenancy_mapping();
  } else {
    return tenancy_mapping(std::type_identity<T>{});
  }
}

/// The parts of `T`'s mapping, checked. A wrong mapping stops the compilation here.
template <Entity T>
struct EntityTraits {
  static constexpr auto mapping = mapping_of<T>();
  static constexpr std::string_view table = mapping.table;
  static constexpr std::size_t size = std::tuple_size_v<decltype(mapping.columns)>;

  /// The member of `row` that the column is mapped to.
  template <std::size_t Index, class Row>
  static constexpr auto& member(Row& row) noexcept {
    return row.*(std::get<Index>(mapping.columns).member);
  }

  template <std::size_t Index>
  using Value =
      typename std::tuple_element_t<Index, std::remove_const_t<decltype(mapping.columns)>>::Value;

  static constexpr std::array<std::string_view, size> names = std::apply(
      [](const auto&... columns) { return std::array<std::string_view, size>{columns.name...}; },
      mapping.columns);

  static constexpr std::array<mapping::Role, size> roles = std::apply(
      [](const auto&... columns) { return std::array<mapping::Role, size>{columns.role...}; },
      mapping.columns);

  static constexpr bool is_key(std::size_t index) noexcept {
    return roles[index] == mapping::Role::key || roles[index] == mapping::Role::generated_key;
  }
  /// Whether an update writes the column.
  static constexpr bool is_updated(std::size_t index) noexcept {
    return !is_key(index) && roles[index] != mapping::Role::created_at;
  }

  static constexpr std::size_t count_keys() noexcept {
    std::size_t keys = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (is_key(i)) {
        ++keys;
      }
    }
    return keys;
  }
  static constexpr std::size_t find_key() noexcept {
    std::size_t index = 0;
    while (index + 1 < size && !is_key(index)) {
      ++index;
    }
    return index;
  }
  static constexpr std::size_t count_updated() noexcept {
    std::size_t updated = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (is_updated(i)) {
        ++updated;
      }
    }
    return updated;
  }
  static constexpr bool names_are_good() noexcept {
    for (const auto name : names) {
      if (!is_identifier(name)) {
        return false;
      }
    }
    return true;
  }
  static constexpr bool names_are_distinct() noexcept {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size; ++j) {
        if (names[i] == names[j]) {
          return false;
        }
      }
    }
    return true;
  }
  static constexpr bool names_the_tenant() noexcept {
    for (const auto name : names) {
      if (name == "tenant_id") {
        return true;
      }
    }
    return false;
  }
  static constexpr bool members_are_own() noexcept {
    return std::apply(
        []<class... Owner, class... Member>(const mapping::Column<Owner, Member>&...) {
          return (std::is_base_of_v<Owner, T> && ...);
        },
        mapping.columns);
  }
  static constexpr bool members_are_storable() noexcept {
    return std::apply(
        []<class... Owner, class... Member>(const mapping::Column<Owner, Member>&...) {
          return (Storable<Member> && ...);
        },
        mapping.columns);
  }

  static_assert(is_identifier(table),
                "mapping: a table's name is lower-case letters, digits and '_'");
  static_assert(!table.starts_with("tenancy_") && !table.starts_with("sqlite_") &&
                    !table.starts_with("pg_"),
                "mapping: tables that begin with tenancy_, sqlite_ or pg_ are not the host's");
  static_assert(names_are_good(), "mapping: a column's name is lower-case letters, digits and '_'");
  static_assert(!names_the_tenant(),
                "mapping: tenant_id is no member: the transaction knows the tenant");
  static_assert(names_are_distinct(), "mapping: two members are mapped to one column");
  static_assert(count_keys() == 1, "mapping: an entity has exactly one key column");
  static_assert(members_are_own(), "mapping: a column's member belongs to another type");
  static_assert(members_are_storable(), "mapping: a member's type has no Codec");

  static constexpr std::size_t key_index = find_key();
  using Key = Value<key_index>;

  static_assert(std::same_as<Key, std::string> || (std::integral<Key> && !std::same_as<Key, bool>),
                "mapping: a key is a text or an integer, so that cursors can hold it");
};

/// What a key is passed and stored as: text, or a number of 64 bits whatever the member's width, so
/// that a number too large is not found rather than cut.
template <class Key>
struct KeyForm {
  using Argument = std::int64_t;
  using Stored = std::int64_t;
};
template <>
struct KeyForm<std::string> {
  using Argument = std::string_view;
  using Stored = std::string;
};

}  // namespace tenancy::inline v0::detail
