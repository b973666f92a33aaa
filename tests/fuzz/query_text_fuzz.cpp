#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/postgres/query_text.hpp"
#include "storage/postgres/query_tokens.hpp"

namespace {

using tenancy::errc;
using tenancy::detail::postgres::query_tokens;
using tenancy::detail::postgres::QueryToken;
using tenancy::detail::postgres::read_query_text;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

/// What no query that is let through calls.
bool is_kept_out(const QueryToken& token) {
  return token.is_name() && (token.name.starts_with("pg_") || token.name == "set_config" ||
                             token.name == "current_setting");
}

}  // namespace

/// A text that is let through is sent as what is read as the same again, and calls nothing that is
/// to be kept out. The server would read the same tokens: each stands alone, between spaces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const tenancy::ScopedSqlOptions options;
  const auto read = read_query_text(text, options);
  if (!read) {
    const auto code = read.error().code();
    require(code == errc::invalid_query || code == errc::query_refused ||
            code == errc::query_limit_exceeded);
    return 0;
  }
  const auto& sent = read.value();
  const auto tokens = query_tokens(sent.sql);
  require(tokens.has_value());
  for (std::size_t at = 0; at + 1 < tokens.value().size(); ++at) {
    require(!is_kept_out(tokens.value()[at]) || !tokens.value()[at + 1].is_mark("("));
  }
  require(std::ranges::none_of(tokens.value(),
                               [](const QueryToken& token) { return token.is_mark(";"); }));
  // Operators with a question mark are the only ones that are written in another way.
  if (text.find("??") == std::string_view::npos && sent.sql.size() <= options.text_bytes) {
    const auto again = read_query_text(sent.sql, options);
    require(again.has_value() && again.value().sql == sent.sql &&
            again.value().parameters == sent.parameters);
  }
  return 0;
}
