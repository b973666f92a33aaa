#include "tenancy/core/secret_bytes.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <ostream>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using tenancy::SecretBytes;

namespace {

/// What the hooks below saw of arrays of one size that were given back.
struct FreedArrays {
  std::size_t watched_size = 0;
  int count = 0;
  int not_wiped = 0;
};
// The replaced operators of the process have no other place to report to.
FreedArrays freed;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// The size stands in front of each array; the block keeps the alignment that new[] promises.
constexpr std::size_t header_size = alignof(std::max_align_t);
static_assert(header_size >= sizeof(std::size_t));

void* allocate_array(std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): what new[] itself stands on
  void* const block = std::malloc(header_size + size);
  if (block == nullptr) {
    throw std::bad_alloc{};
  }
  new (block) std::size_t{size};
  return static_cast<std::byte*>(block) + header_size;
}

void free_array(void* array) noexcept {
  if (array == nullptr) {
    return;
  }
  auto* const bytes = static_cast<std::byte*>(array);
  void* const block = bytes - header_size;
  const std::size_t size = *static_cast<const std::size_t*>(block);
  if (freed.watched_size != 0 && size == freed.watched_size) {
    ++freed.count;
    if (std::any_of(bytes, bytes + size, [](std::byte byte) { return byte != std::byte{0}; })) {
      ++freed.not_wiped;
    }
  }
  std::free(block);  // NOLINT(cppcoreguidelines-no-malloc)
}

// A size that nothing else in this program allocates.
constexpr std::size_t odd_size = 8191;

/// Counts the arrays of `odd_size` that the action gives back.
template <class Action>
FreedArrays watch(Action&& action) {
  freed = FreedArrays{odd_size, 0, 0};
  action();
  return std::exchange(freed, FreedArrays{});
}

SecretBytes full() { return SecretBytes::copy_of(std::string(odd_size, 'x')); }

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

}  // namespace

void* operator new[](std::size_t size) { return allocate_array(size); }
void operator delete[](void* array) noexcept { free_array(array); }
void operator delete[](void* array, std::size_t /*size*/) noexcept { free_array(array); }

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_default_constructible_v<SecretBytes>);
static_assert(!std::is_aggregate_v<SecretBytes>);
static_assert(!Printable<SecretBytes>);
static_assert(!std::equality_comparable<SecretBytes>);
static_assert(!std::three_way_comparable<SecretBytes>);
static_assert(!std::ranges::range<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view>);
static_assert(!std::is_convertible_v<SecretBytes, std::span<const std::byte>>);
static_assert(!std::is_convertible_v<SecretBytes, bool>);
static_assert(!std::is_constructible_v<SecretBytes, std::size_t>);
static_assert(!std::is_constructible_v<SecretBytes, std::string>);
static_assert(!std::is_constructible_v<SecretBytes, const char*>);
static_assert(!std::is_constructible_v<nlohmann::json, SecretBytes>);
static_assert(!std::is_constructible_v<nlohmann::json, const SecretBytes&>);

TEST_CASE("what goes in can be shown on purpose") {
  const SecretBytes secret = SecretBytes::copy_of("hunter2");
  CHECK(secret.size() == 7);
  CHECK_FALSE(secret.empty());
  CHECK(secret.unsafe_text() == "hunter2");
  REQUIRE(secret.unsafe_bytes().size() == 7);
  CHECK(secret.unsafe_bytes()[0] == std::byte{'h'});
}

TEST_CASE("bytes of zero are bytes like others") {
  using namespace std::string_view_literals;
  const SecretBytes secret = SecretBytes::copy_of("a\0b\0"sv);
  CHECK(secret.size() == 4);
  CHECK(secret.unsafe_text() == "a\0b\0"sv);
}

TEST_CASE("an empty secret is harmless") {
  const SecretBytes none;
  CHECK(none.empty());
  CHECK(none.size() == 0);
  CHECK(none.unsafe_bytes().empty());
  CHECK(none.unsafe_text().empty());
  CHECK(none.clone().empty());
  CHECK(none.equals(SecretBytes::copy_of("")));
  CHECK(none.equals(SecretBytes::random(0)));
  CHECK_FALSE(none.equals(SecretBytes::copy_of("x")));
}

TEST_CASE("a move leaves the source empty") {
  SecretBytes source = SecretBytes::copy_of("hunter2");
  const SecretBytes target{std::move(source)};
  CHECK(target.unsafe_text() == "hunter2");
  // NOLINTNEXTLINE(bugprone-use-after-move): this is what is tested
  CHECK(source.empty());
  CHECK(source.unsafe_bytes().data() == nullptr);
  CHECK(source.unsafe_text().empty());

  SecretBytes assigned = SecretBytes::copy_of("old");
  SecretBytes second = target.clone();
  assigned = std::move(second);
  CHECK(assigned.unsafe_text() == "hunter2");
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("assigning a secret to itself keeps it") {
  SecretBytes secret = SecretBytes::copy_of("hunter2");
  SecretBytes& same = secret;
  secret = std::move(same);
  CHECK(secret.unsafe_text() == "hunter2");
}

TEST_CASE("a clone is equal and apart") {
  SecretBytes secret = SecretBytes::copy_of("hunter2");
  const SecretBytes twin = secret.clone();
  CHECK(twin.equals(secret));
  CHECK(twin.unsafe_bytes().data() != secret.unsafe_bytes().data());
  secret = SecretBytes{};
  CHECK(twin.unsafe_text() == "hunter2");
}

TEST_CASE("secrets are equal when every byte is") {
  const std::string text = "0123456789abcdef";
  const SecretBytes secret = SecretBytes::copy_of(text);
  CHECK(secret.equals(secret));
  CHECK(secret.equals(SecretBytes::copy_of(text)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    CAPTURE(i);
    CHECK_FALSE(secret.equals(SecretBytes::copy_of(other)));
    CHECK_FALSE(SecretBytes::copy_of(other).equals(secret));
  }
  CHECK_FALSE(secret.equals(SecretBytes::copy_of(text.substr(1))));
  CHECK_FALSE(secret.equals(SecretBytes::copy_of(text + '\0')));
  CHECK_FALSE(secret.equals(SecretBytes{}));
}

TEST_CASE("random secrets have their size and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const SecretBytes secret = SecretBytes::random(32);
    CHECK(secret.size() == 32);
    CHECK(seen.insert(std::string{secret.unsafe_text()}).second);
  }
}

TEST_CASE("the hook of this test sees what was not wiped") {
  const FreedArrays seen = watch([] {
    const auto array = std::make_unique<std::byte[]>(odd_size);
    array[odd_size - 1] = std::byte{1};
  });
  CHECK(seen.count == 1);
  CHECK(seen.not_wiped == 1);
}

TEST_CASE("the memory is wiped before it is given back") {
  SUBCASE("at the end") {
    const FreedArrays seen = watch([] { const SecretBytes secret = full(); });
    CHECK(seen.count == 1);
    CHECK(seen.not_wiped == 0);
  }
  SUBCASE("when another secret takes its place") {
    SecretBytes secret = full();
    const FreedArrays seen = watch([&] { secret = SecretBytes::copy_of("other"); });
    CHECK(seen.count == 1);
    CHECK(seen.not_wiped == 0);
    CHECK(secret.unsafe_text() == "other");
  }
  SUBCASE("once after moves, which copy nothing") {
    const FreedArrays seen = watch([] {
      SecretBytes first = full();
      SecretBytes second{std::move(first)};
      SecretBytes third;
      third = std::move(second);
    });
    CHECK(seen.count == 1);
    CHECK(seen.not_wiped == 0);
  }
  SUBCASE("the clone's too") {
    const FreedArrays seen = watch([] {
      const SecretBytes secret = full();
      const SecretBytes twin = secret.clone();
    });
    CHECK(seen.count == 2);
    CHECK(seen.not_wiped == 0);
  }
  SUBCASE("random ones") {
    const FreedArrays seen = watch([] { const auto secret = SecretBytes::random(odd_size); });
    CHECK(seen.count == 1);
    CHECK(seen.not_wiped == 0);
  }
}
