// Values that would hurt if any of them became part of a statement, were cut or converted.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::field;
using tenancy::Presence;
using tenancy::Query;
using tenancy::Timestamp;
using tenancy_test::Bytes;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Remark;
using tenancy_test::Work;

namespace {

std::vector<std::string> hostile_texts() {
  using namespace std::string_literals;
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) {
    every_byte += static_cast<char>(byte);
  }
  return {""s,
          " "s,
          "'"s,
          "''"s,
          "\""s,
          "`"s,
          ";"s,
          "--"s,
          "/*"s,
          "*/"s,
          "\\"s,
          "%"s,
          "_"s,
          "?1"s,
          ":x"s,
          "@x"s,
          "$x"s,
          "NULL"s,
          "1"s,
          "0x10"s,
          "1e999"s,
          "-0"s,
          "'; DROP TABLE items; --"s,
          "' OR tenant_id <> 0 --"s,
          "x' OR '1'='1"s,
          "\") OR (1=1"s,
          "tenant_id"s,
          "\0"s,
          "a\0b"s,
          "\0'; --"s,
          "\n\r\t\v\f\b\x1A\x7F"s,
          "\xC3\xA9"s,
          "e\xCC\x81"s,
          "\xE2\x80\xAE\xE2\x80\x8F"s,
          "\xEF\xBB\xBF"s,
          "\xF0\x9F\x92\xA9"s,
          "\xFF"s,
          "\xC3"s,
          "\xED\xA0\x80"s,
          "\xC0\x80"s,
          every_byte,
          std::string(1 << 20, '\''),
          std::string(1 << 20, '\0')};
}

Bytes bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a text is what it is in every position: key, column, blob, reference, query, cursor") {
  const Work work;
  std::int64_t number = 0;
  const auto texts = hostile_texts();
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 40));
    must(work.people.insert({text, text}));
    const Item item{.project = text,
                    .number = number,
                    .title = text,
                    .note = text,
                    .payload = bytes_of(text),
                    .owner = text};
    const Item stored = must(work.items.insert(item));
    CHECK((must(work.items.require({text, number})) == stored));
    CHECK(must(work.items.exists({text, number})) == Presence::present);
    CHECK(must(work.people.require(text)).name == text);

    CHECK(must(work.items.count(field<&Item::project> == text)) == 1);
    CHECK(must(work.items.count(field<&Item::title> == text && field<&Item::note> == text)) == 1);
    CHECK(must(work.items.count(field<&Item::note>.in({text}))) == 1);
    CHECK(must(work.items.count(field<&Item::title>.between(text, text))) == 1);
    CHECK(must(work.items.count(field<&Item::payload> == bytes_of(text))) == 1);
    CHECK(must(work.items.count(field<&Item::title> != text)) == number);
    CHECK(must(work.items.count(field<&Item::title>.prefix(text) &&
                                field<&Item::project> == text)) == 1);
    if (text.size() < 200 && text.find('\0') == std::string::npos && text.size() != 256) {
      CHECK(must(work.items.count(field<&Item::title>.contains(text) &&
                                  field<&Item::project> == text)) == 1);
    }
    CHECK(
        must(work.items.children_of<&Item::owner>(std::vector<tenancy_test::Person>{{text, ""}}))[0]
            .size() == 1);

    Item whole = stored;
    whole.title = text + "!";
    must(work.items.update(whole));
    must(work.items.update({text, number}, Changes<Item>{}.set<&Item::note>(text + "!")));
    must(work.items.update({text, number},
                           Changes<Item>{}.set<&Item::title>(text).set<&Item::note>(text)));
    must(work.items.upsert(stored));
    CHECK((must(work.items.require({text, number})) == stored));
    ++number;
  }
  CHECK(must(work.items.count()) == static_cast<std::int64_t>(texts.size()));
  CHECK(must(work.items.aggregate_by<&Item::title>(tenancy::count_rows)).size() == texts.size());
  CHECK(must(work.items.aggregate(tenancy::min_of<&Item::title>)) == "");
  CHECK(must(work.items.aggregate(tenancy::max_of<&Item::title>)) == "\xFF");

  tenancy::PageRequest request{.limit = 1};
  std::size_t walked = 0;
  const auto query = Query<Item>{}.order_by(tenancy::ascending<&Item::title>);
  do {
    const auto page = must(work.items.list(query, request));
    walked += page.items.size();
    REQUIRE(walked <= texts.size());
    request.cursor = page.next_cursor;
  } while (request.cursor);
  CHECK(walked == texts.size());

  number = 0;
  for (const std::string& text : texts) {
    must(work.items.erase({text, number++}));
    must(work.people.erase(text));
  }
  CHECK(must(work.items.count()) == 0);
  CHECK(must(work.people.count()) == 0);
}

TEST_CASE("whole numbers come back to the last bit, in rows, queries and sorted") {
  const Work work;
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> numbers{
      least,        least + 1, -(std::int64_t{1} << 53) - 1, -1, 0, 1, (std::int64_t{1} << 53) + 1,
      greatest - 1, greatest};
  for (const std::int64_t number : numbers) {
    const Item stored = must(work.items.insert({.project = "p",
                                                .number = number,
                                                .points = number,
                                                .due = Timestamp::from_microseconds(number)}));
    CHECK((must(work.items.require({"p", number})) == stored));
    CHECK(must(work.items.count(field<&Item::points> == number)) == 1);
    CHECK(must(work.items.count(field<&Item::due> == Timestamp::from_microseconds(number))) == 1);
    must(work.remarks.insert({number, "p", number, ""}));
    must(work.items.update({"p", number}, Changes<Item>{}.set<&Item::points>(number)));
  }
  std::vector<std::int64_t> visited;
  must(work.items.for_each(Query<Item>{}.order_by(tenancy::ascending<&Item::points>),
                           [&](const Item& item) { visited.push_back(item.points); }));
  CHECK(visited == numbers);
  CHECK(must(work.remarks.children_of(std::vector<Item>{{.project = "p", .number = least}}))[0]
            .at(0)
            .id == least);
}

TEST_CASE("real numbers come back as they are, but for the sign of zero") {
  const Work work;
  using Limits = std::numeric_limits<double>;
  std::int64_t number = 0;
  for (const double value :
       {0.0, -0.0, 1.0, -1.0, 0.1, Limits::min(), -Limits::min(), Limits::denorm_min(),
        -Limits::denorm_min(), Limits::max(), Limits::lowest(), Limits::infinity(),
        -Limits::infinity(), 9007199254740993.0, 9223372036854775808.0, Limits::epsilon()}) {
    CAPTURE(value);
    must(work.items.insert({.project = "p", .number = ++number, .weight = value}));
    CHECK(must(work.items.require({"p", number})).weight == value);
    CHECK(must(work.items.count(field<&Item::number> == number && field<&Item::weight> == value)) ==
          1);
    must(work.items.update({"p", number}, Changes<Item>{}.set<&Item::weight>(value)));
    must(work.items.update({"p", number},
                           Changes<Item>{}.set<&Item::weight>(value).set<&Item::note>("n")));
    CHECK(must(work.items.upsert({.project = "p", .number = number, .weight = value})).weight ==
          value);
  }
  for (const double value : {std::nan(""), -std::nan(""), Limits::signaling_NaN()}) {
    const Item item{.project = "n", .weight = value};
    CHECK(code_of(work.items.insert(item)) == errc::invalid_value);
    CHECK(code_of(work.items.insert_many({item})) == errc::invalid_value);
    CHECK(code_of(work.items.upsert(item)) == errc::invalid_value);
    CHECK(code_of(work.items.update({.project = "p", .number = 1, .weight = value})) ==
          errc::invalid_value);
  }
  CHECK(must(work.items.count(field<&Item::project> == "n")) == 0);
}

TEST_CASE("an empty text and an empty blob are not NULL, without an address either") {
  const Work work;
  must(work.people.insert({"", ""}));
  must(work.items.insert({.project = "p", .number = 1, .note = "", .owner = ""}));
  CHECK(must(work.items.require({"p", 1})).note == "");
  CHECK(must(work.items.count(field<&Item::note>.is_null())) == 0);
  CHECK(must(work.items.count(field<&Item::note> == std::string_view{})) == 1);
  CHECK(must(work.items.count(field<&Item::payload> == std::span<const std::byte>{})) == 1);
  CHECK(must(work.items.exists({std::string_view{}, 1})) == Presence::absent);
  must(work.items.insert({.project = "", .number = 1}));
  CHECK(must(work.items.exists({std::string_view{}, 1})) == Presence::present);
}
