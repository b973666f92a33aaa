#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "tenancy/data/codec.hpp"

namespace tenancy::inline v0 {

/// How a plain struct lies in a table, written beside the struct as constexpr data:
///
///     struct Note {
///       std::string id;
///       std::string body;
///       tenancy::Timestamp created_at;
///     };
///     constexpr auto tenancy_mapping(std::type_identity<Note>) {
///       namespace m = tenancy::mapping;
///       return m::entity("notes", m::generated_key("id", &Note::id),
///                        m::column("body", &Note::body),
///                        m::created_at("created_at", &Note::created_at));
///     }
///
/// Mapped types must not live in a shared library that is unloaded while a store is open: prepared
/// statements are found by the address of what the mapping makes.
///
/// A type with private members has a `static constexpr auto tenancy_mapping()` instead. The tenant
/// is no member and no column here: the transaction knows it.
namespace mapping {

enum class Role : std::uint8_t {
  key,            ///< Given by the caller.
  generated_key,  ///< Made by the library when the caller leaves it empty.
  plain,
  created_at,  ///< Set by the library at insertion, never changed.
  updated_at,  ///< Set by the library at insertion and at each update.
};

template <class Owner, class Member>
struct Column {
  using Value = Member;

  std::string_view name;
  Member Owner::*member;
  Role role;
};

struct VersionColumn {
  std::string_view name;
};

template <class Parent, class... Members>
struct ForeignKey {
  std::tuple<Members...> members;
};

template <class... Parts>
struct Entity {
  std::string_view table;
  std::tuple<Parts...> parts;
};

/// A part of the key. Keys of several columns are in the order of the mapping, which is that of the
/// table's primary key behind `tenant_id`.
template <class Owner, class Value>
constexpr auto key(std::string_view name, Value Owner::*member) noexcept {
  return Column<Owner, Value>{name, member, Role::key};
}

/// A text key; see `make_record_id` for its form.
template <class Owner>
constexpr auto generated_key(std::string_view name, std::string Owner::*member) noexcept {
  return Column<Owner, std::string>{name, member, Role::generated_key};
}

/// Any other column; it may be NULL when its member is an optional.
template <class Owner, class Value>
constexpr auto column(std::string_view name, Value Owner::*member) noexcept {
  return Column<Owner, Value>{name, member, Role::plain};
}

template <class Owner>
constexpr auto created_at(std::string_view name, Timestamp Owner::*member) noexcept {
  return Column<Owner, Timestamp>{name, member, Role::created_at};
}

template <class Owner>
constexpr auto updated_at(std::string_view name, Timestamp Owner::*member) noexcept {
  return Column<Owner, Timestamp>{name, member, Role::updated_at};
}

/// The column of the row's `RowVersion`, an INTEGER that no member holds: see `Versioned`.
constexpr auto row_version(std::string_view name) noexcept { return VersionColumn{name}; }

/// The members, mapped before, that refer to the key of `Parent`, in its order and of its types;
/// each may be optional. In the table the reference begins with `tenant_id` on both sides.
template <class Parent, class... Owner, class... Value>
constexpr auto foreign_key(Value Owner::*... members) noexcept {
  return ForeignKey<Parent, Value Owner::*...>{{members...}};
}

/// A table and its columns. Names are lower-case letters, digits and `_`, not beginning with a
/// digit.
template <class... Parts>
constexpr auto entity(std::string_view table, Parts... parts) noexcept {
  return Entity<Parts...>{table, std::tuple<Parts...>{parts...}};
}

}  // namespace mapping

namespace detail {

template <class T>
concept MappedInside = requires { T::tenancy_mapping(); };

template <class T>
concept MappedBeside = requires { tenancy_mapping(std::type_identity<T>{}); };

}  // namespace detail

/// A type that has a mapping.
template <class T>
concept Entity = std::default_initializable<T> && std::movable<T> &&
                 (detail::MappedInside<T> || detail::MappedBeside<T>);

}  // namespace tenancy::inline v0
