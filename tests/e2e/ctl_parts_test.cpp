#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "ctl/display.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/output.hpp"
#include "ctl/parsing.hpp"
#include "ctl/server_answer.hpp"
#include "ctl/standard_streams.hpp"
#include "ctl/table.hpp"
#include "ctl/tenant_fields.hpp"
#include "support/child_process.hpp"

namespace {

using namespace std::chrono_literals;
using namespace tenantctl;  // NOLINT(google-build-using-namespace)
using tenancy::Condition;

TEST_CASE("lengths of time are read as people write them") {
  CHECK(parse_duration("0").value() == 0ms);
  CHECK(parse_duration("500ms").value() == 500ms);
  CHECK(parse_duration("30s").value() == 30s);
  CHECK(parse_duration("5m").value() == 5min);
  CHECK(parse_duration("1h30m").value() == 90min);
  CHECK(parse_duration("2w1d").value() == 15 * 24h);
  CHECK(parse_duration("365000d").value() == 365000 * 24h);
}

TEST_CASE("what is no length of time is refused, and so is one that no number holds") {
  for (const char* const text :
       {"", "30", "s", "-5s", "+5s", " 5s", "5s ", "5 s", "1.5h", "5S", "5mo", "0x5s", "365001d",
        "1h365000d", "9223372036854775807w", "99999999999999999999s", "5\xc2\xb5s", "٣s"}) {
    CAPTURE(text);
    const auto parsed = parse_duration(text);
    REQUIRE(!parsed.has_value());
    CHECK(parsed.error().status == ExitStatus::misused);
  }
}

TEST_CASE("a moment is a time, so long from now, now, or never") {
  const auto now = tenancy::Timestamp::parse("2026-01-31T12:00:00Z").value();
  CHECK(parse_moment("now", now).value() == now);
  CHECK(parse_moment("30d", now).value() == now + 30 * 24h);
  CHECK(parse_moment("2027-01-01T00:00:00+01:00", now).value() ==
        tenancy::Timestamp::parse("2026-12-31T23:00:00Z").value());
  CHECK(!parse_moment("never", now).value().has_value());
  CHECK(!parse_moment("tomorrow", now).has_value());
  CHECK(!parse_moment("2027-01-01", now).has_value());
  CHECK(!parse_moment("", now).has_value());
}

TEST_CASE("identifiers and assignments are split at the first sign") {
  CHECK(parse_identifier("domain:Acme.Example").value().value() == "acme.example");
  CHECK(parse_identifier("telegram_chat:-100123").value().value() == "-100123");
  CHECK(parse_identifier("custom:a:b").value().value() == "a:b");
  for (const char* const text : {"", "domain", "domain:", ":x", "Domain:x.example"}) {
    CAPTURE(text);
    const auto parsed = parse_identifier(text);
    REQUIRE(!parsed.has_value());
    CHECK(parsed.error().status == ExitStatus::misused);
  }
  CHECK(parse_assignment("a=b=c").value() == std::pair<std::string, std::string>{"a", "b=c"});
  CHECK(parse_assignment("a=").value().second.empty());
  CHECK(!parse_assignment("=b").has_value());
  CHECK(!parse_assignment("a").has_value());
}

TEST_CASE("numbers are decimal, whole and fit") {
  for (const char* const text : {"1", "500", "9223372036854775807"}) {
    CHECK(whole_number_rule(text).empty());
  }
  for (const char* const text :
       {"", "0", "-1", "+1", " 1", "1 ", "0x1", "1.0", "1e3", "one", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK(!whole_number_rule(text).empty());
  }
}

TEST_CASE("a workflow is named once") {
  CHECK(parse_workflows({"a=1", "b=2"}).value().size() == 2);
  CHECK(!parse_workflows({"a=1", "a=1"}).has_value());
}

TEST_CASE("nothing that is printed steers the terminal") {
  CHECK(printable("Zoë 会社") == "Zoë 会社");
  CHECK(printable("a\x1b[31mb\n") == "a\\x1b[31mb\\x0a");
  CHECK(printable("a\xc2\x9b") == "a\\u{9b}");
  // NOLINTNEXTLINE(misc-misleading-bidirectional): escaped, so it turns nothing here
  CHECK(printable("\xe2\x80\xae") == "\\u{202e}");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable(std::string_view{"\0", 1}) == "\\x00");
}

TEST_CASE("what is no UTF-8 is shown byte by byte") {
  CHECK(printable("\xff"
                  "a") == "\\xffa");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc0\x80") == "\\xc0\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("JSON keeps its meaning and steers nothing either") {
  CHECK(printable_json("{\"a\":\"\xc2\x9b\"}\n") == "{\"a\":\"\\u009b\"}\n");
  CHECK(printable_json("\"\x7f\"") == "\"\\u007f\"");
  CHECK(printable_json("\"Zoë\"") == "\"Zoë\"");
}

TEST_CASE("widths are those of a terminal") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Zoë") == 3);
  CHECK(display_width("Zoe\xcc\x88") == 3);
  CHECK(display_width("会社") == 4);
}

TEST_CASE("a table is aligned, ends no line in blanks, and shows what is empty") {
  Table table{{"A", "NAME", "C"}};
  table.add({"1", "Zoë", "x"});
  table.add({"22", "会社", ""});
  CHECK(table.take_lines() ==
        "A   NAME  C\n"
        "1   Zoë   x\n"
        "22  会社  -\n");
}

TEST_CASE("a table that is printed in parts has its headers once and columns that only grow") {
  Table table{{"A", "B"}};
  table.add({"long", "1"});
  CHECK(table.take_lines() == "A     B\nlong  1\n");
  table.add({"x", "2"});
  CHECK(table.take_lines() == "x     2\n");
  CHECK(table.take_lines().empty());
}

TEST_CASE("a list is one JSON array, whatever its length") {
  for (const int count : {0, 1, 3}) {
    CAPTURE(count);
    std::ostringstream data;
    std::ostringstream notices;
    Output output{data, notices, {.json = true}};
    Listing listing{output, {"A"}};
    for (int i = 0; i < count; ++i) {
      listing.add(Json{{"i", i}}, {});
      listing.flush();
    }
    listing.finish();
    CHECK(Json::parse(data.str()).size() == static_cast<std::size_t>(count));
    CHECK(notices.str().empty());
  }
}

TEST_CASE("a list that was not read to its end is no JSON") {
  std::ostringstream data;
  Output output{data, data, {.json = true}};
  Listing listing{output, {"A"}};
  listing.add(Json{{"i", 1}}, {});
  listing.flush();
  CHECK(!Json::accept(data.str()));
}

TEST_CASE("output that cannot be written is a failure") {
  std::ostringstream data;
  Output output{data, data, {}};
  output.result({}, "x");
  CHECK(output.finish().has_value());
  data.setstate(std::ios::badbit);
  REQUIRE(!output.finish().has_value());
  CHECK(output.finish().error().status == ExitStatus::failed);
}

TEST_CASE("no file that is opened later takes the place of a stream that is missing") {
  CHECK(tenancy_test::text_from_child([] {
          for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::close(each);
          }
          fill_standard_streams();
          char c = 'x';
          const bool is_useless = ::read(STDIN_FILENO, &c, 1) < 0 &&
                                  ::write(STDOUT_FILENO, &c, 1) < 0 &&
                                  ::write(STDERR_FILENO, &c, 1) < 0;
          const bool is_taken = ::dup(STDIN_FILENO) > STDERR_FILENO;
          return std::string{is_useless && is_taken ? "filled" : "not filled"};
        }) == "filled");
}

TEST_CASE("each family of errors has its exit status") {
  CHECK(exit_status_of(Condition::isolation) == ExitStatus::failed);
  CHECK(exit_status_of(Condition::unauthenticated) == ExitStatus::failed);
  CHECK(exit_status_of(Condition::forbidden) == ExitStatus::failed);
  CHECK(exit_status_of(Condition::not_found) == ExitStatus::not_found);
  CHECK(exit_status_of(Condition::conflict) == ExitStatus::refused);
  CHECK(exit_status_of(Condition::invalid) == ExitStatus::misused);
  CHECK(exit_status_of(Condition::quota) == ExitStatus::refused);
  CHECK(exit_status_of(Condition::unavailable) == ExitStatus::unavailable);
  CHECK(exit_status_of(Condition::unknown_outcome) == ExitStatus::unknown_outcome);
  CHECK(exit_status_of(Condition::storage) == ExitStatus::unusable_store);
  CHECK(exit_status_of(Condition::crypto) == ExitStatus::unusable_store);
  CHECK(exit_status_of(Condition::misuse) == ExitStatus::failed);
}

TEST_CASE("no error of the library ends the program as a success, and every status has a meaning") {
  for (std::size_t i = 0; i < tenancy::errc_count; ++i) {
    const Failure failure{tenancy::Error{static_cast<tenancy::errc>(i), "why"}};
    CAPTURE(failure.code);
    CHECK(failure.status != ExitStatus::ok);
  }
  int expected = 0;
  for (const auto& [status, meaning] : exit_meanings()) {
    CHECK(static_cast<int>(status) == expected++);
    CHECK(!meaning.empty());
  }
  CHECK(expected == 10);
}

TEST_CASE("an error is told to people with its code and to scripts as JSON") {
  const Failure failure{tenancy::Error{tenancy::errc::already_exists, "a slug\x1b[2J"}};
  std::ostringstream text;
  Output{text, text, {}}.failure(failure);
  CHECK(text.str() == "tenantctl: a slug\\x1b[2J (already_exists)\n");
  std::ostringstream json;
  Output{json, json, {.json = true}}.failure(failure);
  const auto error = Json::parse(json.str()).at("error");
  CHECK(error.at("code") == "already_exists");
  CHECK(error.at("condition") == "conflict");
  CHECK(error.at("message") == "a slug\x1b[2J");
}

TEST_CASE("notices and hints steer no terminal, whoever wrote them") {
  const std::string hostile = "\x1b]0;owned\x07\n\xe2\x80\xae";
  std::ostringstream text;
  Output output{text, text, {}};
  output.notice("More: " + hostile, {});
  CHECK(text.str() == "More: \\x1b]0;owned\\x07\\x0a\\u{202e}\n");
  text.str({});
  output.failure(Failure::other("x", "y", hostile));
  CHECK(text.str() == "tenantctl: y (x)\n\\x1b]0;owned\\x07\\x0a\\u{202e}\n");
  std::ostringstream json;
  Output{json, json, {.json = true}}.notice({}, Json{{"next_cursor", hostile}});
  CHECK(json.str() == "{\"notice\":{\"next_cursor\":\"\\u001b]0;owned\\u0007\\n\\u202e\"}}\n");
}

std::string key_answer(const std::string& key_id, const std::string& key) {
  const Json data{{"id", key_id},
                  {"name", "k"},
                  {"scope", "read"},
                  {"created_at", "2026-01-31T12:00:00Z"},
                  {"key", key}};
  return Json{{"data", data}}.dump();
}

TEST_CASE("of a server's answer only what can be a key, its id or a cursor is taken for one") {
  const auto tenant = tenancy::TenantId::parse("tnt_2zbsxx04aqvvv").value();
  const auto listed = [](const std::string& cursor) {
    return Json{{"data", Json::array()}, {"pagination", Json{{"cursor", cursor}}}}.dump();
  };
  CHECK(read_issued_key(key_answer("0123456789abcdef", "tnk_09az"), tenant).has_value());
  CHECK(
      read_issued_key(key_answer(std::string(64, 'a'), std::string(256, 'Z')), tenant).has_value());
  CHECK(read_tenants(listed("AZaz09-_")).value().next_cursor == "AZaz09-_");
  CHECK(read_keys(listed("AZaz09-_"), tenant).value().next_cursor == "AZaz09-_");
  CHECK(read_tenants(listed(std::string(8'000, 'A'))).has_value());
  for (const std::string text : {"", "a b", " a", "a\n", "\x1b]0;owned\x07", "a\x7f", "a;b", "$(a)",
                                 "`a`", "a/b", "\"", "\xe2\x80\xae", "\xc3\xa9", "a=", "a+b"}) {
    CAPTURE(text);
    const auto refused = {read_issued_key(key_answer(text, "tnk_a"), tenant).has_value(),
                          read_issued_key(key_answer("a", text), tenant).has_value(),
                          read_tenants(listed(text)).has_value(),
                          read_keys(listed(text), tenant).has_value()};
    CHECK(std::ranges::count(refused, true) == 0);
    const auto keys = read_keys("{\"data\":[" +
                                    Json{{"id", text},
                                         {"name", "k"},
                                         {"scope", "read"},
                                         {"created_at", "2026-01-31T12:00:00Z"}}
                                        .dump() +
                                    "]}",
                                tenant);
    REQUIRE(!keys.has_value());
    CHECK(keys.error().code == "answer");
    CHECK(keys.error().message == "The server's answer is not what was expected: id is none.");
  }
  CHECK(!read_issued_key(key_answer(std::string(65, 'a'), "tnk_a"), tenant).has_value());
  CHECK(!read_issued_key(key_answer("a", std::string(257, 'a')), tenant).has_value());
  CHECK(!read_tenants(listed(std::string(8'001, 'A'))).has_value());
}

}  // namespace
