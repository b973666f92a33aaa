#include "migrate/table_definition.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "migrate/catalogue.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Part = std::span<const SqlToken>;

struct Opening {
  std::string_view keyword;
  ClauseKind kind;
};

constexpr std::array<Opening, 9> openings_of_columns{{{"PRIMARY", ClauseKind::primary_key},
                                                      {"NOT", ClauseKind::not_null},
                                                      {"NULL", ClauseKind::null},
                                                      {"UNIQUE", ClauseKind::unique},
                                                      {"CHECK", ClauseKind::check},
                                                      {"DEFAULT", ClauseKind::default_value},
                                                      {"COLLATE", ClauseKind::collation},
                                                      {"REFERENCES", ClauseKind::reference},
                                                      {"GENERATED", ClauseKind::generated}}};
constexpr std::array<Opening, 4> openings_of_tables{{{"PRIMARY", ClauseKind::primary_key},
                                                     {"UNIQUE", ClauseKind::unique},
                                                     {"CHECK", ClauseKind::check},
                                                     {"FOREIGN", ClauseKind::reference}}};

/// Behind what closes the parenthesis that opens here, or behind this one token.
std::size_t end_of_group(Part tokens, std::size_t at) noexcept {
  int depth = 0;
  do {
    depth += tokens[at].is('(') ? 1 : tokens[at].is(')') ? -1 : 0;
    ++at;
  } while (depth > 0 && at < tokens.size());
  return at;
}

/// What stands between the commas that are in no parentheses.
std::vector<Part> split(Part tokens) {
  std::vector<Part> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < tokens.size();) {
    if (tokens[at].is(',')) {
      parts.push_back(tokens.subspan(begin, at - begin));
      begin = at + 1;
    }
    at = end_of_group(tokens, at);
  }
  parts.push_back(tokens.subspan(begin));
  return parts;
}

/// The clause that begins at a token, if one does.
std::optional<ClauseKind> opening_at(Part tokens, std::size_t at, bool is_of_column) noexcept {
  const auto is = [&](std::size_t offset, std::string_view keyword) {
    return at + offset < tokens.size() && tokens[at + offset].is(keyword);
  };
  // What belongs to a clause that is open.
  if (at > 0 && (tokens[at - 1].is("SET") || tokens[at - 1].is("DEFAULT"))) {
    return std::nullopt;
  }
  if (is(0, "NOT") && !is(1, "NULL")) {
    return std::nullopt;
  }
  if (is(0, "NULL") && at > 0 && tokens[at - 1].is("NOT")) {
    return std::nullopt;
  }
  if (is_of_column && is(0, "AS")) {
    return at > 0 && tokens[at - 1].is("ALWAYS") ? std::nullopt
                                                 : std::optional{ClauseKind::generated};
  }
  const auto look = [&](const auto& openings) -> std::optional<ClauseKind> {
    const auto found = std::ranges::find_if(
        openings, [&](const Opening& opening) { return is(0, opening.keyword); });
    return found == openings.end() ? std::nullopt : std::optional{found->kind};
  };
  return is_of_column ? look(openings_of_columns) : look(openings_of_tables);
}

/// Where the next clause begins, with its name, from here on.
std::size_t find_opening(Part tokens, std::size_t at, bool is_of_column) noexcept {
  while (at < tokens.size() && !tokens[at].is("CONSTRAINT") &&
         !opening_at(tokens, at, is_of_column)) {
    at = end_of_group(tokens, at);
  }
  return at;
}

/// Reads the clauses that tokens consist of. False for what it does not understand.
bool read_clauses(Part tokens, bool is_of_column, std::vector<DefinedClause>& clauses) {
  while (!tokens.empty()) {
    const std::size_t begin = tokens.front().is("CONSTRAINT") ? 2 : 0;
    if (begin >= tokens.size()) {
      return false;
    }
    const auto kind = opening_at(tokens, begin, is_of_column);
    if (!kind) {
      return false;
    }
    const std::size_t end = find_opening(tokens, begin + 1, is_of_column);
    clauses.push_back({*kind, sql_text(tokens.first(end))});
    tokens = tokens.subspan(end);
  }
  return true;
}

bool read_column(Part tokens, DefinedColumn& column) {
  if (tokens.empty() || tokens.front().kind == SqlToken::Kind::mark) {
    return false;
  }
  const std::size_t end_of_type = find_opening(tokens, 1, true);
  column.name = tokens.front().name();
  column.type = sql_text(tokens.subspan(1, end_of_type - 1));
  return read_clauses(tokens.subspan(end_of_type), true, column.clauses);
}

bool is_constraint(Part tokens) noexcept {
  return !tokens.empty() &&
         (tokens.front().is("CONSTRAINT") || opening_at(tokens, 0, false).has_value());
}

void append(std::string& text, std::string_view word) {
  if (!word.empty()) {
    text += ' ';
    text += word;
  }
}

}  // namespace

bool DefinedColumn::has(ClauseKind kind) const noexcept {
  return std::ranges::find(clauses, kind, &DefinedClause::kind) != clauses.end();
}

void DefinedColumn::remove(ClauseKind kind) {
  std::erase_if(clauses, [&](const DefinedClause& clause) { return clause.kind == kind; });
}

void DefinedColumn::set_not_null(bool not_null) {
  remove(ClauseKind::null);
  if (!not_null) {
    remove(ClauseKind::not_null);
  } else if (!has(ClauseKind::not_null)) {
    clauses.insert(clauses.begin(), {ClauseKind::not_null, "NOT NULL"});
  }
}

DefinedColumn* TableDefinition::column(std::string_view name_of_it) noexcept {
  const auto found = std::ranges::find_if(
      columns, [&](const auto& column) { return is_same_name(column.name, name_of_it); });
  return found == columns.end() ? nullptr : &*found;
}

std::optional<TableDefinition> TableDefinition::parse(std::string_view sql) {
  const SqlTokens all = sql_tokens(sql);
  const Part tokens{all};
  if (tokens.size() < 4 || !tokens[0].is("CREATE") || !tokens[1].is("TABLE") ||
      !tokens[3].is('(')) {
    return std::nullopt;
  }
  TableDefinition table{tokens[2].name()};
  const std::size_t end = end_of_group(tokens, 3);
  if (end < 6 || !tokens[end - 1].is(')')) {
    return std::nullopt;
  }
  bool is_behind_columns = false;
  for (const Part& part : split(tokens.subspan(4, end - 5))) {
    is_behind_columns = is_behind_columns || is_constraint(part);
    if (is_behind_columns ? !read_clauses(part, false, table.constraints)
                          : !read_column(part, table.columns.emplace_back())) {
      return std::nullopt;
    }
  }
  for (const Part& option : split(tokens.subspan(end))) {
    table.is_strict = table.is_strict || find_keywords(option, {"STRICT"}) != option.size();
    table.is_without_rowid =
        table.is_without_rowid || find_keywords(option, {"WITHOUT", "ROWID"}) != option.size();
  }
  return table;
}

std::string TableDefinition::sql() const {
  std::string text = "CREATE TABLE " + sql_name(name) + " (";
  std::string_view before = "\n  ";
  for (const DefinedColumn& column : columns) {
    text += before;
    text += sql_name(column.name);
    append(text, column.type);
    for (const DefinedClause& clause : column.clauses) {
      append(text, clause.text);
    }
    before = ",\n  ";
  }
  for (const DefinedClause& constraint : constraints) {
    text += before;
    text += constraint.text;
  }
  text += "\n)";
  append(text, is_strict ? "STRICT" : "");
  if (is_without_rowid) {
    text += is_strict ? ", WITHOUT ROWID" : " WITHOUT ROWID";
  }
  return text;
}

std::vector<std::string> names_in_parentheses(std::string_view sql) {
  const SqlTokens all = sql_tokens(sql);
  const auto begin = static_cast<std::size_t>(
      std::ranges::find_if(all, [](const SqlToken& token) { return token.is('('); }) - all.begin());
  std::vector<std::string> names;
  if (begin == all.size()) {
    return names;
  }
  const std::size_t end = end_of_group(all, begin);
  if (end < begin + 2) {
    return names;
  }
  for (const Part& part : split(Part{all}.subspan(begin + 1, end - begin - 2))) {
    // Behind a name may stand how it is collated and ordered.
    const bool is_name =
        !part.empty() && part.front().kind != SqlToken::Kind::mark &&
        (part.size() == 1 || part[1].is("COLLATE") || part[1].is("ASC") || part[1].is("DESC"));
    names.push_back(is_name ? part.front().name() : std::string{});
  }
  return names;
}

std::string in_parentheses(const std::vector<std::string>& names) {
  std::string text = "(";
  for (const std::string& name : names) {
    text += (text.size() == 1 ? "" : ", ") + sql_name(name);
  }
  return text + ")";
}

}  // namespace tenancy::inline v0::detail
