#include "storage/sqlite/structure_check.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "storage/sqlite/error.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// What SQLite found, without the one number in it that is a stored value: tables of numbers are
/// kept in the order of their keys.
std::string without_keys(std::string finding) {
  constexpr std::string_view marks = "Rowid ";
  for (auto at = finding.find(marks); at != std::string::npos; at = finding.find(marks, at)) {
    at += marks.size();
    const auto end = std::min(finding.find_first_not_of("-0123456789", at), finding.size());
    finding.replace(at, end - at, "(key)");
  }
  return finding;
}

/// The code by which a page could not be read, which SQLite puts among what it finds: it says
/// nothing of what is in the page.
std::optional<int> code_of_unread(std::string_view finding) {
  constexpr std::string_view with_code = "unable to get the page. error code=";
  if (finding.find("failed to get page") != std::string_view::npos) {
    return SQLITE_IOERR_READ;
  }
  const auto at = finding.find(with_code);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto digits = finding.substr(at + with_code.size());
  int code = SQLITE_IOERR_READ;
  std::from_chars(digits.data(), digits.data() + digits.size(), code);
  return to_errc(code) == errc::corrupt_store ? std::nullopt : std::optional{code};
}

}  // namespace

Result<void> check_structure(JobConnection& connection, const std::filesystem::path& file) {
  std::string finding;
  const auto first_finding = [&](sqlite3_stmt* row) {
    finding = text_of(row, 0);
    return false;
  };
  BOOST_OUTCOME_TRY(connection.run("PRAGMA cell_size_check = ON"));
  BOOST_OUTCOME_TRY(connection.run("PRAGMA integrity_check(1)", first_finding));
  if (const auto code = code_of_unread(finding)) {
    return to_error(*code, nullptr, "reading " + file.string() + " to check its structure");
  }
  if (finding != "ok") {
    return corrupt_file(file, without_keys(std::move(finding)));
  }
  finding.clear();
  const auto first_orphan = [&](sqlite3_stmt* row) {
    finding = "rows of " + text_of(row, 0) + " refer to rows of " + text_of(row, 2) +
              " that do not exist";
    return false;
  };
  BOOST_OUTCOME_TRY(connection.run("PRAGMA foreign_key_check", first_orphan));
  if (!finding.empty()) {
    return corrupt_file(file, finding);
  }
  return success();
}

Result<void> check_live_structure(const std::filesystem::path& file,
                                  std::chrono::milliseconds max_wait, JobWatch& watch) {
  BOOST_OUTCOME_TRY(watch.check());
  BOOST_OUTCOME_TRY(auto connection, JobConnection::open(file.string(), JobConnection::Source::live,
                                                         max_wait, watch));
  BOOST_OUTCOME_TRY(connection.run("BEGIN"));
  return check_structure(connection, file);
}

}  // namespace tenancy::inline v0::detail::sqlite
