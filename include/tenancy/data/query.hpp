#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/query_code.hpp"
#include "tenancy/data/field.hpp"

namespace tenancy::inline v0 {

/// A predicate on rows of `T` that is put together while the program runs. A new one holds for
/// every row, and drops out of what it is combined with: one to which `||` never added anything
/// holds for every row, too. For one of some values, which may be none, there is `in`.
///
///     tenancy::Predicate<Note> predicate;
///     if (search) {
///       predicate = predicate && tenancy::field<&Note::title>.contains(*search);
///     }
///
/// Thread safety: thread-compatible.
template <Entity T>
class Predicate {
 public:
  using IsPredicate = void;

  Predicate() = default;
  template <PredicateExpression Expression>
    requires(!std::same_as<std::remove_cvref_t<Expression>, Predicate>)
  Predicate(Expression&& expression) {  // NOLINT(google-explicit-constructor): widens
    std::remove_cvref_t<Expression> own{std::forward<Expression>(expression)};
    std::move(own).template write<T>(code_);
  }

  /// For the library's own templates.
  template <Entity Other>
  void write(detail::PredicateCode& code) && {
    static_assert(std::same_as<T, Other>, "query: the predicate is one of another entity");
    code = std::move(code_);
  }
  [[nodiscard]] const detail::PredicateCode& code() const noexcept { return code_; }

 private:
  detail::PredicateCode code_;
};

/// A column to sort by.
template <auto Member>
struct SortTerm {
  bool descends;
};

/// Least first; NULL comes before everything else.
template <auto Member>
inline constexpr SortTerm<Member> ascending{false};
/// Greatest first; NULL comes behind everything else.
template <auto Member>
inline constexpr SortTerm<Member> descending{true};

/// Which rows of `T`, and in which order.
///
///     auto query = tenancy::Query<Note>{}
///                      .where(tenancy::field<&Note::stars> >= 3)
///                      .order_by(tenancy::descending<&Note::stars>,
///                                tenancy::ascending<&Note::title>);
///
/// A predicate alone converts to a query. Without an order of its own rows come in the order of
/// their keys; with one, rows that are equal in all its columns come in that of their keys too, in
/// the direction of the last column.
///
/// At most 100 comparisons, of at most 500 values each and 10,000 together, `&&`, `||` and `!` in
/// one another at most 20 deep, and 8 columns to sort by; a query with more fails with
/// `invalid_argument`. Where queries of the same form recur, only the first of a form is
/// written as SQL and prepared.
///
/// Thread safety: thread-compatible.
template <Entity T>
class Query {
 public:
  /// All rows.
  Query() = default;
  template <PredicateExpression Expression>
  Query(Expression&& expression) {  // NOLINT(google-explicit-constructor): a predicate is a query
    where(std::forward<Expression>(expression));
  }

  /// What must hold beside all that was asked for before.
  template <PredicateExpression Expression>
  Query& where(Expression&& expression) & {
    detail::PredicateCode more;
    std::remove_cvref_t<Expression> own{std::forward<Expression>(expression)};
    std::move(own).template write<T>(more);
    code_.predicate.combine(detail::Operator::both, std::move(more));
    return *this;
  }
  template <PredicateExpression Expression>
  [[nodiscard]] Query where(Expression&& expression) && {
    return std::move(where(std::forward<Expression>(expression)));
  }

  /// Behind what was sorted by before.
  template <auto... Members>
  Query& order_by(SortTerm<Members>... terms) & {
    (sort_by<Members>(terms.descends), ...);
    return *this;
  }
  template <auto... Members>
  [[nodiscard]] Query order_by(SortTerm<Members>... terms) && {
    return std::move(order_by(terms...));
  }

  /// For the library's own templates.
  [[nodiscard]] const detail::QueryCode& code() const noexcept { return code_; }

 private:
  template <auto Member>
  void sort_by(bool descends) {
    constexpr std::size_t column = detail::EntityTraits<T>::template column_of<Member>();
    static_assert(column != detail::EntityTraits<T>::size,
                  "query: the member is not mapped to a column of this entity");
    static_assert(detail::is_ordered<detail::ComparedOf<Member>> ||
                      NamedEnum<detail::ComparedOf<Member>> ||
                      std::same_as<detail::ComparedOf<Member>, bool>,
                  "query: a column of this type is in no order");
    code_.order.push_back({static_cast<std::uint8_t>(column), descends});
  }

  detail::QueryCode code_;
};

}  // namespace tenancy::inline v0
