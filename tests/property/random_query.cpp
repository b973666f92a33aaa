#include "property/random_query.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace tenancy_test {
namespace {

std::string_view one_of(std::mt19937_64& random, const std::vector<std::string_view>& all) {
  return all[std::uniform_int_distribution<std::size_t>{0, all.size() - 1}(random)];
}

}  // namespace

/// What sources have; the last is a subquery's. On PostgreSQL a text is a text.
const std::array<RandomQuery::Columns, 5>& RandomQuery::kinds(bool is_postgres) {
  static const std::array<Columns, 5> of_sqlite{{
      {"notes", {"stars", "worth"}, {"id", "title", "body", "data"}},
      {"tasks", {"number", "done", "turn"}, {"note", "weight"}},
      {"tags", {"worth"}, {"note", "tag"}},
      {"plans", {"most"}, {"name", "rules"}},
      {"", {"n"}, {"t"}},
  }};
  static const auto of_postgres = [] {
    auto all = of_sqlite;
    all[0].texts = {"id", "title", "body"};
    all[1].texts = {"note"};
    return all;
  }();
  return is_postgres ? of_postgres : of_sqlite;
}

const RandomQuery::Columns& RandomQuery::columns_of(const Source& source) const {
  return kinds(is_postgres_)[static_cast<std::size_t>(source.kind)];
}

std::string RandomQuery::operation() {
  return is_postgres_
             ? pick(" = ", " < ", " >= ", " <> ", " IS NOT DISTINCT FROM ", " IS DISTINCT FROM ")
             : pick(" = ", " < ", " >= ", " <> ", " IS ", " IS NOT ");
}

int RandomQuery::below(int bound) { return std::uniform_int_distribution{0, bound - 1}(random_); }

RandomQuery::Source RandomQuery::source(int depth) {
  const std::string alias = "a" + std::to_string(aliases_++);
  const int kind = below(depth > 0 ? 6 : 4);
  if (kind < 4) {
    return {std::string{kinds(is_postgres_)[static_cast<std::size_t>(kind)].table} + " AS " + alias,
            alias, kind};
  }
  // Behind FROM a query does not see its neighbours.
  const auto neighbours = std::exchange(sources_, {});
  Source made{"(" + subquery(depth - 1) + ") AS " + alias, alias, 4};
  sources_ = neighbours;
  return made;
}

std::string RandomQuery::column(const Source& source) {
  const auto& columns = columns_of(source);
  return source.alias + "." +
         std::string{one_of(random_, one_in(2) ? columns.numbers : columns.texts)};
}

std::string RandomQuery::column() {
  return column(sources_[static_cast<std::size_t>(below(static_cast<int>(sources_.size())))]);
}

std::string RandomQuery::aggregate(std::size_t first) {
  const auto own = static_cast<std::size_t>(below(static_cast<int>(sources_.size() - first)));
  const auto& source = sources_[first + own];
  const auto& columns = columns_of(source);
  return pick(
      "count(*)", "sum(1)",
      "max(" + source.alias + "." + std::string{one_of(random_, columns.numbers)} + ")",
      "count(DISTINCT " + source.alias + "." + std::string{one_of(random_, columns.texts)} + ")");
}

std::string RandomQuery::number(int depth) {
  const auto& source = sources_[static_cast<std::size_t>(below(static_cast<int>(sources_.size())))];
  const auto of_row = [&] {
    return source.alias + "." + std::string{one_of(random_, columns_of(source).numbers)};
  };
  if (depth <= 0) {
    return one_in(3) ? std::to_string(below(9)) : of_row();
  }
  switch (below(16)) {
    case 0:
      return "abs(" + of_row() + ")";
    case 1:
      return "length(" + text(depth - 1) + ")";
    case 2: {
      const auto operation = pick(" + ", " - ", " * ", " % ", " / ", " & ", " | ");
      const bool divides = operation == " % " || operation == " / ";
      // Division by nothing is NULL on SQLite and an error on PostgreSQL, where sums and counts are
      // numbers of another type.
      if (is_postgres_ && !divides) {
        return "(" + number(depth - 1) + pick(" + ", " - ", " * ") + number(depth - 1) + ")";
      }
      return is_postgres_
                 ? "(" + number(depth - 1) + operation + "nullif(" + number(depth - 1) + ", 0))"
                 : "(" + number(depth - 1) + operation + number(depth - 1) + ")";
    }
    case 3:
      return "coalesce(" + number(depth - 1) + ", " + number(depth - 1) + ")";
    case 4:
      return "CASE WHEN " + condition(depth - 1) + " THEN " + number(depth - 1) + " ELSE " +
             number(depth - 1) + " END";
    case 5:
      // Which PostgreSQL works out beforehand.
      if (is_postgres_) {
        return "abs(" + of_row() + ")";
      }
      return "CASE WHEN " + of_row() + " < 0 THEN abs(-9223372036854775807 - 1) ELSE " +
             number(depth - 1) + " END";
    case 6:
      return "(SELECT count(*) FROM " + derived(depth - 1) + ")";
    case 7:
      return "(SELECT max(n) FROM " + derived(depth - 1) + ")";
    case 8:
      if (is_postgres_) {
        return "length(" + text(0) + ")";
      }
      return "json_array_length(" + pick("'[1,2]'", "'{}'", "'[]'") + ")";
    case 9:
      return (is_postgres_ ? "abs" : pick("abs", "sign")) + "(" + number(depth - 1) + ")";
    case 10:
      return "(" + condition(depth - 1) + ")" + (is_postgres_ ? "::int" : "");
    default:
      return of_row();
  }
}

std::string RandomQuery::text(int depth) {
  const auto& source = sources_[static_cast<std::size_t>(below(static_cast<int>(sources_.size())))];
  const auto of_row = [&] {
    return source.alias + "." + std::string{one_of(random_, columns_of(source).texts)};
  };
  if (depth <= 0) {
    return one_in(3) ? "'n" + std::to_string(below(9)) + "'" : of_row();
  }
  switch (below(14)) {
    case 0:
      return "(" + text(depth - 1) + " || " + text(depth - 1) + ")";
    case 1:
      return "substr(" + text(depth - 1) + ", " + std::to_string(1 + below(3)) + ", 2)";
    case 2:
      return "upper(" + text(depth - 1) + ")";
    case 3:
    case 4:
      if (source.kind != 0) {
        return of_row();
      }
      if (is_postgres_) {
        return "(" + source.alias + ".body::json ->> " + pick("'owner'", "'deep'") + ")";
      }
      return one_in(2) ? "json_extract(" + source.alias + ".body, '$.owner')"
                       : source.alias + ".body ->> '$.deep.n'";
    case 5:
      return "replace(" + text(depth - 1) + ", 'n', " + text(0) + ")";
    case 6:
      return "nullif(" + text(depth - 1) + ", " + text(0) + ")";
    case 7:
      return "(SELECT min(t) FROM " + derived(depth - 1) + ")";
    case 8:
      return source.kind == 0 && !is_postgres_
                 ? "(SELECT max(key) FROM json_each(" + source.alias + ".body))"
                 : of_row();
    case 9:
      return pick("'red'", "'blue'", "'pro'", "'n1'", "'n3'");
    default:
      return of_row();
  }
}

std::string RandomQuery::value(int depth) { return one_in(2) ? number(depth) : text(depth); }

std::string RandomQuery::condition(int depth) {
  if (depth <= 0) {
    return one_in(2) ? number(0) + operation() + number(0) : text(0) + operation() + text(0);
  }
  switch (below(18)) {
    case 0:
    case 1:
      return "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
    case 2:
    case 3:
      return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
    case 4:
      return "NOT (" + condition(depth - 1) + ")";
    case 5:
      return number(depth - 1) + " BETWEEN " + number(0) + " AND " + number(0);
    case 6:
      return text(depth - 1) + " IN ('n0', 'n2', 'red', 'pro', NULL)";
    case 7:
      return number(depth - 1) + (one_in(2) ? " IN (" : " NOT IN (") + "SELECT n FROM " +
             derived(depth - 1) + ")";
    case 8:
      return text(depth - 1) + (one_in(2) ? " IN (" : " NOT IN (") + "SELECT t FROM " +
             derived(depth - 1) + ")";
    case 9:
      return std::string{one_in(2) ? "" : "NOT "} + "EXISTS (" + subquery(depth - 1) + ")";
    case 10:
      return text(depth - 1) + pick(" LIKE 'n%'", " LIKE '%1'",
                                    is_postgres_ ? " LIKE '%e%'" : " GLOB '*e*'", " LIKE '_'");
    case 11:
      return column() + (one_in(2) ? " IS NULL" : " IS NOT NULL");
    case 12:
      return "abs(" + number(0) + ") >= 0";
    case 13:
      return "(" + text(0) + ", " + number(0) + ")" + pick(" = ", " > ", " <= ") + "(" + text(0) +
             ", " + number(0) + ")";
    case 14:
      return text(0) + " = " + text(0);
    default:
      return number(depth - 1) + operation() + number(depth - 1);
  }
}

std::string RandomQuery::from(int depth) {
  const auto first = sources_.size();
  sources_.push_back(source(depth));
  std::string sql = sources_.back().sql;
  const int more = one_in(3) ? 0 : 1 + below(2);
  for (int i = 0; i < more; ++i) {
    // What an ON may name: the sources of this FROM, and those around it.
    const Source joined = source(depth - 1);
    const int left_kind = sources_[first].kind;
    sources_.push_back(joined);
    const auto join = pick(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " CROSS JOIN ",
                           ", ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ");
    if (i == 0 && one_in(8)) {
      const bool is_plain = join == ", " || (is_postgres_ && join == " CROSS JOIN ");
      sql += " NATURAL" + (is_plain ? std::string{" JOIN "} : join) + joined.sql;
      continue;
    }
    if (i == 0 && one_in(6) && left_kind == joined.kind && join != ", " &&
        !(is_postgres_ && join == " CROSS JOIN ")) {
      const auto& columns = columns_of(joined);
      sql += join + joined.sql + " USING (" +
             std::string{one_of(random_, one_in(2) ? columns.numbers : columns.texts)} + ")";
      continue;
    }
    if (is_postgres_ && join == " FULL JOIN ") {
      // By what can be hashed or merged.
      sql += join + joined.sql + " ON " + sources_[first].alias + "." +
             std::string{one_of(random_, columns_of(sources_[first]).texts)} + " = " +
             joined.alias + "." + std::string{one_of(random_, columns_of(joined).texts)};
      continue;
    }
    sql += join + joined.sql;
    if (join != ", " && !(is_postgres_ && join == " CROSS JOIN ")) {
      const auto& mine = columns_of(joined);
      const auto on = one_in(2) ? condition(one_in(2) ? 1 : 0)
                                : joined.alias + "." + std::string{one_of(random_, mine.texts)} +
                                      " = " + text(0);
      sql += " ON " + on;
      if (one_in(4)) {
        sql += " AND " + condition(0);
      }
    }
  }
  return sql;
}

std::string RandomQuery::select_list(int columns, int depth) {
  if (columns == 2) {
    return number(depth) + " AS n, " + text(depth) + " AS t";
  }
  std::string list;
  for (int i = 0; i < columns; ++i) {
    list += (i == 0 ? "" : ", ") + value(depth);
  }
  return list;
}

std::string RandomQuery::subquery(int depth) {
  const auto outer = sources_.size();
  std::string sql;
  // Seen from outside are two columns: n and t.
  switch (below(depth > 0 ? 8 : 4)) {
    case 0: {
      const auto tables = from(depth - 1);
      sql = "SELECT " + aggregate(outer) + " AS n, " + text(0) + " AS t FROM " + tables +
            " WHERE " + condition(depth) + " GROUP BY 2";
      if (one_in(3)) {
        sql += " HAVING count(*) > " + std::to_string(below(3));
      }
      break;
    }
    case 1:
      sql = select(depth - 1, 2) + pick(" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ");
      sources_.resize(outer);
      sql += select(depth - 1, 2);
      break;
    case 2: {
      const auto tables = from(depth - 1);
      sql = "SELECT DISTINCT " + select_list(2, 0) + " FROM " + tables;
      if (one_in(2)) {
        sql += " WHERE " + condition(depth);
      }
      break;
    }
    case 3: {
      const auto tables = from(0);
      const auto partition = text(0);
      sql = "SELECT " + pick("count(*)", "rank()", "dense_rank()", "max(" + number(0) + ")") +
            " OVER (PARTITION BY " + partition + " ORDER BY " + number(0) + ") AS n, " + text(0) +
            " AS t FROM " + tables;
      break;
    }
    default:
      sql = select(depth - 1, 2);
      break;
  }
  sources_.resize(outer);
  return sql;
}

std::string RandomQuery::select(int depth, int columns) {
  const auto tables = from(depth);
  auto sql = "SELECT " + select_list(columns, depth > 1 ? 1 : 0) + " FROM " + tables;
  if (!one_in(4)) {
    sql += " WHERE " + condition(depth > 2 ? 2 : depth);
  }
  return sql;
}

std::string RandomQuery::make() {
  sources_.clear();
  aliases_ = 0;
  std::string before;
  switch (below(13)) {
    case 12:
      // What SQLite, by its statistics, makes a filter for: the last of many combinations of rows.
      return "SELECT count(*), max(q.worth) FROM " + pick("notes", "tags") +
             " p CROSS JOIN notes q" + (is_postgres_ ? " JOIN " : " CROSS JOIN ") +
             pick("tasks r ON r.turn", "notes r ON r.stars") + " = " + std::to_string(below(4));
    case 0:
      before = "WITH " + pick("notes", "tags", "q") + "(n, t) AS (" + subquery(1) + ") ";
      sources_.clear();
      // The name hides the table, or stands beside it.
      return before + "SELECT n, t FROM " + before.substr(5, before.find('(') - 5);
    case 1:
      return "WITH RECURSIVE r(n, t) AS (" + subquery(0) +
             " UNION SELECT r.n + 1, x.t FROM r JOIN (" + subquery(1) +
             ") x ON x.n = r.n WHERE r.n < 9) SELECT * FROM r";
    case 2: {
      const auto inner = subquery(2);
      return "SELECT n, t FROM (" + inner + ") AS s ORDER BY n, t LIMIT " +
             std::to_string(below(6)) + " OFFSET " + std::to_string(below(3));
    }
    case 3: {
      const auto inner = subquery(2);
      return "SELECT count(*), min(n), max(t), count(DISTINCT t), sum(" +
             std::string{is_postgres_ ? "(n > 2)::int" : "n > 2"} +
             ") FILTER (WHERE t > 'n') FROM (" + inner + ") AS s";
    }
    default:
      return select(2, 1 + below(3) + (one_in(3) ? 1 : 0));
  }
}

}  // namespace tenancy_test
