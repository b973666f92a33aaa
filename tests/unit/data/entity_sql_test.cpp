#include "tenancy/data/detail/entity_sql.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "support/entities.hpp"

using tenancy::detail::EntitySql;
using tenancy::detail::StaticSql;
using tenancy_test::Note;
using tenancy_test::Task;

namespace {

/// More columns than one digit counts, with SQL's own words for names.
struct Wide {
  std::string select, from, order, group, where, limit, null, table, index, key, values;
};

constexpr auto tenancy_mapping(std::type_identity<Wide>) {
  namespace m = tenancy::mapping;
  return m::entity("transaction", m::column("select", &Wide::select),
                   m::column("from", &Wide::from), m::column("order", &Wide::order),
                   m::column("group", &Wide::group), m::column("where", &Wide::where),
                   m::column("limit", &Wide::limit), m::column("null", &Wide::null),
                   m::column("table", &Wide::table), m::column("index", &Wide::index),
                   m::key("key", &Wide::key), m::column("values", &Wide::values));
}

/// A key of two columns that are not next to each other, and a version.
struct Line {
  std::string order;
  std::string text;
  std::int64_t number;
};

constexpr auto tenancy_mapping(std::type_identity<Line>) {
  namespace m = tenancy::mapping;
  return m::entity("lines", m::key("order_id", &Line::order), m::column("text", &Line::text),
                   m::key("number", &Line::number), m::row_version("version"));
}

template <class T>
std::vector<std::string_view> all_sql() {
  using Sql = EntitySql<T>;
  return {Sql::find.text, Sql::insert.text, Sql::update.text, Sql::erase.text};
}

/// The numbers of the parameters in a statement.
std::set<int> parameters(std::string_view sql) {
  std::set<int> numbers;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '?') {
      numbers.insert(std::stoi(std::string{sql.substr(i + 1)}));
    }
  }
  return numbers;
}

std::size_t occurrences(std::string_view sql, std::string_view words) {
  std::size_t count = 0;
  for (auto at = sql.find(words); at != std::string_view::npos; at = sql.find(words, at + 1)) {
    ++count;
  }
  return count;
}

/// What every statement must have, whatever the entity.
template <class T>
void check_tenant_in_all() {
  for (const std::string_view sql : all_sql<T>()) {
    CAPTURE(sql);
    const auto numbers = parameters(sql);
    CHECK(numbers.contains(1));
    CHECK_FALSE(numbers.contains(0));
    // Values are parameters: there is no literal for one to hide in, nor a second statement.
    CHECK(sql.find_first_of("';\\`[]") == std::string_view::npos);
    CHECK(sql.find("--") == std::string_view::npos);
    CHECK(sql.find("/*") == std::string_view::npos);
    CHECK(occurrences(sql, " OR ") == occurrences(sql, " OR ABORT "));
    if (sql.starts_with("INSERT OR ABORT INTO ")) {
      CHECK(occurrences(sql, " (tenant_id, ") == 1);
      CHECK(occurrences(sql, ") VALUES (?1, ") == 1);
    } else {
      CHECK(occurrences(sql, " WHERE tenant_id = ?1") == 1);
    }
    CHECK(occurrences(sql, "?1") - occurrences(sql, "?10") - occurrences(sql, "?11") -
              occurrences(sql, "?12") ==
          1);
  }
  CHECK_MESSAGE(EntitySql<T>::find.text.starts_with("SELECT tenant_id, "),
                "column 0 is for the row check");
}

}  // namespace

TEST_CASE("the statements of an entity with a text key") {
  using Sql = EntitySql<Note>;
  const std::string_view select =
      "SELECT tenant_id, \"id\", \"title\", \"stars\", \"link\", \"created_at\", \"updated_at\" "
      "FROM \"notes\" WHERE tenant_id = ?1";
  const auto with = [&](std::string_view rest) { return std::string{select} + std::string{rest}; };
  CHECK(Sql::find.text == with(" AND \"id\" = ?2"));
  CHECK(Sql::insert.text ==
        "INSERT OR ABORT INTO \"notes\" (tenant_id, \"id\", \"title\", \"stars\", \"link\", "
        "\"created_at\", \"updated_at\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  // The tenant, the key and the time of creation are never written again.
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"notes\" SET \"title\" = ?2, \"stars\" = ?3, \"link\" = ?4, "
        "\"updated_at\" = ?5 WHERE tenant_id = ?1 AND \"id\" = ?6");
  CHECK(Sql::erase.text == "DELETE FROM \"notes\" WHERE tenant_id = ?1 AND \"id\" = ?2");
}

TEST_CASE("the statements of an entity with a number for a key") {
  using Sql = EntitySql<Task>;
  CHECK(Sql::find.text ==
        "SELECT tenant_id, \"number\", \"note\", \"done\", \"weight\" FROM \"tasks\" "
        "WHERE tenant_id = ?1 AND \"number\" = ?2");
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"tasks\" SET \"note\" = ?2, \"done\" = ?3, \"weight\" = ?4 "
        "WHERE tenant_id = ?1 AND \"number\" = ?5");
}

TEST_CASE("the statements of an entity with a key of two columns and a version") {
  using Sql = EntitySql<Line>;
  CHECK(Sql::find.text ==
        "SELECT tenant_id, \"order_id\", \"text\", \"number\" FROM \"lines\" "
        "WHERE tenant_id = ?1 AND \"order_id\" = ?2 AND \"number\" = ?3");
  CHECK(
      Sql::insert.text ==
      "INSERT OR ABORT INTO \"lines\" (tenant_id, \"order_id\", \"text\", \"number\", \"version\") "
      "VALUES (?1, ?2, ?3, ?4, 1)");
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"lines\" SET \"text\" = ?2, \"version\" = \"version\" + 1 "
        "WHERE tenant_id = ?1 AND \"order_id\" = ?3 AND \"number\" = ?4");
  CHECK(Sql::erase.text ==
        "DELETE FROM \"lines\" WHERE tenant_id = ?1 AND \"order_id\" = ?2 AND \"number\" = ?3");
}

TEST_CASE("SQL's own words are names like others, and parameters count beyond nine") {
  using Sql = EntitySql<Wide>;
  CHECK(Sql::insert.text ==
        "INSERT OR ABORT INTO \"transaction\" (tenant_id, \"select\", \"from\", \"order\", "
        "\"group\", "
        "\"where\", \"limit\", \"null\", \"table\", \"index\", \"key\", \"values\") "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"transaction\" SET \"select\" = ?2, \"from\" = ?3, \"order\" = ?4, "
        "\"group\" = ?5, \"where\" = ?6, \"limit\" = ?7, \"null\" = ?8, \"table\" = ?9, "
        "\"index\" = ?10, \"values\" = ?11 WHERE tenant_id = ?1 AND \"key\" = ?12");
}

TEST_CASE("every statement is for one tenant, given as parameter 1") {
  check_tenant_in_all<Note>();
  check_tenant_in_all<Task>();
  check_tenant_in_all<Line>();
}

TEST_CASE("each statement has its own address, the key of the statement caches") {
  using Sql = EntitySql<Note>;
  const std::set<const StaticSql*> addresses{
      &Sql::find,  &Sql::insert,           &Sql::update,
      &Sql::erase, &EntitySql<Task>::find, &EntitySql<Task>::insert};
  CHECK(addresses.size() == 6);
}
