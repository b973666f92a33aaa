#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/query.hpp"

#include "service/http/query.hpp"
#include "service/named.hpp"

namespace tenantd {

/// The words of a parameter, which commas separate; none when it is not given.
std::vector<std::string_view> words_of(const Query& query, std::string_view parameter);

/// What `search` looks for, anywhere in a text and in either case. Errors: 400.
Reply<std::optional<std::string>> search_text(const Query& query);

/// The name that `name` asks for, letter by letter. Errors: 400.
Reply<std::optional<std::string>> name_parameter(const Query& query);

/// A time by RFC 3339. Errors: 400.
Reply<std::optional<tenancy::Timestamp>> time_parameter(const Query& query, std::string_view name);

/// Rows whose status is one of those in `status=active,failed`. Errors: 400 with those there are.
template <auto Member, class T>
Reply<void> filter_by_status(const Query& query, tenancy::Query<T>& rows) {
  using Status = std::remove_cvref_t<decltype(std::declval<const T&>().*Member)>;
  std::vector<Status> wanted;
  for (const std::string_view word : words_of(query, "status")) {
    const auto status = find_named<Status>(word);
    if (!status) {
      return Problem{400, "The query parameter status has one or more of " + names_of<Status>() +
                              ", with commas between."};
    }
    wanted.push_back(*status);
  }
  if (query.find("status") != nullptr) {
    rows.where(tenancy::field<Member>.in(wanted));
  }
  return boost::outcome_v2::success();
}

/// Rows of exactly the name in `name=shop`. Errors: 400.
template <auto Member, class T>
Reply<void> filter_by_name(const Query& query, tenancy::Query<T>& rows) {
  BOOST_OUTCOME_TRY(const auto name, name_parameter(query));
  if (name) {
    rows.where(tenancy::field<Member> == *name);
  }
  return boost::outcome_v2::success();
}

/// Rows from `NAME_after` on, and before `NAME_before`. Errors: 400.
template <auto Member, class T>
Reply<void> filter_by_time(const Query& query, const std::string& name, tenancy::Query<T>& rows) {
  BOOST_OUTCOME_TRY(const auto after, time_parameter(query, name + "_after"));
  BOOST_OUTCOME_TRY(const auto before, time_parameter(query, name + "_before"));
  if (after) {
    rows.where(tenancy::field<Member> >= *after);
  }
  if (before) {
    rows.where(tenancy::field<Member> < *before);
  }
  return boost::outcome_v2::success();
}

/// A column that clients may sort by, and what they call it.
template <class T>
struct SortableColumn {
  std::string_view name;
  void (*sort)(tenancy::Query<T>& rows, bool descends);
};

template <class T, auto Member>
constexpr SortableColumn<T> sortable(std::string_view name) noexcept {
  return {name, [](tenancy::Query<T>& rows, bool descends) {
            rows.order_by(tenancy::SortTerm<Member>{descends});
          }};
}

/// Sorts as `sort=status,-created_at` says: by the first column, then by the next; a minus sign
/// puts the greatest first. Errors: 400 with the columns there are.
template <class T, std::size_t Size>
Reply<void> sort_rows(const Query& query, const SortableColumn<T> (&columns)[Size],
                      tenancy::Query<T>& rows) {
  for (const std::string_view word : words_of(query, "sort")) {
    const bool descends = word.starts_with('-');
    const std::string_view name = word.substr(descends ? 1 : 0);
    bool is_known = false;
    std::string known;
    for (const SortableColumn<T>& column : columns) {
      known.append(known.empty() ? "" : ", ").append(column.name);
      if (column.name == name) {
        column.sort(rows, descends);
        is_known = true;
      }
    }
    if (!is_known) {
      return Problem{400, "The query parameter sort has one or more of " + known +
                              ", with commas between, and - before what comes greatest first."};
    }
  }
  return boost::outcome_v2::success();
}

}  // namespace tenantd
