#include "storage/sqlite/bounded_functions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "storage/sqlite/error.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// Whether the query may go on; otherwise it is told that it may not.
bool may_go_on(sqlite3_context* context) noexcept {
  if (static_cast<Watch*>(sqlite3_user_data(context))->stops_statement()) {
    sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    return false;
  }
  return true;
}

bool is_null(sqlite3_value* value) noexcept { return sqlite3_value_type(value) == SQLITE_NULL; }

/// Valid as long as the call.
std::string_view text_of(sqlite3_value* value) noexcept {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view{}
             : std::string_view{text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

std::string_view blob_of(sqlite3_value* value) noexcept {
  const auto* const blob = static_cast<const char*>(sqlite3_value_blob(value));
  return blob == nullptr
             ? std::string_view{}
             : std::string_view{blob, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// Of some arguments SQLite looks at what is before a NUL.
std::string_view until_nul(std::string_view text) noexcept {
  return text.substr(0, text.find('\0'));
}

std::size_t longest_value(sqlite3_context* context) noexcept {
  return static_cast<std::size_t>(
      sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1));
}

void give_text(sqlite3_context* context, std::string_view text) noexcept {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Runs what may need memory.
template <class Body>
void guarded(sqlite3_context* context, Body body) noexcept {
  try {
    body();
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

/// Linear, where SQLite and std::string_view compare at every place. The part is not empty.
std::size_t place_of(std::string_view text, std::string_view part, std::size_t from) noexcept {
  if (from > text.size() || part.size() > text.size() - from) {
    return std::string_view::npos;
  }
  const auto* const found = static_cast<const char*>(
      memmem(text.data() + from, text.size() - from, part.data(), part.size()));
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(found - text.data());
}

bool continues_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::int64_t count_characters(std::string_view text) noexcept {
  return std::ranges::count_if(text, [](char byte) { return !continues_character(byte); });
}

void instr(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) noexcept {
  if (is_null(arguments[0]) || is_null(arguments[1]) || !may_go_on(context)) {
    return;
  }
  const bool are_blobs = sqlite3_value_type(arguments[0]) == SQLITE_BLOB &&
                         sqlite3_value_type(arguments[1]) == SQLITE_BLOB;
  const auto whole = are_blobs ? blob_of(arguments[0]) : text_of(arguments[0]);
  const auto part = are_blobs ? blob_of(arguments[1]) : text_of(arguments[1]);
  if (part.empty()) {
    sqlite3_result_int(context, 1);
    return;
  }
  std::size_t at = place_of(whole, part, 0);
  while (!are_blobs && at != std::string_view::npos && continues_character(whole[at])) {
    at = place_of(whole, part, at + 1);
  }
  if (at == std::string_view::npos) {
    sqlite3_result_int(context, 0);
    return;
  }
  sqlite3_result_int64(context, 1 + (are_blobs ? static_cast<std::int64_t>(at)
                                               : count_characters(whole.substr(0, at))));
}

void replace(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) noexcept {
  if (is_null(arguments[0]) || is_null(arguments[1]) || !may_go_on(context)) {
    return;
  }
  const auto whole = text_of(arguments[0]);
  const auto part = text_of(arguments[1]);
  if (part.empty() || part.front() == '\0') {
    sqlite3_result_value(context, arguments[0]);
    return;
  }
  if (is_null(arguments[2])) {
    return;
  }
  const auto instead = text_of(arguments[2]);
  guarded(context, [&] {
    const std::size_t longest = longest_value(context);
    std::string result;
    std::size_t from = 0;
    for (std::size_t at = place_of(whole, part, 0); at != std::string_view::npos;
         at = place_of(whole, part, from)) {
      result.append(whole, from, at - from).append(instead);
      from = at + part.size();
      if (result.size() > longest) {
        sqlite3_result_error_toobig(context);
        return;
      }
    }
    result.append(whole, from);
    if (result.size() > longest) {
      sqlite3_result_error_toobig(context);
      return;
    }
    give_text(context, result);
  });
}

/// The characters that a call takes away.
class CharacterSet {
 public:
  explicit CharacterSet(std::string_view characters) {
    while (!characters.empty()) {
      std::size_t size = 1;
      if (static_cast<unsigned char>(characters.front()) >= 0xC0U) {
        while (size < characters.size() && continues_character(characters[size])) {
          ++size;
        }
      }
      characters_.insert(characters.substr(0, size));
      if (std::ranges::find(sizes_, size) == sizes_.end()) {
        sizes_.push_back(size);
      }
      characters.remove_prefix(size);
    }
    std::ranges::sort(sizes_);
  }

  /// The size of the one that the text begins with, or ends with; 0 when there is none.
  [[nodiscard]] std::size_t at_front(std::string_view text) const {
    return match(text, [&](std::size_t size) { return text.substr(0, size); });
  }
  [[nodiscard]] std::size_t at_back(std::string_view text) const {
    return match(text, [&](std::size_t size) { return text.substr(text.size() - size); });
  }

 private:
  template <class Part>
  [[nodiscard]] std::size_t match(std::string_view text, Part part_of) const {
    // Characters of a valid text have four bytes at most; of others no more are looked at.
    constexpr std::size_t most = 8;
    std::size_t looked = 0;
    for (const std::size_t size : sizes_) {
      if (size > text.size() || ++looked > most) {
        break;
      }
      if (characters_.contains(part_of(size))) {
        return size;
      }
    }
    return 0;
  }

  boost::unordered_flat_set<std::string_view> characters_;
  std::vector<std::size_t> sizes_;
};

template <bool Left, bool Right>
void trim(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) noexcept {
  if (is_null(arguments[0]) || is_null(arguments[1]) || !may_go_on(context)) {
    return;
  }
  guarded(context, [&] {
    auto text = text_of(arguments[0]);
    const CharacterSet characters{until_nul(text_of(arguments[1]))};
    if constexpr (Left) {
      while (const std::size_t size = characters.at_front(text)) {
        text.remove_prefix(size);
      }
    }
    if constexpr (Right) {
      while (const std::size_t size = characters.at_back(text)) {
        text.remove_suffix(size);
      }
    }
    give_text(context, text);
  });
}

/// Whether the pattern can be compared, which it cannot when it is longer than SQLite allows.
bool is_pattern(sqlite3_context* context, sqlite3_value* pattern) noexcept {
  const int longest =
      sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1);
  if (sqlite3_value_bytes(pattern) > longest) {
    sqlite3_result_error(context, "LIKE or GLOB pattern too complex", -1);
    return false;
  }
  return true;
}

bool compares_no_blobs() noexcept {
  static const bool compiled = sqlite3_compileoption_used("LIKE_DOESNT_MATCH_BLOBS") != 0;
  return compiled;
}

/// Whether the answer is to be found by comparing; otherwise it is given already.
bool compares(sqlite3_context* context, sqlite3_value** arguments) noexcept {
  if (!may_go_on(context)) {
    return false;
  }
  if (compares_no_blobs() && (sqlite3_value_type(arguments[0]) == SQLITE_BLOB ||
                              sqlite3_value_type(arguments[1]) == SQLITE_BLOB)) {
    sqlite3_result_int(context, 0);
    return false;
  }
  return is_pattern(context, arguments[0]);
}

/// The code point of a text's only character; nothing when it has another number of them.
std::optional<unsigned> only_character(std::string_view text) noexcept {
  constexpr std::size_t longest = 4;
  if (text.empty() || text.size() > longest || count_characters(text) != 1 ||
      continues_character(text.front())) {
    return std::nullopt;
  }
  const auto lead = static_cast<unsigned char>(text.front());
  unsigned point = lead;
  if (lead >= 0xC0U) {
    point = lead & (0x7FU >> text.size());
    for (const char byte : text.substr(1)) {
      point = point << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    }
  }
  return point;
}

void like(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
  if (!compares(context, arguments)) {
    return;
  }
  unsigned escape = 0;
  if (count == 3) {
    if (is_null(arguments[2])) {
      return;
    }
    const auto character = only_character(until_nul(text_of(arguments[2])));
    if (!character) {
      sqlite3_result_error(context, "ESCAPE expression must be a single character", -1);
      return;
    }
    if (*character == '%' || *character == '_') {
      sqlite3_result_error(context, "ESCAPE expression must not be a wildcard", -1);
      return;
    }
    escape = *character;
  }
  const auto* const pattern = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[1]));
  if (pattern != nullptr && text != nullptr) {
    sqlite3_result_int(context, sqlite3_strlike(pattern, text, escape) == 0 ? 1 : 0);
  }
}

void glob(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) noexcept {
  if (!compares(context, arguments)) {
    return;
  }
  const auto* const pattern = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[1]));
  if (pattern != nullptr && text != nullptr) {
    sqlite3_result_int(context, sqlite3_strglob(pattern, text) == 0 ? 1 : 0);
  }
}

struct Function {
  const char* name;
  int arguments;
  void (*body)(sqlite3_context*, int, sqlite3_value**) noexcept;
};

constexpr Function replaced[] = {
    {"instr", 2, &instr},
    {"replace", 3, &replace},
    {"trim", 2, &trim<true, true>},
    {"ltrim", 2, &trim<true, false>},
    {"rtrim", 2, &trim<false, true>},
    {"like", 2, &like},
    {"like", 3, &like},
    {"glob", 2, &glob},
};

}  // namespace

Result<void> install_bounded_functions(sqlite3* connection, Watch& watch) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const Function& function : replaced) {
    if (const int code =
            sqlite3_create_function_v2(connection, function.name, function.arguments, flags, &watch,
                                       function.body, nullptr, nullptr, nullptr);
        code != SQLITE_OK) {
      return to_error(code, connection, "making functions for queries");
    }
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::sqlite
