#include "migrate/sql_mending.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>

#include "migrate/table_kind.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Keywords = std::initializer_list<std::string_view>;

/// Where `RAISE ( ROLLBACK` stands.
std::size_t find_raise(const SqlTokens& tokens) {
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    if (tokens[at].is("RAISE") && tokens[at + 1].is('(') && tokens[at + 2].is("ROLLBACK")) {
      return at;
    }
  }
  return tokens.size();
}

void erase(SqlTokens& tokens, std::size_t at, std::size_t count) {
  const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(at);
  tokens.erase(first, first + static_cast<std::ptrdiff_t>(count));
}

/// Takes these keywords out wherever they stand in a row.
void erase_all(SqlTokens& tokens, Keywords keywords) {
  for (auto at = find_keywords(tokens, keywords); at != tokens.size();
       at = find_keywords(tokens, keywords)) {
    erase(tokens, at, keywords.size());
  }
}

}  // namespace

bool asks_connection(std::string_view sql) {
  return calls_plainly(sql_tokens(sql), {"CHANGES", "TOTAL_CHANGES", "LAST_INSERT_ROWID"});
}

bool asks_server(std::string_view sql) {
  static constexpr std::array<std::string_view, 21> functions{"currval",
                                                              "lastval",
                                                              "nextval",
                                                              "setval",
                                                              "current_setting",
                                                              "set_config",
                                                              "pg_notify",
                                                              "pg_listening_channels",
                                                              "pg_export_snapshot",
                                                              "pg_backend_pid",
                                                              "pg_current_snapshot",
                                                              "pg_current_wal_flush_lsn",
                                                              "pg_current_wal_insert_lsn",
                                                              "pg_current_wal_lsn",
                                                              "pg_current_xact_id",
                                                              "pg_current_xact_id_if_assigned",
                                                              "pg_last_committed_xact",
                                                              "pg_sequence_last_value",
                                                              "txid_current",
                                                              "txid_current_if_assigned",
                                                              "txid_current_snapshot"};
  const auto tokens = sql_tokens(sql);
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    if (tokens[at].kind == SqlToken::Kind::literal || !tokens[at + 1].is('(')) {
      continue;
    }
    const auto name = tokens[at].name();
    const bool tells_sizes = name.starts_with("pg_") && name.ends_with("_size");
    if (tells_sizes || name.starts_with("pg_stat_") || name.starts_with("pg_advisory_") ||
        name.starts_with("pg_try_advisory_") ||
        std::ranges::find(functions, name) != functions.end()) {
      return true;
    }
  }
  return false;
}

bool rolls_back(std::string_view sql) {
  const auto tokens = sql_tokens(sql);
  return find_keywords(tokens, {"ON", "CONFLICT", "ROLLBACK"}) != tokens.size() ||
         find_keywords(tokens, {"OR", "ROLLBACK"}) != tokens.size() ||
         find_raise(tokens) != tokens.size();
}

bool defers(std::string_view sql) {
  const auto tokens = sql_tokens(sql);
  return find_keywords(tokens, {"INITIALLY", "DEFERRED"}) != tokens.size();
}

std::string without_rollback(std::string_view sql) {
  auto tokens = sql_tokens(sql);
  erase_all(tokens, {"ON", "CONFLICT", "ROLLBACK"});
  for (auto at = find_raise(tokens); at != tokens.size(); at = find_raise(tokens)) {
    tokens[at + 2].text = "ABORT";
  }
  for (auto at = find_keywords(tokens, {"OR", "ROLLBACK"}); at != tokens.size();
       at = find_keywords(tokens, {"OR", "ROLLBACK"})) {
    tokens[at + 1].text = "ABORT";
  }
  return sql_text(tokens);
}

std::string without_deferral(std::string_view sql) {
  auto tokens = sql_tokens(sql);
  erase_all(tokens, {"INITIALLY", "DEFERRED"});
  return sql_text(tokens);
}

std::string without_set_actions(std::string_view sql) {
  auto tokens = sql_tokens(sql);
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    if (tokens[at].is("SET") && (tokens[at + 1].is("NULL") || tokens[at + 1].is("DEFAULT"))) {
      tokens[at].text = "RESTRICT";
      erase(tokens, at + 1, 1);
    }
  }
  return sql_text(tokens);
}

std::string led_by_tenant(std::string_view sql) {
  const auto tokens = sql_tokens(sql);
  const std::span<const SqlToken> all{tokens};
  std::size_t begin = 0;
  while (begin < all.size() && !all[begin].is('(')) {
    ++begin;
  }
  std::string list = "(" + sql_name(tenant_column);
  std::size_t at = begin + 1;
  int depth = 1;
  for (std::size_t first = at; at < all.size() && depth > 0; ++at) {
    depth += all[at].is('(') ? 1 : all[at].is(')') ? -1 : 0;
    if (depth == 0 || (depth == 1 && all[at].is(','))) {
      const auto term = all.subspan(first, at - first);
      const bool is_tenant = !term.empty() && is_tenant_column(term.front().name()) &&
                             (term.size() == 1 || term[1].kind == SqlToken::Kind::word);
      if (!term.empty() && !is_tenant) {
        list += ", " + sql_text(term);
      }
      first = at + 1;
    }
  }
  const std::string tail = sql_text(all.subspan(std::min(at, all.size())));
  return sql_text(all.first(std::min(begin, all.size()))) + " " + list + ")" +
         (tail.empty() ? "" : " " + tail);
}

}  // namespace tenancy::inline v0::detail
