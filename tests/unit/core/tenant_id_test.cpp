#include "tenancy/core/tenant_id.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::TenantId;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

TenantId id_of(std::int64_t value) { return must(TenantId::from_value(value)); }

// The text form is stored in logs and URLs: these pairs never change.
constexpr std::array<std::pair<std::int64_t, std::string_view>, 8> vectors{{
    {1, "tnt_0000000000001"},
    {31, "tnt_000000000000z"},
    {32, "tnt_0000000000010"},
    {0x0123456789ABCDEF, "tnt_028t5cy4tqkff"},
    {std::numeric_limits<std::int32_t>::max(), "tnt_0000001zzzzzz"},
    {std::int64_t{1} << 60, "tnt_1000000000000"},
    {std::int64_t{1} << 62, "tnt_4000000000000"},
    {std::numeric_limits<std::int64_t>::max(), "tnt_7zzzzzzzzzzzz"},
}};

}  // namespace

static_assert(!std::is_default_constructible_v<TenantId>, "there is no null tenant");
static_assert(!std::is_aggregate_v<TenantId>);
static_assert(!std::is_constructible_v<TenantId, std::int64_t>);
static_assert(!std::is_constructible_v<TenantId, int>);
static_assert(!std::is_constructible_v<TenantId, std::string>);
static_assert(!std::is_constructible_v<TenantId, const char*>);
static_assert(!std::is_convertible_v<TenantId, std::int64_t>);
static_assert(!std::is_convertible_v<TenantId, bool>);
static_assert(!std::is_assignable_v<TenantId&, std::int64_t>);
static_assert(!std::equality_comparable_with<TenantId, std::int64_t>);
static_assert(std::is_trivially_copyable_v<TenantId>);
static_assert(std::is_nothrow_copy_constructible_v<TenantId>);
static_assert(sizeof(TenantId) == sizeof(std::int64_t));
static_assert(noexcept(std::declval<TenantId>() == std::declval<TenantId>()));

TEST_CASE("the text form is fixed, and parse reads it back") {
  for (const auto& vector : vectors) {
    const std::int64_t value = vector.first;
    const std::string_view text = vector.second;
    CAPTURE(text);
    CHECK(id_of(value).to_string() == text);
    CHECK(id_of(value).value() == value);
    CHECK(must(TenantId::parse(text)).value() == value);
  }
}

TEST_CASE("every id survives the way through text") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 2000; ++i) {
    // Shifts reach small ids too.
    const auto value = static_cast<std::int64_t>(random() >> (1 + random() % 62));
    if (value == 0) {
      continue;
    }
    const std::string text = id_of(value).to_string();
    CAPTURE(text);
    CHECK(text.size() == TenantId::text_length);
    CHECK(must(TenantId::parse(text)) == id_of(value));
  }
}

TEST_CASE("exactly one text names an id") {
  for (const std::string_view text : {
           "",
           "tnt_",
           "tnt_1",
           "tnt_000000000001",         // one too few
           "tnt_00000000000001",       // one too many
           "000000000000000001",       // no prefix
           "0000000000001",            //
           "TNT_0000000000001",        // upper-case prefix
           "Tnt_0000000000001",        //
           "tnt-0000000000001",        //
           "tnk_0000000000001",        // another kind of id
           "tnt_000000000000A",        // upper case is not folded
           "tnt_000000000000Z",        //
           "tnt_000000000000i",        // the letters that Crockford left out are not read as digits
           "tnt_000000000000l",        //
           "tnt_000000000000o",        //
           "tnt_000000000000u",        //
           "tnt_000000000000I",        //
           "tnt_000000000000L",        //
           "tnt_000000000000O",        //
           "tnt_000000000000U",        //
           "tnt_00000-0000001",        // hyphens are not skipped
           "tnt_-000000000001",        //
           "tnt_+000000000001",        //
           " tnt_000000000001",        // nothing is trimmed
           "tnt_000000000001 ",        //
           "tnt_0000000000001 ",       //
           "tnt_0000000000001\n",      //
           "tnt_00000000000\xC3\xA9",  // é
           "tnt_0000000000\xEF\xBC\x91",  // a full-width 1
           "tnt_000000000000\xFF",        //
           "tnt_000000000000\x80",        //
           "tnt_000000000000=",           //
           "tnt_000000000000*",           //
       }) {
    CAPTURE(text);
    CHECK(code_of(TenantId::parse(text)) == errc::invalid_tenant_id);
  }
}

TEST_CASE("a byte of zero is no end of the text") {
  using namespace std::string_view_literals;
  CHECK(code_of(TenantId::parse("tnt_0000000000001\0"sv)) == errc::invalid_tenant_id);
  CHECK(code_of(TenantId::parse("tnt_000000000001\0"sv)) == errc::invalid_tenant_id);
  CHECK(code_of(TenantId::parse("tnt_\0000000000001"sv)) == errc::invalid_tenant_id);
  CHECK(code_of(TenantId::parse("\0tnt_000000000001"sv)) == errc::invalid_tenant_id);
  CHECK(code_of(TenantId::parse("tnt\0"
                                "0000000000001"sv)) == errc::invalid_tenant_id);
}

TEST_CASE("every byte but the 32 digits is refused in every place") {
  const std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  const std::string good = "tnt_1111111111111";
  for (std::size_t place = 4; place < good.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[place] = static_cast<char>(byte);
      const auto parsed = TenantId::parse(text);
      const bool digit = digits.find(static_cast<char>(byte)) != std::string_view::npos;
      // The first digit stands for the upper three bits of 63.
      const bool fits = place != 4 || (byte >= '0' && byte <= '7');
      CAPTURE(place);
      CAPTURE(byte);
      REQUIRE(parsed.has_value() == (digit && fits));
      if (parsed) {
        REQUIRE(parsed.value().to_string() == text);
      }
    }
  }
}

TEST_CASE("what does not fit 63 bits is refused and does not wrap to another tenant") {
  for (const std::string_view text : {
           "tnt_8000000000000",  // 2^63
           "tnt_8000000000001",  //
           "tnt_fzzzzzzzzzzzz",  // 2^64 - 1
           "tnt_g000000000000",  // 2^64: would wrap to 0
           "tnt_g000000000001",  // would wrap to 1
           "tnt_zzzzzzzzzzzzz",  // 2^65 - 1
           "tnt_r7zzzzzzzzzzz",  //
       }) {
    CAPTURE(text);
    CHECK(code_of(TenantId::parse(text)) == errc::invalid_tenant_id);
  }
}

TEST_CASE("zero and negative numbers are no tenants") {
  CHECK(code_of(TenantId::parse("tnt_0000000000000")) == errc::invalid_tenant_id);
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::min() + 1}) {
    CAPTURE(value);
    CHECK(code_of(TenantId::from_value(value)) == errc::invalid_tenant_id);
  }
}

TEST_CASE("a refusal does not repeat what it was given") {
  const auto refused = TenantId::parse("tnt_secretsecretS");
  CHECK(refused.error().message().find("secret") == std::string::npos);
}

TEST_CASE("generated ids are positive, distinct and use all 63 bits") {
  std::set<std::int64_t> seen;
  std::uint64_t ever_set = 0;
  std::uint64_t always_set = ~std::uint64_t{0};
  for (int i = 0; i < 4096; ++i) {
    const TenantId id = TenantId::generate();
    REQUIRE(id.value() > 0);
    REQUIRE(seen.insert(id.value()).second);
    ever_set |= static_cast<std::uint64_t>(id.value());
    always_set &= static_cast<std::uint64_t>(id.value());
  }
  CHECK(ever_set == static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  CHECK(always_set == 0);
}

TEST_CASE("ids are ordered by number, and so are their texts") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 500; ++i) {
    const TenantId a = id_of(static_cast<std::int64_t>(1 + (random() >> 2)));
    const TenantId b = id_of(static_cast<std::int64_t>(1 + (random() >> 2)));
    CHECK((a <=> b) == (a.value() <=> b.value()));
    CHECK((a < b) == (a.to_string() < b.to_string()));
    CHECK((a == b) == (a.value() == b.value()));
  }
}

TEST_CASE("equal ids have equal hashes, others usually not") {
  const std::hash<TenantId> hash;
  CHECK(hash(id_of(7)) == hash(id_of(7)));
  std::unordered_set<TenantId> set;
  std::set<std::size_t> hashes;
  for (std::int64_t value = 1; value <= 1000; ++value) {
    CHECK(set.insert(id_of(value)).second);
    hashes.insert(hash(id_of(value)));
  }
  CHECK(set.contains(id_of(1000)));
  CHECK_FALSE(set.contains(id_of(1001)));
  CHECK(hashes.size() > 900);
}

TEST_CASE("printing gives the text form") {
  std::ostringstream out;
  out << id_of(1);
  CHECK(out.str() == "tnt_0000000000001");
}
