#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/data/detail/entity_layout.hpp"
#include "tenancy/data/detail/integer_key.hpp"
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

/// What the engine takes for the number of a row where a table has no such column: one that is
/// counted over all tenants, so that it would tell of theirs.
constexpr bool is_row_number(std::string_view name) noexcept {
  return name == "rowid" || name == "oid" || name == "_rowid_";
}

template <Entity T>
constexpr auto mapping_of() {
  if constexpr (MappedInside<T>) {
    return T::tenancy_mapping();
  } else {
    return tenancy_mapping(std::type_identity<T>{});
  }
}

template <class Part>
inline constexpr bool is_column = false;
template <class Owner, class Member>
inline constexpr bool is_column<mapping::Column<Owner, Member>> = true;

template <class Part>
inline constexpr bool is_foreign_key = false;
template <class Parent, class... Members>
inline constexpr bool is_foreign_key<mapping::ForeignKey<Parent, Members...>> = true;

/// What a key is passed and bound as.
template <class Value>
struct KeyForm {
  using Argument = Value;
  using Bound = Value;
  static constexpr bool is_allowed =
      std::same_as<Value, Timestamp> || std::same_as<Value, bool> || NamedEnum<Value>;
};
template <std::integral Value>
  requires(!std::same_as<Value, bool>)
struct KeyForm<Value> {
  using Argument = IntegerKey;
  using Bound = IntegerKey;
  static constexpr bool is_allowed = true;
};
template <>
struct KeyForm<std::string> {
  using Argument = std::string_view;
  using Bound = std::string;
  static constexpr bool is_allowed = true;
};
template <>
struct KeyForm<std::vector<std::byte>> {
  using Argument = std::span<const std::byte>;
  using Bound = std::vector<std::byte>;
  static constexpr bool is_allowed = true;
};

/// One value, or several in a tuple.
template <class... Values>
struct KeyOf {
  using Type = std::tuple<Values...>;
  using Argument = std::tuple<typename KeyForm<Values>::Argument...>;
};
template <class Value>
struct KeyOf<Value> {
  using Type = Value;
  using Argument = typename KeyForm<Value>::Argument;
};

/// The parts of `T`'s mapping, checked. A wrong mapping stops the compilation here.
template <Entity T>
struct EntityTraits {
  static constexpr auto mapping = mapping_of<T>();
  static constexpr std::string_view table = mapping.table;

  static constexpr auto columns = std::apply(
      [](const auto&... parts) {
        return std::tuple_cat([&] {
          if constexpr (is_column<std::remove_cvref_t<decltype(parts)>>) {
            return std::tuple{parts};
          } else {
            return std::tuple<>{};
          }
        }()...);
      },
      mapping.parts);
  static constexpr std::size_t size = std::tuple_size_v<decltype(columns)>;

  template <std::size_t Index>
  using Value = typename std::tuple_element_t<Index, std::remove_const_t<decltype(columns)>>::Value;

  /// The member of `row` that the column is mapped to.
  template <std::size_t Index, class Row>
  static constexpr auto& member(Row& row) noexcept {
    return row.*(std::get<Index>(columns).member);
  }

  /// Which column a member is mapped to; `size` when to none.
  template <auto Member>
  static constexpr std::size_t column_of() noexcept {
    return column_of(Member);
  }
  template <class Pointer>
  static constexpr std::size_t column_of(Pointer member) noexcept {
    std::size_t found = size;
    std::size_t index = 0;
    std::apply(
        [&](const auto&... column) {
          (
              [&] {
                if constexpr (std::same_as<std::remove_cvref_t<decltype(column.member)>, Pointer>) {
                  if (column.member == member) {
                    found = index;
                  }
                }
                ++index;
              }(),
              ...);
        },
        columns);
    return found;
  }

  static constexpr std::array<std::string_view, size> names = std::apply(
      [](const auto&... column) { return std::array<std::string_view, size>{column.name...}; },
      columns);

  static constexpr std::array<mapping::Role, size> roles = std::apply(
      [](const auto&... column) { return std::array<mapping::Role, size>{column.role...}; },
      columns);

  static constexpr bool is_key(std::size_t index) noexcept {
    return roles[index] == mapping::Role::key || roles[index] == mapping::Role::generated_key;
  }
  /// Whether an update writes the column.
  static constexpr bool is_updated(std::size_t index) noexcept {
    return !is_key(index) && roles[index] != mapping::Role::created_at;
  }
  /// Whether the caller may set the column on its own.
  static constexpr bool is_changeable(std::size_t index) noexcept {
    return roles[index] == mapping::Role::plain;
  }

  template <bool (*Chosen)(std::size_t)>
  static constexpr auto choose() noexcept {
    constexpr std::size_t count = [] {
      std::size_t chosen = 0;
      for (std::size_t i = 0; i < size; ++i) {
        chosen += Chosen(i) ? 1U : 0U;
      }
      return chosen;
    }();
    std::array<std::size_t, count> indexes{};
    std::size_t next = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (Chosen(i)) {
        indexes[next++] = i;
      }
    }
    return indexes;
  }
  static constexpr auto keys = choose<&is_key>();
  static constexpr auto updated = choose<&is_updated>();

  static constexpr std::string_view version_name() noexcept {
    std::string_view name;
    std::apply(
        [&](const auto&... part) {
          (
              [&] {
                if constexpr (std::same_as<std::remove_cvref_t<decltype(part)>,
                                           mapping::VersionColumn>) {
                  name = part.name;
                }
              }(),
              ...);
        },
        mapping.parts);
    return name;
  }
  static constexpr bool has_version = std::apply(
      []<class... Part>(const Part&...) {
        return (std::same_as<Part, mapping::VersionColumn> || ...);
      },
      mapping.parts);

  static constexpr std::size_t count_versions() noexcept {
    return std::apply(
        []<class... Part>(const Part&...) {
          return (std::size_t{0} + ... + (std::same_as<Part, mapping::VersionColumn> ? 1 : 0));
        },
        mapping.parts);
  }
  static constexpr bool names_are_good() noexcept {
    for (const auto name : names) {
      if (!is_identifier(name)) {
        return false;
      }
    }
    return !has_version || is_identifier(version_name());
  }
  static constexpr bool names_a_row_number() noexcept {
    for (const auto name : names) {
      if (is_row_number(name)) {
        return true;
      }
    }
    return is_row_number(version_name());
  }
  static constexpr bool members_are_distinct() noexcept {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return ((column_of(std::get<Index>(columns).member) == Index) && ...);
    }(std::make_index_sequence<size>{});
  }
  static constexpr bool names_are_distinct() noexcept {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i + 1; j < size; ++j) {
        if (names[i] == names[j]) {
          return false;
        }
      }
      if (names[i] == version_name()) {
        return false;
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
    return version_name() == "tenant_id";
  }
  /// Under whichever name: that it says whose the row is would be believed.
  static constexpr bool maps_a_tenant_member() noexcept {
    if constexpr (requires { column_of(&T::tenant_id); }) {
      return column_of(&T::tenant_id) != size;
    } else {
      return false;
    }
  }
  static constexpr bool parts_are_known() noexcept {
    return std::apply(
        []<class... Part>(const Part&...) {
          return ((is_column<Part> || is_foreign_key<Part> ||
                   std::same_as<Part, mapping::VersionColumn>)&&...);
        },
        mapping.parts);
  }
  static constexpr bool members_are_own() noexcept {
    return std::apply(
        []<class... Owner, class... Member>(const mapping::Column<Owner, Member>&...) {
          return (std::is_base_of_v<Owner, T> && ...);
        },
        columns);
  }
  static constexpr bool members_are_storable() noexcept {
    return std::apply(
        []<class... Owner, class... Member>(const mapping::Column<Owner, Member>&...) {
          return (Storable<Member> && ...);
        },
        columns);
  }
  static constexpr bool references_are_mapped() noexcept {
    return std::apply(
        [](const auto&... part) {
          return ([&] {
            if constexpr (is_foreign_key<std::remove_cvref_t<decltype(part)>>) {
              return std::apply(
                  [](const auto... member) { return ((column_of(member) != size) && ...); },
                  part.members);
            } else {
              return true;
            }
          }() && ...);
        },
        mapping.parts);
  }

  static_assert(is_identifier(table),
                "mapping: a table's name is lower-case letters, digits and '_'");
  static_assert(!table.starts_with("tenancy_") && !table.starts_with("sqlite_") &&
                    !table.starts_with("pg_"),
                "mapping: tables that begin with tenancy_, sqlite_ or pg_ are not the host's");
  static_assert(parts_are_known(),
                "mapping: an entity is made of columns, a row version and foreign keys");
  static_assert(size <= 200, "mapping: an entity has at most 200 columns");
  static_assert(names_are_good(), "mapping: a column's name is lower-case letters, digits and '_'");
  static_assert(!names_the_tenant(),
                "mapping: tenant_id is no member: the transaction knows the tenant");
  static_assert(!maps_a_tenant_member(),
                "mapping: a member tenant_id is not mapped: the transaction knows the tenant");
  static_assert(!names_a_row_number(),
                "mapping: rowid, oid and _rowid_ are the numbers of rows of all tenants");
  static_assert(names_are_distinct(), "mapping: two members are mapped to one column");
  static_assert(members_are_distinct(), "mapping: a member is mapped to two columns");
  static_assert(count_versions() <= 1, "mapping: a row has one version");
  static_assert(!keys.empty(), "mapping: an entity has a key column");
  static_assert(members_are_own(), "mapping: a column's member belongs to another type");
  static_assert(members_are_storable(), "mapping: a member's type has no Codec");
  static_assert(references_are_mapped(),
                "mapping: a foreign key is made of members that are mapped to columns");

  template <std::size_t... Part>
  static auto key_of(std::index_sequence<Part...>) -> KeyOf<Value<keys[Part]>...>;
  using KeyTypes = decltype(key_of(std::make_index_sequence<keys.size()>{}));
  using Key = typename KeyTypes::Type;
  using KeyArgument = typename KeyTypes::Argument;

  template <std::size_t... Part>
  static constexpr bool keys_are_allowed(std::index_sequence<Part...> /*parts*/) noexcept {
    return (KeyForm<Value<keys[Part]>>::is_allowed && ...);
  }
  static_assert(keys_are_allowed(std::make_index_sequence<keys.size()>{}),
                "mapping: a key is a text, an integer, a named enumeration, a time or bytes");

  static constexpr std::array<bool, size> nullable = std::apply(
      []<class... Owner, class... Member>(const mapping::Column<Owner, Member>&...) {
        return std::array<bool, size>{is_optional<Member>...};
      },
      columns);

  static constexpr EntityLayout layout{table, names, keys, nullable, version_name()};
};

}  // namespace tenancy::inline v0::detail
