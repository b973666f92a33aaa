#include "storage/sqlite/bounded_functions.hpp"

#include <chrono>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "crash/seed.hpp"
#include "support/must.hpp"

namespace {

using namespace tenancy_test;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::Watch;

/// Two connections: SQLite's functions, and the library's in their place.
class Pair {
 public:
  Pair() {
    must(tenancy::detail::sqlite::install_bounded_functions(bounded_.getHandle(), watch_));
    for (auto* const connection : {&plain_, &bounded_}) {
      sqlite3_limit(connection->getHandle(), SQLITE_LIMIT_LENGTH, 4'000);
      sqlite3_limit(connection->getHandle(), SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256);
    }
  }

  void compare(const std::string& call) {
    const auto expected = evaluate(plain_, call);
    const auto given = evaluate(bounded_, call);
    CHECK_MESSAGE(given == expected, call, ": ", given, " instead of ", expected);
  }

  void allow(int length) { sqlite3_limit(bounded_.getHandle(), SQLITE_LIMIT_LENGTH, length); }

  std::string bounded(const std::string& call) { return evaluate(bounded_, call); }

  /// The call that the queries belong to.
  void stop() {
    stop_.request_stop();
    watch_.begin(limits_, Watch::unlimited, true);
    watch_.enter(true);
  }

 private:
  static std::string evaluate(SQLite::Database& connection, const std::string& call) {
    try {
      SQLite::Statement statement{
          connection,
          "SELECT typeof(v) || ' ' || quote(CAST(v AS BLOB)) FROM (SELECT " + call + " AS v)"};
      statement.executeStep();
      return statement.getColumn(0).getString();
    } catch (const SQLite::Exception& failure) {
      return std::to_string(failure.getErrorCode()) + " " + failure.what();
    }
  }

  std::stop_source stop_;
  const tenancy::CallOptions options_{.stop = stop_.get_token()};
  const CallLimits limits_{options_, std::chrono::milliseconds{0}};
  Watch watch_;
  SQLite::Database plain_{":memory:"};
  SQLite::Database bounded_{":memory:"};
};

std::string in_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char letter : bytes) {
    hex += digits[static_cast<unsigned char>(letter) >> 4U];
    hex += digits[static_cast<unsigned char>(letter) & 15U];
  }
  return hex;
}

/// Of few characters, so that parts are found: of one to four bytes, wildcards, NUL.
std::string random_text(std::mt19937_64& random, int longest) {
  static const std::vector<std::string> characters{
      "a", "b",  "A", "%", "_", "*",      "?", "[",  "]",  "^",
      "-", "\\", " ", "ä", "Ä", "\u0300", "€", "漢", "😀", std::string{'\0'}};
  std::string text;
  const bool is_plain = below(random, 2) == 0;
  for (int i = below(random, longest + 1); i > 0; --i) {
    text += characters[static_cast<std::size_t>(
        below(random, is_plain ? 4 : static_cast<int>(characters.size())))];
  }
  return text;
}

std::string random_value(std::mt19937_64& random, int longest) {
  switch (below(random, 12)) {
    case 0:
      return "NULL";
    case 1:
      return std::to_string(below(random, 200) - 100);
    case 2:
      return std::to_string(below(random, 10)) + ".25";
    case 3:
      return "x'" + in_hex(random_text(random, longest)) + "'";
    default:
      return "CAST(x'" + in_hex(random_text(random, longest)) + "' AS TEXT)";
  }
}

/// What SQLite takes for an escape and the library does not.
bool is_wildcard(std::string_view value) {
  return value.find("x'25'") != std::string_view::npos ||
         value.find("x'5f'") != std::string_view::npos;
}

}  // namespace

TEST_CASE("functions with bounds answer as SQLite's own do") {
  std::mt19937_64 random{announced_seed()};
  Pair pair;
  const int rounds = is_long_run() ? 1'000'000 : 20'000;
  for (int i = 0; i < rounds; ++i) {
    const auto whole = random_value(random, 12);
    const auto part = random_value(random, 3);
    switch (below(random, 8)) {
      case 0:
        pair.compare("instr(" + whole + ", " + part + ")");
        break;
      case 1:
        pair.compare("replace(" + whole + ", " + part + ", " + random_value(random, 4) + ")");
        break;
      case 2:
        pair.compare("trim(" + whole + ", " + part + ")");
        break;
      case 3:
        pair.compare("ltrim(" + whole + ", " + part + ")");
        break;
      case 4:
        pair.compare("rtrim(" + whole + ", " + part + ")");
        break;
      case 5:
        pair.compare(whole + " LIKE " + random_value(random, 6));
        break;
      case 6:
        if (const auto escape = random_value(random, 1); !is_wildcard(escape)) {
          pair.compare("like(" + random_value(random, 6) + ", " + whole + ", " + escape + ")");
        }
        break;
      default:
        pair.compare(whole + " GLOB " + random_value(random, 6));
        break;
    }
  }
}

TEST_CASE("functions with bounds meet the limits that SQLite's own meet") {
  Pair pair;
  pair.compare("replace(printf('%2000d', 1), ' ', 'abc')");
  pair.compare("replace(printf('%1000d', 1), ' ', 'abc')");
  pair.compare("replace(printf('%1000d', 1), ' ', 'abcd') IS NULL");
  pair.compare("'x' LIKE printf('%256d', 1)");
  pair.compare("'x' LIKE printf('%257d', 1)");
  pair.compare("'x' GLOB printf('%257d', 1)");
  pair.compare("x'61' LIKE printf('%257d', 1)");
  pair.compare("like('a', 'a', 'ab')");
  pair.compare("like('a', 'a', '')");
  pair.compare("like('a', 'a', NULL)");
}

TEST_CASE("parts of blobs are found byte by byte, parts of texts by characters") {
  Pair pair;
  pair.compare("instr(x'c3a461', x'a4')");
  pair.compare("instr(CAST(x'c3a461' AS TEXT), CAST(x'a4' AS TEXT))");
}

TEST_CASE("a blob is one for all rows, and beside a text none") {
  Pair pair;
  pair.compare("(SELECT group_concat(instr(x'c3a461', column1)) FROM (VALUES (x'61'), (x'61')))");
  pair.compare(
      "(SELECT group_concat(instr(column1, x'61')) FROM (VALUES (x'c3a461'), (x'c3a461')))");
  pair.compare("instr(CAST(x'c3a461' AS TEXT), x'61')");
  pair.compare("instr(x'c3a461', 'a')");
}

TEST_CASE("an escape is one character of any size") {
  Pair pair;
  pair.compare("like('aä%', 'a%', 'ä')");
  pair.compare("like('a€%', 'a%', '€')");
  pair.compare("like('a😀%', 'a%', '😀')");
  pair.compare("like('a', 'a', CAST(x'8061' AS TEXT))");
  // Of no character that there is.
  CHECK(pair.bounded("like('a', 'a', CAST(x'f880808080' AS TEXT))").find("a single character") !=
        std::string::npos);
}

TEST_CASE("what is no valid text is trimmed byte by byte, up to eight sizes of characters") {
  Pair pair;
  pair.compare("trim('ab', CAST(x'6180' AS TEXT))");
  pair.compare("trim(CAST(x'618062' AS TEXT), CAST(x'6180' AS TEXT))");
  std::string characters;
  std::string character;
  for (char size = 1; size <= 9; ++size) {
    character =
        static_cast<char>(0xC0 + size) + std::string(static_cast<std::size_t>(size - 1), '\x80');
    characters += character;
    const auto trimmed = pair.bounded("trim(CAST(x'" + in_hex(character) + "' AS TEXT), CAST(x'" +
                                      in_hex(characters) + "' AS TEXT))");
    CHECK((trimmed == "text X''") == (size <= 8));
  }
}

TEST_CASE("no function is begun for a call that is stopped") {
  Pair pair;
  pair.stop();
  for (const std::string call :
       {"instr('a', 'a')", "replace('a', 'a', 'b')", "trim('a', 'b')", "ltrim('a', 'b')",
        "rtrim('a', 'b')", "'a' LIKE 'a'", "like('a', 'a', 'b')", "'a' GLOB 'a'"}) {
    CAPTURE(call);
    CHECK(pair.bounded(call) == "9 interrupted");
  }
}

TEST_CASE("functions that cannot be replaced are an error") {
  SQLite::Database database{":memory:"};
  SQLite::Statement running{database, "SELECT 1 UNION ALL SELECT 2"};
  REQUIRE(running.executeStep());
  Watch watch;
  const auto outcome =
      tenancy::detail::sqlite::install_bounded_functions(database.getHandle(), watch);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error() == tenancy::errc::busy);
}

TEST_CASE("a result is given up as soon as it is too long, not when it is whole") {
  // Eight gigabytes.
  Pair pair;
  pair.allow(100'000);
  const auto given = pair.bounded("replace(printf('%90000d', 1), ' ', printf('%90000d', 1))");
  CHECK_MESSAGE(given.find("too big") != std::string::npos, given.substr(0, 100));
}

TEST_CASE("an escape that is a wildcard is an error") {
  Pair pair;
  CHECK(pair.bounded("like('a', 'a', '%')").find("must not be a wildcard") != std::string::npos);
  CHECK(pair.bounded("like('a', 'a', '_')").find("must not be a wildcard") != std::string::npos);
}
