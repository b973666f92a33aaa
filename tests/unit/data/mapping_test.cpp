#include "tenancy/data/mapping.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

#include "tenancy/data/detail/entity_traits.hpp"

#include "support/entities.hpp"

using tenancy::Codec;
using tenancy::ColumnReader;
using tenancy::ParameterWriter;
using tenancy::Storable;
using tenancy::Timestamp;
using tenancy::detail::EntityTraits;
using tenancy::detail::IntegerKey;
using tenancy::detail::is_identifier;
using tenancy::detail::KeyForm;
using tenancy::detail::OwnedValue;
using tenancy::detail::ValueAccess;
using tenancy::detail::ValueType;
using tenancy::detail::ValueView;
using tenancy::mapping::Role;
using tenancy_test::Note;
using tenancy_test::Task;

/// A host's own type with a codec of its own: kept as text.
enum class Colour : std::uint8_t { red, green };

template <>
struct tenancy::Codec<Colour> {
  static void bind(const ParameterWriter& parameter, Colour value) noexcept {
    parameter.text(value == Colour::red ? "red" : "green");
  }
  static bool read(const ColumnReader& column, Colour& value) {
    const auto stored = column.text();
    value = stored == "red" ? Colour::red : Colour::green;
    return stored == "red" || stored == "green";
  }
};

namespace {

struct Unmapped {
  std::string id;
};

using Null = std::monostate;
using Stored = std::variant<Null, std::int64_t, double, std::string>;

ValueView view_of(const Stored& stored) {
  if (const auto* const number = std::get_if<std::int64_t>(&stored)) {
    return ValueView::int64(*number);
  }
  if (const auto* const real = std::get_if<double>(&stored)) {
    return ValueView::real(*real);
  }
  if (const auto* const text = std::get_if<std::string>(&stored)) {
    return ValueView::text(*text);
  }
  return ValueView::null();
}

/// What `bind` writes, `read` sees.
template <class T>
std::optional<T> through_a_column(const T& value) {
  ValueView view{};
  std::forward_list<std::string> copies;
  Codec<T>::bind(ValueAccess::parameter(view, copies), value);
  REQUIRE(view.is_storable());
  const OwnedValue stored{view};
  const ValueView column = stored.view();
  T read{};
  return Codec<T>::read(ValueAccess::column(column), read) ? std::optional<T>{read} : std::nullopt;
}

template <class T>
bool can_read(const Stored& stored) {
  const ValueView column = view_of(stored);
  T read{};
  return Codec<T>::read(ValueAccess::column(column), read);
}

template <class T>
ValueType type_bound(const T& value) {
  ValueView view{};
  std::forward_list<std::string> copies;
  Codec<T>::bind(ValueAccess::parameter(view, copies), value);
  return view.type();
}

}  // namespace

static_assert(tenancy::Entity<Note>);
static_assert(tenancy::Entity<Task>);
static_assert(!tenancy::Entity<Unmapped>);
static_assert(!tenancy::Entity<int>);
static_assert(!tenancy::Entity<Note&>);
static_assert(!tenancy::Entity<const Note>);

// Beside the struct, with a key that the library makes.
static_assert(EntityTraits<Note>::table == "notes");
static_assert(EntityTraits<Note>::size == 6);
static_assert(EntityTraits<Note>::names == std::array<std::string_view, 6>{"id", "title", "stars",
                                                                           "link", "created_at",
                                                                           "updated_at"});
static_assert(EntityTraits<Note>::roles == std::array{Role::generated_key, Role::plain, Role::plain,
                                                      Role::plain, Role::created_at,
                                                      Role::updated_at});
static_assert(EntityTraits<Note>::keys == std::array<std::size_t, 1>{0});
static_assert(std::is_same_v<EntityTraits<Note>::Key, std::string>);
static_assert(EntityTraits<Note>::is_key(0));
static_assert(!EntityTraits<Note>::is_updated(0), "a key stays what it is");
static_assert(EntityTraits<Note>::is_updated(1));
static_assert(!EntityTraits<Note>::is_updated(4), "so does the time of creation");
static_assert(EntityTraits<Note>::is_updated(5));
static_assert(EntityTraits<Note>::updated == std::array<std::size_t, 4>{1, 2, 3, 5});
static_assert(EntityTraits<Note>::is_changeable(3) && !EntityTraits<Note>::is_changeable(5));
static_assert(!EntityTraits<Note>::is_changeable(0) && !EntityTraits<Note>::is_changeable(4));

// Inside the class, with private and inherited members.
static_assert(EntityTraits<Task>::table == "tasks");
static_assert(std::is_same_v<EntityTraits<Task>::Key, std::int64_t>);
static_assert(EntityTraits<Task>::roles[0] == Role::key);
static_assert(std::is_same_v<EntityTraits<Task>::Value<1>, std::optional<std::string>>);
static_assert(std::is_same_v<EntityTraits<Task>::Value<2>, bool>);

// Keys are passed and stored with 64 bits, so that a number too large is not found rather than cut.
static_assert(std::is_same_v<KeyForm<std::string>::Argument, std::string_view>);
static_assert(std::is_same_v<KeyForm<std::string>::Bound, std::string>);
static_assert(std::is_same_v<KeyForm<std::int64_t>::Argument, IntegerKey>);
static_assert(std::is_same_v<KeyForm<std::uint8_t>::Argument, IntegerKey>);
static_assert(std::is_same_v<KeyForm<std::int32_t>::Bound, IntegerKey>);
static_assert(std::is_convertible_v<std::uint64_t, IntegerKey>);
static_assert(!std::is_convertible_v<double, IntegerKey>);
static_assert(!std::is_convertible_v<bool, IntegerKey>);

// A codec is given its parameter and its column and makes no others.
static_assert(!std::is_default_constructible_v<ParameterWriter>);
static_assert(
    !std::is_constructible_v<ParameterWriter, ValueView&, std::forward_list<std::string>&>);
static_assert(!std::is_default_constructible_v<ColumnReader>);
static_assert(!std::is_constructible_v<ColumnReader, const ValueView&>);

// What has a column and what has not.
static_assert(Storable<std::int64_t> && Storable<std::int32_t> && Storable<std::uint32_t>);
static_assert(Storable<std::uint8_t> && Storable<bool> && Storable<double>);
static_assert(Storable<std::string> && Storable<Timestamp>);
static_assert(Storable<std::optional<std::string>> && Storable<std::optional<std::int64_t>>);
static_assert(!Storable<std::uint64_t>, "not every value fits 64 bits with a sign");
static_assert(!Storable<std::size_t>);
static_assert(!Storable<float> && !Storable<long double>);
static_assert(!Storable<std::string_view>, "a view of a row that is gone");
static_assert(!Storable<const char*> && !Storable<char[4]>);
static_assert(!Storable<int*> && !Storable<std::nullptr_t>);
static_assert(!Storable<Unmapped>);
static_assert(!Storable<Role>, "an enumeration says itself how it is kept");

TEST_CASE("an identifier is lower-case letters, digits and '_'") {
  for (const std::string_view name : {"a", "_", "notes", "tenant_notes", "n2", "_2", "a_b_c"}) {
    CAPTURE(name);
    CHECK(is_identifier(name));
  }
  CHECK(is_identifier(std::string(63, 'a')));
  CHECK_FALSE(is_identifier(std::string(64, 'a')));
  using namespace std::string_view_literals;
  for (const std::string_view name :
       {""sv,           "2a"sv,      "0"sv,           "Notes"sv,   "noteS"sv,
        "my notes"sv,   "notes;"sv,  R"(notes")"sv,   R"(a"b)"sv,  "no'tes"sv,
        "main.notes"sv, "no-tes"sv,  "caf\xC3\xA9"sv, "notes\0"sv, "\0"sv,
        "a\0b"sv,       "notes\n"sv, "notes--"sv,     "*"sv,       "a,b"sv,
        "(a)"sv,        "`a`"sv,     "[a]"sv}) {
    CAPTURE(name);
    CHECK_FALSE(is_identifier(name));
  }
}

TEST_CASE("every byte but 37 is refused in an identifier") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    CAPTURE(byte);
    CHECK(is_identifier(std::string{'a', c}) == good);
  }
}

TEST_CASE("a member is reached through its column") {
  Note note{.id = "1", .title = "t", .stars = 3};
  CHECK(&EntityTraits<Note>::member<1>(note) == &note.title);
  EntityTraits<Note>::member<2>(note) = 4;
  CHECK(note.stars == 4);
  const Note& constant = note;
  static_assert(
      std::is_same_v<decltype(EntityTraits<Note>::member<1>(constant)), const std::string&>);
  const Task task{7, "n", true, 1.5};
  CHECK(EntityTraits<Task>::member<0>(task) == 7);
}

TEST_CASE("values go through a column unchanged") {
  const auto survives = [](const auto& value) {
    const auto read = through_a_column(value);
    return read.has_value() && *read == value;
  };
  for (const std::int64_t number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                    std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    CHECK(survives(number));
    CHECK(survives(Timestamp::from_microseconds(number)));
    CHECK(survives(std::optional<std::int64_t>{number}));
  }
  CHECK(survives(std::numeric_limits<std::int8_t>::min()));
  CHECK(survives(std::numeric_limits<std::uint8_t>::max()));
  CHECK(survives(std::numeric_limits<std::int32_t>::min()));
  CHECK(survives(std::numeric_limits<std::uint32_t>::max()));
  CHECK(survives(true));
  CHECK(survives(false));
  CHECK(survives(-0.5));
  CHECK(survives(std::numeric_limits<double>::infinity()));
  CHECK(survives(std::string{"a\0b", 3}));
  CHECK(survives(std::string{}));
  CHECK(survives(std::optional<std::string>{}));
  CHECK(survives(std::optional<std::string>{""}));
  CHECK(survives(std::optional<bool>{false}));
}

TEST_CASE("a number that the member cannot hold is not cut") {
  using Wide = std::int64_t;
  CHECK_FALSE(can_read<std::int8_t>(Wide{128}));
  CHECK_FALSE(can_read<std::int8_t>(Wide{-129}));
  CHECK_FALSE(can_read<std::uint8_t>(Wide{-1}));
  CHECK_FALSE(can_read<std::uint8_t>(Wide{256}));
  CHECK_FALSE(can_read<std::int16_t>(Wide{32768}));
  CHECK_FALSE(can_read<std::int32_t>(Wide{1} << 31));
  CHECK_FALSE(can_read<std::uint32_t>(Wide{1} << 32));
  CHECK_FALSE(can_read<std::uint32_t>(Wide{-1}));
  CHECK_FALSE(can_read<std::uint32_t>(std::numeric_limits<Wide>::min()));
  CHECK_FALSE(can_read<bool>(Wide{2}));
  CHECK_FALSE(can_read<bool>(Wide{-1}));
  CHECK_FALSE(can_read<std::optional<std::int8_t>>(Wide{128}));
}

TEST_CASE("a value of another type is not converted, and NULL is no value") {
  CHECK_FALSE(can_read<std::int64_t>(std::string{"1"}));
  CHECK_FALSE(can_read<std::int64_t>(1.0));
  CHECK_FALSE(can_read<bool>(std::string{"true"}));
  CHECK_FALSE(can_read<double>(std::int64_t{1}));
  CHECK_FALSE(can_read<std::string>(std::int64_t{1}));
  CHECK_FALSE(can_read<Timestamp>(std::string{"1970-01-01T00:00:00Z"}));
  CHECK_FALSE(can_read<std::optional<std::int64_t>>(std::string{"1"}));
  CHECK_FALSE(can_read<std::int64_t>(Null{}));
  CHECK_FALSE(can_read<bool>(Null{}));
  CHECK_FALSE(can_read<double>(Null{}));
  CHECK_FALSE(can_read<std::string>(Null{}));
  CHECK_FALSE(can_read<Timestamp>(Null{}));
  CHECK(can_read<std::optional<std::int64_t>>(Null{}));
}

TEST_CASE("NULL empties an optional that held something") {
  const ValueView column = ValueView::null();
  std::optional<std::string> member{"old"};
  CHECK(Codec<std::optional<std::string>>::read(ValueAccess::column(column), member));
  CHECK_FALSE(member.has_value());
}

TEST_CASE("a host's own codec") {
  CHECK(through_a_column(Colour::red) == Colour::red);
  CHECK(through_a_column(std::optional{Colour::green}) == std::optional{Colour::green});
  CHECK_FALSE(can_read<Colour>(std::string{"blue"}));
  CHECK_FALSE(can_read<Colour>(std::int64_t{0}));
  static_assert(Storable<Colour> && Storable<std::optional<Colour>>);
}

TEST_CASE("not-a-number has no stored form, and a parameter that is left alone none either") {
  CHECK(type_bound(std::nan("")) == ValueType::impossible);
  CHECK(type_bound(std::optional{std::nan("")}) == ValueType::impossible);
  CHECK(type_bound(std::optional<double>{}) == ValueType::null);
  CHECK(type_bound(-0.0) == ValueType::real);
  CHECK_FALSE(ValueView{}.is_storable());
  CHECK_FALSE(ValueView::impossible().is_storable());
  CHECK(ValueView::null().is_storable());
}

TEST_CASE("a text that is copied for a parameter outlives its own") {
  ValueView view{};
  std::forward_list<std::string> copies;
  const auto parameter = ValueAccess::parameter(view, copies);
  {
    std::string text(100, 'a');
    parameter.copied_text(text);
    text.assign(100, 'b');
  }
  CHECK(view.bytes() == std::string(100, 'a'));
}
