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

using tenancy::Order;
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

template <class T>
std::vector<std::string_view> all_sql() {
  using Sql = EntitySql<T>;
  return {Sql::find.text,
          Sql::count.text,
          Sql::insert.text,
          Sql::update.text,
          Sql::erase.text,
          Sql::page(Order::newest_first).text,
          Sql::page(Order::oldest_first).text,
          Sql::page_after(Order::newest_first).text,
          Sql::page_after(Order::oldest_first).text};
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
  for (const std::string_view sql :
       {EntitySql<T>::find.text, EntitySql<T>::page(Order::newest_first).text,
        EntitySql<T>::page_after(Order::oldest_first).text}) {
    CHECK_MESSAGE(sql.starts_with("SELECT tenant_id, "), "column 0 is for the row check");
  }
}

}  // namespace

TEST_CASE("the statements of an entity with a text key") {
  using Sql = EntitySql<Note>;
  const std::string_view select =
      "SELECT tenant_id, \"id\", \"title\", \"stars\", \"link\", \"created_at\", \"updated_at\" "
      "FROM \"notes\" WHERE tenant_id = ?1";
  const auto with = [&](std::string_view rest) { return std::string{select} + std::string{rest}; };
  CHECK(Sql::find.text == with(" AND \"id\" = ?2"));
  CHECK(Sql::count.text == "SELECT count(*) FROM \"notes\" WHERE tenant_id = ?1");
  CHECK(Sql::insert.text ==
        "INSERT OR ABORT INTO \"notes\" (tenant_id, \"id\", \"title\", \"stars\", \"link\", "
        "\"created_at\", \"updated_at\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  // The tenant, the key and the time of creation are never written again.
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"notes\" SET \"title\" = ?3, \"stars\" = ?4, \"link\" = ?5, "
        "\"updated_at\" = ?7 "
        "WHERE tenant_id = ?1 AND \"id\" = ?2");
  CHECK(Sql::erase.text == "DELETE FROM \"notes\" WHERE tenant_id = ?1 AND \"id\" = ?2");
  CHECK(Sql::page(Order::newest_first).text == with(" ORDER BY \"id\" DESC LIMIT ?2 OFFSET ?3"));
  CHECK(Sql::page(Order::oldest_first).text == with(" ORDER BY \"id\" ASC LIMIT ?2 OFFSET ?3"));
  CHECK(Sql::page_after(Order::newest_first).text ==
        with(" AND \"id\" < ?3 ORDER BY \"id\" DESC LIMIT ?2"));
  CHECK(Sql::page_after(Order::oldest_first).text ==
        with(" AND \"id\" > ?3 ORDER BY \"id\" ASC LIMIT ?2"));
}

TEST_CASE("the statements of an entity with a number for a key") {
  using Sql = EntitySql<Task>;
  CHECK(Sql::find.text ==
        "SELECT tenant_id, \"number\", \"note\", \"done\", \"weight\" FROM \"tasks\" "
        "WHERE tenant_id = ?1 AND \"number\" = ?2");
  CHECK(Sql::update.text ==
        "UPDATE OR ABORT \"tasks\" SET \"note\" = ?3, \"done\" = ?4, \"weight\" = ?5 "
        "WHERE tenant_id = ?1 AND \"number\" = ?2");
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
        "\"index\" = ?10, \"values\" = ?12 WHERE tenant_id = ?1 AND \"key\" = ?11");
}

TEST_CASE("every statement is for one tenant, given as parameter 1") {
  check_tenant_in_all<Note>();
  check_tenant_in_all<Task>();
}

TEST_CASE("each statement has its own address, the key of the statement caches") {
  using Sql = EntitySql<Note>;
  const std::set<const StaticSql*> addresses{&Sql::find,
                                             &Sql::count,
                                             &Sql::insert,
                                             &Sql::update,
                                             &Sql::erase,
                                             &Sql::page(Order::newest_first),
                                             &Sql::page(Order::oldest_first),
                                             &Sql::page_after(Order::newest_first),
                                             &Sql::page_after(Order::oldest_first),
                                             &EntitySql<Task>::find,
                                             &EntitySql<Task>::count};
  CHECK(addresses.size() == 11);
  CHECK(&Sql::page(Order::newest_first) == &Sql::page(Order::newest_first));
}
