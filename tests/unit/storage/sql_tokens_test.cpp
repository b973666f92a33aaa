#include "storage/sql_tokens.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

using tenancy::detail::calls_plainly;
using tenancy::detail::sql_tokens;
using tenancy::detail::SqlToken;

namespace {

/// The tokens of a text, each with the first letter of its kind before it.
std::string tokens_of(std::string_view sql) {
  constexpr std::string_view kinds = "wqlm";
  std::string all;
  for (const SqlToken& token : sql_tokens(sql)) {
    all += all.empty() ? "" : " ";
    all += kinds[static_cast<std::size_t>(token.kind)];
    all.append(":").append(token.text);
  }
  return all;
}

std::string name_of(std::string_view sql) { return sql_tokens(sql).front().name(); }

/// Memory behind which the process may not read.
class EndOfMemory {
 public:
  EndOfMemory()
      : size_{static_cast<std::size_t>(sysconf(_SC_PAGESIZE))},
        begin_{static_cast<char*>(
            mmap(nullptr, 2 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))} {
    REQUIRE(begin_ != MAP_FAILED);
    REQUIRE(mprotect(begin_ + size_, size_, PROT_NONE) == 0);
  }
  EndOfMemory(const EndOfMemory&) = delete;
  EndOfMemory& operator=(const EndOfMemory&) = delete;
  ~EndOfMemory() { munmap(begin_, 2 * size_); }

  /// The text, with nothing behind it.
  std::string_view place(std::string_view text) {
    char* const at = begin_ + size_ - text.size();
    return {at, text.copy(at, text.size())};
  }

 private:
  std::size_t size_;
  char* begin_;
};

}  // namespace

TEST_CASE("names, keywords and numbers are of letters, digits and what is beyond ASCII") {
  CHECK(tokens_of("a$b_9 \xC3\xA4 b\xC3\xA4Z") == "w:a$b_9 w:\xC3\xA4 w:b\xC3\xA4Z");
  CHECK(tokens_of("a|b~c{d}") == "w:a m:| w:b m:~ w:c m:{ w:d m:}");
  CHECK(tokens_of("a[b]^c\\d") == "w:a q:[b] m:^ w:c m:\\ w:d");
  CHECK(tokens_of("a\x01\x08") == "w:a m:\x01 m:\x08");
  CHECK(tokens_of("a\t\v\f\r\nb") == "w:a w:b");
}

TEST_CASE("a quote ends where it closes, and is doubled but for brackets") {
  CHECK(tokens_of("'a''b' \"c\"\"d\" `e``f`") == "l:'a''b' q:\"c\"\"d\" q:`e``f`");
  CHECK(tokens_of("[a]]") == "q:[a] m:]");
  CHECK(tokens_of("x'00'X'00'y'00'") == "l:x'00' l:X'00' w:y l:'00'");
}

TEST_CASE("parameters are of one piece with their names") {
  CHECK(tokens_of(":a @b $c #d ?12") == "w::a w:@b w:$c w:#d w:?12");
  CHECK(tokens_of("$a::b(c'd)e") == "w:$a::b(c'd) w:e");
  CHECK(tokens_of("$a( b)") == "w:$a( w:b m:)");
  CHECK(tokens_of("$a:b") == "w:$a w::b");
  CHECK(tokens_of("? $ : @ #") == "m:? m:$ m:: m:@ m:#");
  CHECK(tokens_of("?in ?1in") == "m:? w:in w:?1 w:in");
}

TEST_CASE("a name stands without its quotes, which a blob keeps") {
  CHECK(name_of("a") == "a");
  CHECK(name_of("'a''b'") == "a'b");
  CHECK(name_of("\"a\"\"'b\"") == "a\"'b");
  CHECK(name_of("[a\"b]") == "a\"b");
  CHECK(name_of("x'00'") == "x'00'");
  CHECK(name_of("X'00'") == "X'00'");
}

TEST_CASE("a function that is called without arguments is found by its name") {
  const auto calls = [](std::string_view sql) {
    return calls_plainly(sql_tokens(sql), {"CHANGES", "RANDOM"});
  };
  CHECK(calls("changes()"));
  CHECK(calls("SELECT 1 + \"Random\" ( /**/ )"));
  CHECK_FALSE(calls("SELECT count(), 'random'()"));
  CHECK_FALSE(calls("SELECT changes(1)"));
  CHECK_FALSE(calls("(SELECT random b)"));
  CHECK_FALSE(calls("changes"));
  const auto tokens = sql_tokens("changes()");
  CHECK_FALSE(calls_plainly(std::span{tokens}.first(2), {"CHANGES"}));
}

TEST_CASE("nothing behind a text is read") {
  EndOfMemory memory;
  for (const std::string_view text :
       {"a",  "'",   "'a", "'a'", "\"a", "[a", "[a]", "x",    "x'",       "X'0",          "0",
        "0x", "0x1", "?",  "?1",  "$",   "$a", "$a:", "$a::", "$a(",      "$a(b",         "$a(b)",
        ":a", "-",   "--", "--a", "/",   "/*", "/**", "\xEF", "\xEF\xBB", "\xEF\xBB\xBF", " "}) {
    CAPTURE(text);
    CHECK(tokens_of(memory.place(text)) == tokens_of(std::string{text}));
  }
}
