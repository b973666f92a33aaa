#include "storage/postgres/query_error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "storage/scoped_limits.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

struct Meaning {
  std::string_view sqlstate;  ///< Or the first letters of several.
  errc code;
  std::string_view subject;
  std::string_view words;  ///< Empty for the server's own.
};

/// The first that fits counts.
constexpr std::array meanings{
    Meaning{"42501", errc::query_refused, {}, "it names what a tenant's query may not see or call"},
    Meaning{"25006", errc::query_refused, {}, "a tenant's query only reads"},
    Meaning{"54001", errc::query_limit_exceeded, "depth", "the query is too deep"},
    Meaning{"54011", errc::query_limit_exceeded, "text", "the query has too many columns"},
    Meaning{"54023", errc::query_limit_exceeded, "text", "a function has too many arguments"},
    Meaning{"54", errc::query_limit_exceeded, "value", "a value is too large"},
    Meaning{"53200", errc::query_limit_exceeded, "memory",
            "it sorts, groups or materialises too much"},
    Meaning{"53400", errc::query_limit_exceeded, "memory",
            "it sorts, groups or materialises too much"},
    // Of values, whose messages tell them.
    Meaning{"22021", errc::invalid_query, {}, "the text is not UTF-8"},
    Meaning{"22012", errc::invalid_query, {}, "a division by zero"},
    Meaning{"22003", errc::invalid_query, {}, "a number is out of range"},
    Meaning{
        "22P02", errc::invalid_query, {}, "a text is no value of the type that it is taken for"},
    Meaning{"22", errc::invalid_query, {}, "a function does not take a value that it was given"},
    Meaning{"21000", errc::invalid_query, {}, "a subquery gives more than one row"},
    Meaning{"23", errc::invalid_query, {}, "a value is none of the type that it is taken for"},
    Meaning{"42", errc::invalid_query, {}, {}},
    Meaning{"0A", errc::invalid_query, {}, {}},
    Meaning{"3F", errc::invalid_query, {}, "there is no such schema"},
    Meaning{"XX000", errc::query_limit_exceeded, "value", "a value is too large"},
};

}  // namespace

Error to_query_error(const ExchangeFailure& failure) {
  if (failure.sqlstate.empty()) {
    return failure.error;
  }
  const auto* const found = std::ranges::find_if(meanings, [&](const Meaning& meaning) {
    return failure.sqlstate.starts_with(meaning.sqlstate);
  });
  if (found == meanings.end()) {
    return failure.error;
  }
  std::string words{found->words.empty() ? std::string_view{failure.words} : found->words};
  words += " (PostgreSQL " + failure.sqlstate + ")";
  const Error error{found->code, std::move(words)};
  return found->subject.empty() ? error : error.about(found->subject);
}

}  // namespace tenancy::inline v0::detail::postgres
