#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/data/codec.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/query_code.hpp"

namespace tenancy::inline v0 {

namespace detail {

template <class Member>
struct MemberPointer;
template <class Class, class Member>
struct MemberPointer<Member Class::*> {
  using Owner = Class;
  using Value = Member;
};
template <auto Member>
using ValueOf = typename MemberPointer<decltype(Member)>::Value;
/// What the member's column is compared with, when it is not NULL.
template <auto Member>
using ComparedOf = typename Unwrapped<ValueOf<Member>>::Type;

template <class Value>
inline constexpr bool is_bytes = std::same_as<Value, std::vector<std::byte>>;
template <class Value>
inline constexpr bool is_number =
    std::same_as<Value, double> || (std::integral<Value> && !std::same_as<Value, bool>);
/// Whether stored values are in the order of the members' values.
template <class Value>
inline constexpr bool is_ordered = is_number<Value> || std::same_as<Value, std::string> ||
                                   std::same_as<Value, Timestamp> || is_bytes<Value>;

/// Whether an operand may stand beside a member of that type, nothing being cut.
template <class Value, class Operand>
constexpr bool is_comparable() noexcept {
  if constexpr (std::same_as<Value, std::string>) {
    return std::convertible_to<const Operand&, std::string_view>;
  } else if constexpr (is_bytes<Value>) {
    return std::convertible_to<const Operand&, std::span<const std::byte>>;
  } else if constexpr (std::same_as<Value, double>) {
    return std::is_arithmetic_v<Operand> && !std::same_as<Operand, bool>;
  } else if constexpr (is_number<Value>) {
    return std::integral<Operand> && !std::same_as<Operand, bool>;
  } else {
    return std::same_as<Value, Operand>;
  }
}

/// The value that an operand stands for in the column.
template <class Value, class Operand>
OwnedValue value_of(const Operand& operand) {
  if constexpr (std::same_as<Value, double>) {
    const auto number = static_cast<double>(operand);
    return OwnedValue{number == number ? ValueView::real(number) : ValueView::impossible()};
  } else if constexpr (is_number<Value>) {
    return OwnedValue{std::in_range<std::int64_t>(operand)
                          ? ValueView::int64(static_cast<std::int64_t>(operand))
                          : ValueView::impossible()};
  } else {
    ValueView value{};
    std::forward_list<std::string> copies;
    Codec<Value>::bind(ValueAccess::parameter(value, copies), operand);
    return OwnedValue{value};
  }
}

/// A column, what is asked of it, and the values to compare it with.
template <auto Member>
struct Comparison {
  using IsPredicate = void;

  Operator what;
  std::vector<OwnedValue> values;

  template <Entity T>
  void write(PredicateCode& code) && {
    constexpr std::size_t column = EntityTraits<T>::template column_of<Member>();
    static_assert(column != EntityTraits<T>::size,
                  "query: the member is not mapped to a column of this entity");
    code.compare(what, column, std::move(values));
  }
};

/// Two predicates of which both, or either, must hold.
template <class Left, class Right>
struct Combination {
  using IsPredicate = void;

  Operator what;
  Left left;
  Right right;

  template <Entity T>
  void write(PredicateCode& code) && {
    std::move(left).template write<T>(code);
    PredicateCode other;
    std::move(right).template write<T>(other);
    code.combine(what, std::move(other));
  }
};

template <class Negated>
struct Negation {
  using IsPredicate = void;

  Negated negated;

  template <Entity T>
  void write(PredicateCode& code) && {
    std::move(negated).template write<T>(code);
    code.negate();
  }
};

}  // namespace detail

/// Something that holds for a row or not: fields compared with values, and what `&&`, `||` and `!`
/// make of such.
template <class Expression>
concept PredicateExpression = requires { typename std::remove_cvref_t<Expression>::IsPredicate; };

/// The column of a mapped member, for predicates: `field<&Note::stars> >= 3`.
///
/// Comparisons are SQL's: one with a column that is NULL is neither true nor false, and so is its
/// negation; only `is_null` tells. Texts are compared byte by byte, unless their column is declared
/// with another collation; `like` and `contains` without regard to the case of ASCII letters.
/// Values are copied into the predicate, and are parameters of the statement, never part of its
/// text.
///
/// Operands have the member's type: for numbers any integer, for `double` any number. A value that
/// no column can hold, such as not-a-number, makes the query fail with `invalid_value`.
///
/// Thread safety: immutable.
template <auto Member>
  requires std::is_member_object_pointer_v<decltype(Member)>
class Field {
  using Value = detail::ComparedOf<Member>;
  using Comparison = detail::Comparison<Member>;

 public:
  template <class Operand>
  friend Comparison operator==(Field /*field*/, const Operand& operand) {
    return with(detail::Operator::equal, operand);
  }
  template <class Operand>
  friend Comparison operator!=(Field /*field*/, const Operand& operand) {
    return with(detail::Operator::not_equal, operand);
  }
  template <class Operand>
  friend Comparison operator<(Field /*field*/, const Operand& operand) {
    return ordered_with(detail::Operator::less, operand);
  }
  template <class Operand>
  friend Comparison operator<=(Field /*field*/, const Operand& operand) {
    return ordered_with(detail::Operator::less_or_equal, operand);
  }
  template <class Operand>
  friend Comparison operator>(Field /*field*/, const Operand& operand) {
    return ordered_with(detail::Operator::greater, operand);
  }
  template <class Operand>
  friend Comparison operator>=(Field /*field*/, const Operand& operand) {
    return ordered_with(detail::Operator::greater_or_equal, operand);
  }

  /// From `least` to `greatest`, both included.
  template <class Least, class Greatest>
  [[nodiscard]] Comparison between(const Least& least, const Greatest& greatest) const {
    require_order();
    require_type<Least>();
    require_type<Greatest>();
    return {detail::Operator::between,
            {detail::value_of<Value>(least), detail::value_of<Value>(greatest)}};
  }

  /// One of these, at most 500; of none, for no row.
  template <class Values>
  [[nodiscard]] Comparison in(const Values& values) const {
    Comparison comparison{detail::Operator::in, {}};
    for (const auto& value : values) {
      require_type<std::remove_cvref_t<decltype(value)>>();
      comparison.values.push_back(detail::value_of<Value>(value));
    }
    return comparison;
  }
  template <class Operand>
  [[nodiscard]] Comparison in(std::initializer_list<Operand> values) const {
    return in<std::initializer_list<Operand>>(values);
  }

  /// A pattern of at most 250 bytes in which `%` stands for any text and `_` for any character; a
  /// backslash takes that meaning from what follows it.
  [[nodiscard]] Comparison like(std::string_view pattern) const {
    require_text();
    return {detail::Operator::like, detail::pattern_values(pattern)};
  }
  /// Texts that begin so, byte by byte whatever the column's collation; can use an index that has
  /// none either.
  [[nodiscard]] Comparison prefix(std::string_view text) const {
    require_text();
    auto [what, values] = detail::prefix_comparison(text);
    return {what, std::move(values)};
  }
  /// Texts that hold this one somewhere.
  [[nodiscard]] Comparison contains(std::string_view text) const {
    return like("%" + detail::escaped_pattern(text) + "%");
  }

  [[nodiscard]] Comparison is_null() const {
    static_assert(detail::is_optional<detail::ValueOf<Member>>,
                  "query: a member that is not optional is never NULL");
    return {detail::Operator::is_null, {}};
  }

 private:
  static_assert(Storable<Value>, "query: the member's type has no Codec");

  template <class Operand>
  static constexpr void require_type() noexcept {
    static_assert(detail::is_comparable<Value, std::remove_cvref_t<Operand>>(),
                  "query: the value's type is not that of the member");
  }
  static constexpr void require_order() noexcept {
    static_assert(detail::is_ordered<Value>,
                  "query: only numbers, texts, times and bytes are in an order");
  }
  static constexpr void require_text() noexcept {
    static_assert(std::same_as<Value, std::string>, "query: patterns are for texts");
  }
  template <class Operand>
  static Comparison with(detail::Operator what, const Operand& operand) {
    require_type<Operand>();
    std::vector<detail::OwnedValue> values;
    values.push_back(detail::value_of<Value>(operand));
    return {what, std::move(values)};
  }
  template <class Operand>
  static Comparison ordered_with(detail::Operator what, const Operand& operand) {
    require_order();
    return with(what, operand);
  }
};

template <auto Member>
inline constexpr Field<Member> field{};

namespace detail {

// Here, where they are found for the expressions above.
template <PredicateExpression Left, PredicateExpression Right>
auto operator&&(Left&& left, Right&& right) {
  return Combination<std::remove_cvref_t<Left>, std::remove_cvref_t<Right>>{
      Operator::both, std::forward<Left>(left), std::forward<Right>(right)};
}
template <PredicateExpression Left, PredicateExpression Right>
auto operator||(Left&& left, Right&& right) {
  return Combination<std::remove_cvref_t<Left>, std::remove_cvref_t<Right>>{
      Operator::either, std::forward<Left>(left), std::forward<Right>(right)};
}
template <PredicateExpression Negated>
auto operator!(Negated&& negated) {
  return Negation<std::remove_cvref_t<Negated>>{std::forward<Negated>(negated)};
}

}  // namespace detail

using detail::operator&&;
using detail::operator||;
using detail::operator!;

}  // namespace tenancy::inline v0
