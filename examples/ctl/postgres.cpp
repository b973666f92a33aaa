#include "ctl/postgres.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "ctl/session.hpp"

#ifdef TENANTD_WITH_POSTGRES
#include "tenancy/storage/postgres/set_up.hpp"

#include "ctl/secret_file.hpp"
#include "service/store_kinds.hpp"
#endif

namespace tenantctl {
namespace {

struct Request {
  std::string admin_url;
  std::string admin_password_file;
  std::string database = "tenancy";
  std::string owner = "tenancy_owner";
  std::string owner_password_file;
  std::string application = "tenancy_app";
  std::string application_password_file;
  std::string queries = "tenancy_query";
  std::string queries_password_file;
};

#ifdef TENANTD_WITH_POSTGRES
/// None where no file is named.
Outcome<std::optional<tenancy::SecretBytes>> password_in(Session& session,
                                                         const std::string& file) {
  std::optional<tenancy::SecretBytes> password;
  if (!file.empty()) {
    BOOST_OUTCOME_TRY(password, read_password(file, session.interruption()));
  }
  return password;
}

const tenancy::SecretBytes* pointer_to(const std::optional<tenancy::SecretBytes>& password) {
  return password ? &*password : nullptr;
}

Outcome<void> init(Session& session, const Request& request) {
  // In the order in which the input has them.
  BOOST_OUTCOME_TRY(const auto admin, password_in(session, request.admin_password_file));
  BOOST_OUTCOME_TRY(const auto owner, password_in(session, request.owner_password_file));
  BOOST_OUTCOME_TRY(const auto application,
                    password_in(session, request.application_password_file));
  BOOST_OUTCOME_TRY(const auto queries, password_in(session, request.queries_password_file));
  BOOST_OUTCOME_TRY(const auto done, tenancy::postgres::set_up(
                                         admin ? tenantd::with_password(request.admin_url, *admin)
                                               : request.admin_url,
                                         {.database = request.database,
                                          .owner = request.owner,
                                          .application = request.application,
                                          .queries = request.queries,
                                          .owner_password = pointer_to(owner),
                                          .application_password = pointer_to(application),
                                          .queries_password = pointer_to(queries)},
                                         session.call()));
  std::string text;
  Json statements = Json::array();
  for (const std::string& statement : done) {
    text += statement + ";\n";
    statements.push_back(statement);
  }
  session.output().result(Json{{"statements", std::move(statements)}}, text);
  return success();
}
#else
Outcome<void> init(Session& /*session*/, const Request& /*request*/) {
  return Failure::misused("This tenantctl was built without PostgreSQL.");
}
#endif

}  // namespace

void add_postgres_commands(CLI::App& app, Command& chosen) {
  auto* const postgres = app.add_subcommand("postgres", "Databases on PostgreSQL for stores");
  postgres->require_subcommand(1);
  auto* const command = postgres->add_subcommand(
      "init", "Make a database and the roles of a store, and print what was done");
  const auto request = std::make_shared<Request>();
  command
      ->add_option("--admin", request->admin_url,
                   "The server, as a role that may make roles and databases")
      ->type_name("URL")
      ->required();
  const auto add_name = [&](const char* flag, std::string& value, const char* description) {
    command->add_option(flag, value, description)->type_name("NAME")->capture_default_str();
  };
  const auto add_password = [&](const std::string& flag, std::string& file,
                                const std::string& of_whom) {
    command
        ->add_option(flag, file, "The file with the password of " + of_whom + ", - for the input")
        ->type_name("FILE");
  };
  add_password("--admin-password-file", request->admin_password_file, "that role");
  add_name("--database", request->database, "The database's name");
  add_name("--owner", request->owner, "The role that owns the schema");
  add_password("--owner-password-file", request->owner_password_file, "that role, if it is new");
  add_name("--application", request->application, "The role that programs connect as");
  add_password("--application-password-file", request->application_password_file,
               "that role, if it is new");
  add_name("--queries", request->queries,
           "The role that tenants' own queries run as; empty for none");
  add_password("--queries-password-file", request->queries_password_file,
               "that role, if it is new");
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return init(session, *request); };
    chosen.is_long = true;
    chosen.needs = Needs::nothing;
  });
}

}  // namespace tenantctl
