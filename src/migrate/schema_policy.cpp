#include "tenancy/migrate/schema_policy.hpp"

#include <array>
#include <cstddef>

#include <sodium.h>

#include "core/random.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0 {

std::string schema_text_hash(std::string_view sql) {
  detail::ensure_sodium();
  constexpr std::size_t hash_size = 32;
  auto tokens = detail::sql_tokens(sql);
  // PostgreSQL ends a comment at a carriage return, SQLite does not: what stands behind one that
  // ends no line counts.
  bool is_ambiguous = sql.ends_with('\r');
  for (std::size_t at = 0; at + 1 < sql.size(); ++at) {
    is_ambiguous = is_ambiguous || (sql[at] == '\r' && sql[at + 1] != '\n');
  }
  while (!tokens.empty() && tokens.back().is(';')) {
    tokens.pop_back();
  }
  for (auto& token : tokens) {
    token.is_apart = true;
  }
  const std::string text = detail::sql_text(tokens) + (is_ambiguous ? std::string{sql} : "");
  std::array<unsigned char, hash_size> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, 2 * hash_size + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), hash.data(), hash.size());
  return digits.data();
}

}  // namespace tenancy::inline v0
