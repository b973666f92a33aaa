#include "data/packed_values.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::detail::append_value;
using tenancy::detail::PackedReader;
using tenancy::detail::ValueType;
using tenancy::detail::ValueView;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

/// Each kind in front of a NULL, which is read where one reads on behind it.
const std::vector<ValueView> values{
    ValueView::text("text"), ValueView::null(),   ValueView::int64(-7),
    ValueView::null(),       ValueView::blob({}), ValueView::null(),
    ValueView::real(-0.5),   ValueView::null(),   ValueView::text(std::string_view{"\0\1", 2}),
};

}  // namespace

TEST_CASE("packed values come back, and a text that ends anywhere in them is told from them") {
  std::string whole;
  std::vector<std::size_t> ends{0};
  for (const ValueView& value : values) {
    append_value(whole, value);
    ends.push_back(whole.size());
  }
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    // What is left out stands behind the text all the same.
    PackedReader reader{std::string_view{whole}.substr(0, size)};
    std::size_t read = 0;
    for (; read < values.size() && ends[read + 1] <= size; ++read) {
      const auto value = must(reader.next());
      std::string again;
      append_value(again, value.view());
      CHECK(again == whole.substr(ends[read], ends[read + 1] - ends[read]));
    }
    CHECK(reader.at_end() == (ends[read] == size));
    CHECK(code_of(reader.next()) == errc::invalid_cursor);
  }
}

TEST_CASE("a length beyond the end and a kind that does not exist are malformed") {
  for (const ValueView& value : {ValueView::text("text"), ValueView::text("")}) {
    std::string text;
    append_value(text, value);
    for (const std::size_t byte : {std::size_t{1}, std::size_t{8}}) {
      for (const char length : {'\x05', '\x7F', '\xFF'}) {
        std::string longer = text;
        longer[byte] = length;
        CHECK(code_of(PackedReader{longer}.next()) == errc::invalid_cursor);
      }
    }
  }
  for (const auto kind : {ValueType::missing, ValueType::impossible, ValueType{77}}) {
    const std::string text(9, static_cast<char>(kind));
    CHECK(code_of(PackedReader{text}.next()) == errc::invalid_cursor);
  }
}
