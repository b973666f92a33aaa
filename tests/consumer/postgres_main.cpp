// A program of somebody else that keeps its notes on PostgreSQL. With the URL of a server on which
// it may make databases it does so; without one it sees that nobody is there. It exits with the
// number of what went wrong.

#include <iostream>
#include <string>

#include <tenancy/migrate/tenant_table.hpp>
#include <tenancy/storage/postgres/set_up.hpp>
#include <tenancy/storage/postgres/store_kind.hpp>
#include <tenancy/tenancy.hpp>

namespace {

struct Note {
  std::string id = {};
  std::string text = {};

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("notes", m::generated_key("id", &Note::id), m::column("text", &Note::text));
  }
};

tenancy::Result<tenancy::OpenOptions> options() {
  BOOST_OUTCOME_TRY(auto notes,
                    tenancy::create_tenant_table(
                        {.name = "notes",
                         .columns = {{.name = "id", .type = tenancy::ColumnType::text},
                                     {.name = "text", .type = tenancy::ColumnType::text}},
                         .key = {"id"}},
                        tenancy::Dialect::postgresql));
  tenancy::OpenOptions all;
  all.migrations = {tenancy::Migration{.version = 1, .name = "notes", .sql = std::move(notes)}};
  all.keys = tenancy::KeyRing::ephemeral();
  all.kinds = {tenancy::postgres::store_kind({.max_connections = 2})};
  return all;
}

int without_server() {
  const auto wanted = options();
  if (!wanted) {
    return 1;
  }
  const auto nobody = tenancy::open("postgresql://notes@127.0.0.1:1/notes", wanted.value());
  return !nobody && nobody.error() == tenancy::errc::unreachable ? 0 : 2;
}

/// The server's URL with another user and database.
std::string url_of(const std::string& admin, const std::string& user, const std::string& database) {
  const auto at = admin.find('@');
  return "postgresql://" + user + admin.substr(at, admin.rfind('/') - at + 1) + database;
}

tenancy::Result<int> with_server(const std::string& admin, const std::string& database) {
  BOOST_OUTCOME_TRY(tenancy::postgres::set_up(admin, {.database = database}));
  BOOST_OUTCOME_TRY(auto wanted, options());
  wanted.owner_url = url_of(admin, "tenancy_owner", database);
  BOOST_OUTCOME_TRY(const auto authority,
                    tenancy::open(url_of(admin, "tenancy_app", database), wanted));
  BOOST_OUTCOME_TRY(const auto acme, authority.registry().create({"acme", "Acme Corporation"}));
  BOOST_OUTCOME_TRY(const auto globex, authority.registry().create({"globex", "Globex"}));
  BOOST_OUTCOME_TRY(const auto in_acme, authority.enter(acme.id));
  BOOST_OUTCOME_TRY(const auto in_globex, authority.enter(globex.id));
  const tenancy::Repository<Note> acmes{authority.store(), in_acme};
  const tenancy::Repository<Note> globexes{authority.store(), in_globex};
  BOOST_OUTCOME_TRY(const auto note, acmes.insert({.text = "Only Acme ever reads this."}));
  BOOST_OUTCOME_TRY(const auto found, acmes.require(note.id));
  if (found.text != "Only Acme ever reads this.") {
    return 3;
  }
  const auto of_another = globexes.require(note.id);
  return !of_another && of_another.error() == tenancy::errc::not_found ? 0 : 4;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return without_server();
  }
  const auto result = with_server(argv[1], argv[2]);
  if (!result) {
    std::cerr << result.error() << '\n';
    return 1;
  }
  return result.value();
}
