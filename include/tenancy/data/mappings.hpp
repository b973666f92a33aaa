#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/field.hpp"
#include "tenancy/migrate/expected_table.hpp"

namespace tenancy::inline v0 {

namespace detail {

template <Entity T, class Parent, class... Members>
void add_reference(ExpectedTable& expected, const mapping::ForeignKey<Parent, Members...>& key) {
  using Traits = EntityTraits<T>;
  using ParentTraits = EntityTraits<Parent>;
  static_assert(sizeof...(Members) == ParentTraits::keys.size(),
                "mapping: a foreign key has as many members as the parent's key");
  static_assert(
      []<std::size_t... Part>(std::index_sequence<Part...>) {
        return (std::same_as<typename Unwrapped<typename MemberPointer<Members>::Value>::Type,
                             typename ParentTraits::template Value<ParentTraits::keys[Part]>> &&
                ...);
      }(std::make_index_sequence<ParentTraits::keys.size()>{}),
      "mapping: a foreign key's members have the types of the parent's key");
  ExpectedReference reference{.columns = {}, .table = std::string{ParentTraits::table}, .to = {}};
  std::apply(
      [&](const auto... member) {
        (reference.columns.emplace_back(Traits::names[Traits::column_of(member)]), ...);
      },
      key.members);
  for (const std::size_t column : ParentTraits::keys) {
    reference.to.emplace_back(ParentTraits::names[column]);
  }
  expected.references.push_back(std::move(reference));
}

template <Entity T>
ExpectedTable expected_table() {
  using Traits = EntityTraits<T>;
  ExpectedTable expected{.table = std::string{Traits::table}, .columns = {}, .key = {}};
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (expected.columns.push_back(
         {.name = std::string{Traits::names[Index]},
          .nullable = Traits::nullable[Index],
          .stored = storage_class_of<
              typename Unwrapped<typename Traits::template Value<Index>>::Type>()}),
     ...);
  }(std::make_index_sequence<Traits::size>{});
  if constexpr (Traits::has_version) {
    expected.columns.push_back({.name = std::string{Traits::version_name()},
                                .nullable = false,
                                .stored = StorageClass::integer});
  }
  for (const std::size_t column : Traits::keys) {
    expected.key.emplace_back(Traits::names[column]);
  }
  std::apply(
      [&](const auto&... part) {
        (
            [&] {
              if constexpr (is_foreign_key<std::remove_cvref_t<decltype(part)>>) {
                add_reference<T>(expected, part);
              }
            }(),
            ...);
      },
      Traits::mapping.parts);
  return expected;
}

}  // namespace detail

/// What these types' mappings take their tables to be, for `OpenOptions::mappings`, so that a store
/// whose tables are not so is refused when it is opened.
template <Entity... T>
std::vector<ExpectedTable> mappings() {
  return {detail::expected_table<T>()...};
}

}  // namespace tenancy::inline v0
