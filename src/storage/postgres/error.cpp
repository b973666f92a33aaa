#include "storage/postgres/error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tenancy::inline v0::detail::postgres {
namespace {

struct Meaning {
  std::string_view sqlstate;  ///< Or the first letters of several.
  errc code;
};

/// The first that fits counts.
constexpr std::array meanings{
    Meaning{"23505", errc::already_exists},
    Meaning{"23503", errc::reference_violation},
    Meaning{"23001", errc::reference_violation},
    Meaning{"23", errc::constraint_violation},
    Meaning{"P0001", errc::constraint_violation},
    Meaning{"22", errc::invalid_value},
    Meaning{"25006", errc::storage_read_only},
    Meaning{"25", errc::transaction_lost},
    Meaning{"08", errc::transaction_lost},
    Meaning{"40003", errc::commit_unknown},
    Meaning{"40", errc::busy},
    Meaning{"53100", errc::storage_full},
    Meaning{"53300", errc::overloaded},
    Meaning{"53", errc::io_error},
    Meaning{"54", errc::invalid_value},
    Meaning{"55P03", errc::busy},
    Meaning{"55006", errc::busy},
    Meaning{"57014", errc::deadline_exceeded},
    Meaning{"57", errc::transaction_lost},
    Meaning{"58", errc::io_error},
    Meaning{"XX001", errc::corrupt_store},
    Meaning{"XX002", errc::corrupt_store},
    Meaning{"28", errc::cannot_open},
    Meaning{"3D", errc::cannot_open},
    Meaning{"42501", errc::schema_mismatch},
    // What reaches here are the statements of mappings: their table or a column is not there.
    Meaning{"42", errc::invalid_mapping},
    Meaning{"3F", errc::invalid_mapping},
};

std::string_view field(const PGresult* failed, int which) noexcept {
  const char* const text = PQresultErrorField(failed, which);
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::string subject_of(const PGresult* failed, std::string_view sqlstate) {
  if (sqlstate == "23502") {
    return std::string{field(failed, PG_DIAG_COLUMN_NAME)};
  }
  return sqlstate == "23514" ? std::string{field(failed, PG_DIAG_CONSTRAINT_NAME)} : std::string{};
}

/// Whether the engine's own words name things of the schema and the server only.
bool has_no_values(std::string_view sqlstate) noexcept {
  constexpr std::array classes{"08", "23", "25", "28", "3D", "3F", "40",
                               "42", "53", "54", "55", "57", "58", "0A"};
  return std::ranges::any_of(classes, [&](const char* it) { return sqlstate.starts_with(it); });
}

}  // namespace

errc to_errc(std::string_view sqlstate) noexcept {
  const auto* const found = std::ranges::find_if(
      meanings, [&](const Meaning& meaning) { return sqlstate.starts_with(meaning.sqlstate); });
  return found == meanings.end() ? errc::internal : found->code;
}

std::string_view sqlstate_of(const PGresult* failed) noexcept {
  return field(failed, PG_DIAG_SQLSTATE);
}

bool is_lost_to_others(std::string_view sqlstate) noexcept {
  return sqlstate == "40001" || sqlstate == "40P01";
}

Error to_error(const PGresult* failed, std::string_view what_was_tried,
               const UniqueKeys* unique_keys, SourceLocation where) {
  const auto sqlstate = sqlstate_of(failed);
  std::string message{what_was_tried};
  if (has_no_values(sqlstate)) {
    message += ": ";
    message += field(failed, PG_DIAG_MESSAGE_PRIMARY);
  }
  message += " (PostgreSQL ";
  message += sqlstate.empty() ? "connection" : sqlstate;
  message += ")";
  const Error error{sqlstate.empty() ? errc::transaction_lost : to_errc(sqlstate),
                    std::move(message), where};
  if (sqlstate == "23505") {
    const auto name = field(failed, PG_DIAG_CONSTRAINT_NAME);
    if (const auto* const key = unique_keys == nullptr ? nullptr : unique_keys->find(name)) {
      return error.with_context(key->shown).about(key->columns);
    }
    return error.about(name);
  }
  const auto subject = subject_of(failed, sqlstate);
  return subject.empty() ? error : error.about(subject);
}

}  // namespace tenancy::inline v0::detail::postgres
