#include "registry/crossing_log.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/detail/cursor.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr StaticSql insert_crossing_sql{
    "INSERT INTO tenancy_crossings (crossing, used_for, about, principal, purpose, explanation, "
    "created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};

#define TENANCY_CROSSING_COLUMNS \
  "crossing_id, crossing, used_for, about, principal, purpose, explanation, created_at"
constexpr StaticSql newest_sql{"SELECT " TENANCY_CROSSING_COLUMNS
                               " FROM tenancy_crossings WHERE crossing_id < ?1 "
                               "ORDER BY crossing_id DESC LIMIT ?2 OFFSET ?3"};
constexpr StaticSql oldest_sql{"SELECT " TENANCY_CROSSING_COLUMNS
                               " FROM tenancy_crossings WHERE crossing_id > ?1 "
                               "ORDER BY crossing_id LIMIT ?2 OFFSET ?3"};
constexpr StaticSql count_crossings_sql{"SELECT count(*) FROM tenancy_crossings"};

constexpr std::array uses{CrossingUse::permission, CrossingUse::iteration,
                          CrossingUse::listing,    CrossingUse::scan,
                          CrossingUse::count,      CrossingUse::maintenance};
constexpr std::array purposes{CrossingPurpose::maintenance, CrossingPurpose::reporting,
                              CrossingPurpose::support, CrossingPurpose::compliance};
constexpr std::array kinds{PrincipalKind::system, PrincipalKind::administrator,
                           PrincipalKind::service, PrincipalKind::api_key, PrincipalKind::user};

Error unreadable() { return Error{errc::invalid_row, "a row of tenancy_crossings cannot be read"}; }

/// Which of the values is called so.
template <class Value, std::size_t Size>
Result<Value> named(const std::array<Value, Size>& values, std::string_view name) {
  for (const Value value : values) {
    if (to_string(value) == name) {
      return value;
    }
  }
  return unreadable();
}

Result<Principal> read_principal(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return unreadable();
  }
  BOOST_OUTCOME_TRY(const auto kind, named(kinds, text.substr(0, colon)));
  return Principal::create(kind, std::string{text.substr(colon + 1)});
}

Result<CrossingRecord> read_record(const Statement& statement) {
  const auto text = [&](int column) { return statement.text(column).value_or(""); };
  const auto at = statement.int64(7);
  if (!at) {
    return unreadable();
  }
  BOOST_OUTCOME_TRY(const auto use, named(uses, text(2)));
  BOOST_OUTCOME_TRY(const auto principal, read_principal(text(4)));
  BOOST_OUTCOME_TRY(const auto purpose, named(purposes, text(5)));
  BOOST_OUTCOME_TRY(const auto reason, CrossingReason::create(purpose, std::string{text(6)}));
  return CrossingRecord{std::string{text(1)},
                        use,
                        std::string{text(3)},
                        principal,
                        reason,
                        Timestamp::from_microseconds(*at)};
}

Error refusal(const Error& error) {
  switch (error.code()) {
    case errc::cancelled:
    case errc::deadline_exceeded:
    case errc::nested_write:
    case errc::forked_process:
      return error.with_context("recording a use of a permission to cross tenants");
    default:
      return Error{errc::crossing_not_recorded,
                   "the record of a use of a permission to cross tenants could not be written: " +
                       error.to_string()};
  }
}

}  // namespace

Result<void> StoreCrossingSink::record(const CrossingRecord& record, const CallOptions& options) {
  const auto backend = backend_.lock();
  if (backend == nullptr) {
    return Error{errc::crossing_not_recorded, "the store has been closed"};
  }
  const std::string who = record.principal.to_string();
  return control_write(*backend, options, [&](ControlSession& session) -> Result<void> {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_crossing_sql));
    statement->bind_text(1, record.crossing);
    statement->bind_text(2, to_string(record.use));
    statement->bind_text(3, record.about);
    statement->bind_text(4, who);
    statement->bind_text(5, to_string(record.reason.purpose()));
    statement->bind_text(6, record.reason.explanation());
    statement->bind_int64(7, record.at.microseconds());
    BOOST_OUTCOME_TRY(statement->step());
    return success();
  });
}

Result<void> CrossingLog::record(const CrossingRecord& record, const CallOptions& options) {
  if (const auto kept = store_.record(record, options); !kept) {
    return refusal(kept.error());
  }
  if (host_ != nullptr) {
    if (const auto kept = host_->record(record, options); !kept) {
      return refusal(kept.error());
    }
  }
  return success();
}

Result<Page<CrossingRecord>> list_crossings(StoreBackend& backend, const PageRequest& request,
                                            const CallOptions& options) {
  BOOST_OUTCOME_TRY(const PageWindow window, page_window(request));
  const CursorPlace list{std::nullopt, "tenancy_crossings", request.order};
  const bool is_newest_first = request.order == Order::newest_first;
  std::int64_t from = is_newest_first ? std::numeric_limits<std::int64_t>::max() : 0;
  if (request.cursor) {
    BOOST_OUTCOME_TRY(const auto text, open_cursor(backend.keys(), list, *request.cursor));
    const char* const end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, from);
        read.ec != std::errc{} || read.ptr != end) {
      return Error{errc::invalid_cursor, "the cursor's key has another type"};
    }
  }
  return control_read(
      backend, options, [&](ControlSession& session) -> Result<Page<CrossingRecord>> {
        Page<CrossingRecord> page;
        if (request.number) {
          BOOST_OUTCOME_TRY(auto counter, session.prepare(count_crossings_sql));
          BOOST_OUTCOME_TRY(counter->step());
          page.numbers = page_numbers(*request.number, window.limit, counter->int64(0).value_or(0));
        }
        page.has_previous = request.cursor.has_value() || window.offset > 0;
        BOOST_OUTCOME_TRY(auto statement,
                          session.prepare(is_newest_first ? newest_sql : oldest_sql));
        statement->bind_int64(1, from);
        // One more, which tells whether there are further ones.
        statement->bind_int64(2, window.limit + 1);
        statement->bind_int64(3, window.offset);
        std::int64_t last = 0;
        while (true) {
          BOOST_OUTCOME_TRY(const bool found, statement->step());
          if (!found) {
            return page;
          }
          if (std::cmp_equal(page.items.size(), window.limit)) {
            page.has_next = true;
            page.next_cursor = seal_cursor(backend.keys(), list, std::to_string(last));
            return page;
          }
          last = statement->int64(0).value_or(0);
          BOOST_OUTCOME_TRY(auto record, read_record(*statement));
          page.items.push_back(std::move(record));
        }
      });
}

}  // namespace tenancy::inline v0::detail
