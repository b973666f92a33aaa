#include "tenancy/testing/detail/isolation_watch.hpp"

#include <bit>
#include <cstdint>
#include <utility>

#include "tenancy/testing/must.hpp"

#include "raw_rows.hpp"

namespace tenancy::inline v0::testing::detail {

std::string stored_text(const tenancy::detail::ValueView& value) {
  using tenancy::detail::ValueType;
  switch (value.type()) {
    case ValueType::int64:
      return 'i' + std::to_string(value.int64()) + ';';
    case ValueType::real:
      // All its bits: a number in decimals might be that of another.
      return 'r' + std::to_string(std::bit_cast<std::uint64_t>(value.real())) + ';';
    case ValueType::text:
    case ValueType::blob:
      return (value.type() == ValueType::text ? 't' : 'b') + std::to_string(value.bytes().size()) +
             ':' + std::string{value.bytes()};
    default:
      return "n;";
  }
}

IsolationWatch::IsolationWatch(const TemporaryStore& store)
    : store_{store},
      one_{store.context("isolation-one")},
      other_{store.context("isolation-other")} {}

IsolationWatch::~IsolationWatch() = default;

void IsolationWatch::ignore(std::string_view table) {
  cover(table);
  ignored_.emplace(table);
}

void IsolationWatch::begin(std::string_view subject) {
  report_.checked.emplace_back(subject);
  before_ = must(raw_rows(store_.file(), one_.tenant(), Whose::all_others));
}

void IsolationWatch::look(std::string_view subject, std::string_view step) {
  TableRows now = must(raw_rows(store_.file(), one_.tenant(), Whose::all_others));
  for (const auto& [table, rows] : before_) {
    const auto found = now.find(table);
    if (!ignored_.contains(table) && (found == now.end() || found->second != rows)) {
      find(subject, step, "rows of others in '" + table + "' are not what they were");
    }
  }
  before_ = std::move(now);
}

void IsolationWatch::find(std::string_view subject, std::string_view step, std::string what) {
  report_.findings.push_back({std::string{subject}, std::string{step}, std::move(what)});
}

}  // namespace tenancy::inline v0::testing::detail
