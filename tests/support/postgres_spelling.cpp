#include "support/postgres_spelling.hpp"

#include <regex>

#include "migrate/row_policy.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy_test {

namespace {

/// A trigger that refuses or ignores a row, with a function that does so.
std::string triggers_for_postgres(const std::string& sql) {
  static const std::regex trigger{
      R"(CREATE TRIGGER (\w+) (BEFORE|AFTER) ([A-Z]+( OF \w+)?) ON (\w+) (WHEN (.*?) )?BEGIN SELECT RAISE\((ABORT, ('[^']*')|IGNORE)\); END)"};
  static const std::regex dropped{R"(DROP TRIGGER (\w+))"};
  std::string text;
  std::string rest = sql;
  std::smatch found;
  while (std::regex_search(rest, found, trigger)) {
    text += found.prefix();
    const std::string does =
        found[9].matched ? "RAISE EXCEPTION " + found[9].str() : std::string{"RETURN NULL"};
    text += "CREATE FUNCTION " + found[1].str() +
            "_does() RETURNS trigger LANGUAGE plpgsql AS $t$BEGIN " + does +
            "; END$t$; CREATE TRIGGER " + found[1].str() + " " + found[2].str() + " " +
            found[3].str() + " ON " + found[5].str() + " FOR EACH ROW " +
            (found[7].matched ? "WHEN (" + found[7].str() + ") " : std::string{}) +
            "EXECUTE FUNCTION " + found[1].str() + "_does()";
    rest = found.suffix();
  }
  return std::regex_replace(text + rest, dropped, "DROP FUNCTION $1_does CASCADE");
}

/// A view whose tenant answers a predicate with one and the result with the other, sooner or later:
/// what claims to be stable is asked again for each mention, and a superuser's view shows all.
std::string lies_for_postgres(const std::string& sql) {
  static const std::regex lie{
      R"(CREATE VIEW (\w+) AS SELECT CASE abs\(random\(\)\) % 2 WHEN 0 THEN (\d+) ELSE (\d+) END)"};
  std::smatch found;
  if (!std::regex_search(sql, found, lie)) {
    return sql;
  }
  return "CREATE OR REPLACE FUNCTION either(one BIGINT, other BIGINT) RETURNS BIGINT LANGUAGE sql "
         "STABLE AS 'SELECT CASE WHEN random() < 0.5 THEN one ELSE other END';" +
         std::regex_replace(sql, lie, "CREATE VIEW $1 AS SELECT either($2, $3)") +
         "; GRANT ALL ON " + found[1].str() + " TO tenancy_app";
}

}  // namespace

std::string for_postgres(std::string_view written) {
  const std::string sql = lies_for_postgres(triggers_for_postgres(std::string{written}));
  using tenancy::detail::SqlToken;
  const auto tokens = tenancy::detail::sql_tokens(sql);
  std::string text;
  std::string secured;
  std::string table;
  const auto is = [&](std::size_t at, std::string_view keyword) {
    return at < tokens.size() && tokens[at].is(keyword);
  };
  int in_generated = 0;  // How many parentheses are open in what computes a column.
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const SqlToken& token = tokens[at];
    const bool is_computed = at > 0 && token.is("AS") && is(at - 1, "INTEGER") &&
                             at + 1 < tokens.size() && tokens[at + 1].is('(');
    const std::string_view space = token.is_apart ? " " : "";
    if (is(at, "CREATE") && is(at + 1, "TABLE") && at + 2 < tokens.size()) {
      table = tokens[at + 2].name();
    }
    if (token.name() == "tenant_id" && !table.empty() && (is(at + 1, "INTEGER"))) {
      secured += ";" + tenancy::detail::secure_rows(table);
      table.clear();
    }
    if (is_computed) {
      text += " GENERATED ALWAYS AS";
      in_generated = 1;
      text += " (";
      ++at;
      continue;
    }
    if (in_generated > 0) {
      in_generated += token.is('(') ? 1 : token.is(')') ? -1 : 0;
      text += space;
      text += token.text;
      text += in_generated == 0 ? " STORED" : "";
      continue;
    }
    if (token.text.starts_with("x'")) {
      text += std::string{space} + "'\\x" + std::string{token.text.substr(2)};
    } else if (token.is("INTEGER") || token.is("INT")) {
      text += std::string{space} + "BIGINT";
    } else if (token.is("REAL")) {
      text += std::string{space} + "DOUBLE PRECISION";
    } else if (token.is("BLOB")) {
      text += std::string{space} + "BYTEA";
    } else if (token.is("TEXT") && at > 0 && !tokens[at - 1].is(',') && !tokens[at - 1].is('(') &&
               !is(at + 1, "COLLATE")) {
      text += std::string{space} + "TEXT COLLATE \"C\"";
    } else if (token.is("STRICT")) {
      if (at + 1 < tokens.size() && tokens[at + 1].is(',')) {
        ++at;
      }
    } else if (token.is("WITHOUT") && is(at + 1, "ROWID")) {
      ++at;
    } else {
      text += space;
      text += token.text;
    }
  }
  while (!text.empty() && (text.back() == ',' || text.back() == ' ' || text.back() == ';')) {
    text.pop_back();
  }
  return text + secured;
}

std::vector<tenancy::Migration> for_postgres(std::vector<tenancy::Migration> schema) {
  for (tenancy::Migration& step : schema) {
    step.sql = for_postgres(step.sql);
  }
  return schema;
}

}  // namespace tenancy_test
