#include "service/config_file.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using tenantd::ConfigEntry;
using tenantd::ConfigMistake;
using tenantd::parse_config;

std::vector<ConfigEntry> entries_of(std::string_view text) {
  auto parsed = parse_config(text);
  const auto* const mistake = std::get_if<ConfigMistake>(&parsed);
  REQUIRE_MESSAGE(mistake == nullptr, (mistake == nullptr ? "" : mistake->what));
  return std::get<std::vector<ConfigEntry>>(parsed);
}

std::size_t mistaken_line(std::string_view text) {
  const auto parsed = parse_config(text);
  const auto* const mistake = std::get_if<ConfigMistake>(&parsed);
  return mistake == nullptr ? 0 : mistake->line;
}

TEST_CASE("a file of settings is read with its lines") {
  const auto entries = entries_of(
      "# A comment\r\n"
      "\n"
      "port = 8_080 # another\n"
      "\tstore=\"sqlite:\\\"a\\\\b\\u00e9\"\n"
      "data = 'C:\\raw'\n"
      "demo = false\n"
      "cors_origins = [ # all of them\n"
      "  \"https://a.example\",\n"
      "  'https://b.example',\n"
      "]\n"
      "last = -3");
  REQUIRE(entries.size() == 6);
  CHECK(entries[0].key == "port");
  CHECK(entries[0].value == "8080");
  CHECK(entries[0].line == 3);
  CHECK(entries[1].value == "sqlite:\"a\\b\xc3\xa9");
  CHECK(entries[2].value == "C:\\raw");
  CHECK(entries[3].value == "false");
  CHECK(entries[4].value == "https://a.example,https://b.example");
  CHECK(entries[4].line == 7);
  CHECK(entries[5].value == "-3");
  CHECK(entries[5].line == 11);
  CHECK(entries_of("").empty());
  CHECK(entries_of("a = []").front().value.empty());
}

TEST_CASE("what is no flat TOML is refused at its line") {
  for (const std::string bad : {"[table]",
                                "port",
                                "port =",
                                "= 1",
                                "port = 1 2",
                                "port = 1.5",
                                "port = 007",
                                "port = 1__0",
                                "port = 1_",
                                "port = +",
                                "port = yes",
                                "a = \"x",
                                "a = \"\"\"x\"\"\"",
                                "a = \"\\x\"",
                                "a = \"\\u12\"",
                                "a = \"\\ud800\"",
                                "a = \"\\U00110000\"",
                                "a = 'x",
                                "a = [1]",
                                "a = [\"x\"",
                                "a = [\"x\" \"y\"]",
                                "a = [\"x,y\"]",
                                "a = [\"\"]",
                                "a.b = 1",
                                "a = 1979-05-27",
                                "a = {}",
                                "# \x01",
                                "a = \"\x01\"",
                                "a = 1\rb = 2"}) {
    CAPTURE(bad);
    CHECK(mistaken_line("\n" + bad) == 2);
  }
  CHECK(mistaken_line("a = 1\nb = 2\na = 3") == 3);
  CHECK(mistaken_line(std::string{"a = \"\0\"", 7}) == 1);
}

TEST_CASE("what is wrong is told without what the file says") {
  const auto parsed = parse_config("store = \"postgresql://u:secret@h");
  CHECK(std::get<ConfigMistake>(parsed).what.find("secret") == std::string::npos);
}

TEST_CASE("a text is written so that it is read again") {
  const std::string text = "a\"b\\c\x01\x7f\t\xc3\xa9";
  CHECK(entries_of("a = " + tenantd::toml_text(text)).front().value == text);
}

}  // namespace
