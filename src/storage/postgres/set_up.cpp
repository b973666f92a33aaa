#include "tenancy/storage/postgres/set_up.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "core/text.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/transaction.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::postgres {
namespace {

using detail::CallLimits;
using detail::sql_name;
using detail::StatementLease;
using detail::postgres::Address;
using detail::postgres::Connection;
using detail::postgres::enter_as_it_is;
using detail::postgres::IoLimits;
using detail::postgres::Naming;
using detail::postgres::Transaction;

constexpr std::chrono::seconds longest_wait{30};

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    quoted.append(letter == '\'' ? 2 : 1, letter);
  }
  return quoted + "'";
}

Result<void> check_name(std::string_view what, std::string_view name) {
  if (!detail::is_plain_line(name, 1, 63)) {
    return Error{errc::invalid_argument,
                 "the name of " + std::string{what} + " is 1 to 63 bytes on one line"};
  }
  return success();
}

/// Runs statements, each by itself, and keeps what was run.
class Worker {
 public:
  Worker(Connection& connection, const IoLimits& limits, std::vector<std::string>& done) noexcept
      : connection_{connection}, limits_{limits}, done_{done} {}

  Result<bool> finds(const std::string& sql) {
    bool found = false;
    BOOST_OUTCOME_TRY(execute(sql, found));
    return found;
  }
  Result<void> run(const std::string& sql) {
    bool ignored = false;
    BOOST_OUTCOME_TRY(execute(sql, ignored));
    done_.push_back(sql);
    return success();
  }
  /// The same, where the rest of the statement is a secret that nobody is told.
  Result<void> run_hidden(const std::string& sql, const std::string& rest,
                          const std::string& shown) {
    bool ignored = false;
    if (const auto ran = execute(sql + rest, ignored); !ran) {
      return hidden(ran.error(), sql);
    }
    done_.push_back(sql + shown);
    return success();
  }
  [[nodiscard]] PGconn* handle() const noexcept { return connection_.handle(); }

 private:
  /// The error with the server's own words, and not with the statement that stands before them.
  static Error hidden(const Error& error, const std::string& sql) {
    const std::string_view message = error.message();
    const auto words = message.rfind("': ");
    const bool is_behind = words != std::string_view::npos && words > sql.size();
    const std::string_view told = is_behind ? message.substr(words + 3) : std::string_view{};
    return Error{error.code(),
                 "executing '" + sql + "'" + (told.empty() ? "" : ": ") + std::string{told}};
  }

  Result<void> execute(const std::string& sql, bool& found) {
    Transaction one{connection_, Transaction::Form::single, limits_, enter_as_it_is};
    const auto statement = connection_.statement_once(sql);
    statement->take(one);
    const StatementLease lease{*statement};
    BOOST_OUTCOME_TRY(found, statement->step());
    while (found) {
      BOOST_OUTCOME_TRY(const bool more, statement->step());
      if (!more) {
        break;
      }
    }
    return success();
  }

  Connection& connection_;
  const IoLimits& limits_;
  std::vector<std::string>& done_;
};

/// What is behind `CREATE ROLE`, or nothing for a role without a password.
Result<std::string> password_clause(const Worker& worker, const std::string& role,
                                    const SecretBytes* password) {
  if (password == nullptr) {
    return std::string{};
  }
  const std::string text{password->unsafe_text()};
  const std::unique_ptr<char, void (*)(void*)> verifier{
      PQencryptPasswordConn(worker.handle(), text.c_str(), role.c_str(), "scram-sha-256"),
      &PQfreemem};
  if (verifier == nullptr) {
    return Error{errc::io_error, "libpq made no verifier of the password"};
  }
  return " PASSWORD " + literal(verifier.get());
}

std::string connection_limit(const SetUp& what) {
  return " CONNECTION LIMIT " + std::to_string(what.query_connections);
}

/// In one statement with its password: one that is there keeps its own, or none.
Result<void> make_role(Worker& worker, const std::string& role, const SecretBytes* password,
                       const std::string& limit = {}) {
  const std::string look = "SELECT FROM pg_catalog.pg_roles WHERE rolname = " + literal(role);
  BOOST_OUTCOME_TRY(const bool is_there, worker.finds(look));
  if (is_there) {
    return success();
  }
  BOOST_OUTCOME_TRY(const auto clause, password_clause(worker, role, password));
  const std::string create = "CREATE ROLE " + sql_name(role) +
                             " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION "
                             "NOBYPASSRLS" +
                             limit;
  auto made = worker.run_hidden(create, clause, clause.empty() ? "" : " PASSWORD '…'");
  if (!made) {
    // Somebody else may have been faster.
    BOOST_OUTCOME_TRY(const bool is_there_now, worker.finds(look));
    return is_there_now ? Result<void>{success()} : std::move(made);
  }
  return success();
}

/// A schema of the owner's, and a role that may use it and nothing else.
Result<void> set_up_queries(Worker& worker, const SetUp& what) {
  const std::string database = sql_name(what.database);
  const std::string owner = sql_name(what.owner);
  const std::string queries = sql_name(what.queries);
  const std::string in_schema =
      "ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " IN SCHEMA tenancy_queries ";
  const std::string of_role = "ALTER ROLE " + queries + " IN DATABASE " + database + " SET ";
  const std::array statements{
      "GRANT CONNECT ON DATABASE " + database + " TO " + queries,
      std::string{"CREATE SCHEMA IF NOT EXISTS tenancy_queries"},
      "ALTER SCHEMA tenancy_queries OWNER TO " + owner,
      "GRANT USAGE ON SCHEMA tenancy_queries TO " + queries,
      in_schema + "GRANT SELECT ON TABLES TO " + queries,
      in_schema + "GRANT EXECUTE ON FUNCTIONS TO " + queries,
      of_role + "search_path = tenancy_queries, pg_temp",
      of_role + "default_transaction_read_only = on",
      of_role + "idle_in_transaction_session_timeout = '70s'",
      of_role + "jit = off",
      of_role + "max_parallel_workers_per_gather = 0",
      "GRANT SELECT ON ALL TABLES IN SCHEMA tenancy_queries TO " + queries,
      "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenancy_queries TO " + queries,
  };
  for (const std::string& statement : statements) {
    BOOST_OUTCOME_TRY(worker.run(statement));
  }
  BOOST_OUTCOME_TRY(const bool is_unlimited,
                    worker.finds("SELECT FROM pg_catalog.pg_roles WHERE rolconnlimit = -1 AND "
                                 "rolname = " +
                                 literal(what.queries)));
  if (is_unlimited) {
    BOOST_OUTCOME_TRY(worker.run("ALTER ROLE " + queries + connection_limit(what)));
  }
  BOOST_OUTCOME_TRY(const bool is_superuser,
                    worker.finds("SELECT FROM pg_catalog.pg_roles WHERE rolname = current_user "
                                 "AND rolsuper"));
  if (!is_superuser) {
    return success();
  }
  // What only a superuser may settle: that no query sees the texts of others, who run as the same
  // role, stops them or stands in their way, and how much of the disk each may take.
  BOOST_OUTCOME_TRY(worker.run(of_role + "track_activities = off"));
  BOOST_OUTCOME_TRY(worker.run(of_role + "temp_file_limit = '256MB'"));
  constexpr std::array functions{
      "pg_cancel_backend(integer)",
      "pg_terminate_backend(integer)",
      "pg_terminate_backend(integer, bigint)",
      "pg_prepared_statement()",
      "pg_cursor()",
      "pg_notify(text, text)",
      "query_to_xml(text, boolean, boolean, text)",
      "query_to_xmlschema(text, boolean, boolean, text)",
      "query_to_xml_and_xmlschema(text, boolean, boolean, text)",
      "cursor_to_xml(refcursor, integer, boolean, boolean, text)",
      "cursor_to_xmlschema(refcursor, boolean, boolean, text)",
      "table_to_xml(regclass, boolean, boolean, text)",
      "table_to_xmlschema(regclass, boolean, boolean, text)",
      "table_to_xml_and_xmlschema(regclass, boolean, boolean, text)",
      "schema_to_xml(name, boolean, boolean, text)",
      "schema_to_xmlschema(name, boolean, boolean, text)",
      "schema_to_xml_and_xmlschema(name, boolean, boolean, text)",
      "database_to_xml(boolean, boolean, text)",
      "database_to_xmlschema(boolean, boolean, text)",
      "database_to_xml_and_xmlschema(boolean, boolean, text)",
      "ts_stat(text)",
      "ts_stat(text, text)",
      "ts_rewrite(tsquery, text)",
      "pg_advisory_lock(bigint)",
      "pg_advisory_lock(integer, integer)",
      "pg_advisory_lock_shared(bigint)",
      "pg_advisory_lock_shared(integer, integer)",
      "pg_advisory_xact_lock(bigint)",
      "pg_advisory_xact_lock(integer, integer)",
      "pg_advisory_xact_lock_shared(bigint)",
      "pg_advisory_xact_lock_shared(integer, integer)",
      "pg_try_advisory_lock(bigint)",
      "pg_try_advisory_lock(integer, integer)",
      "pg_try_advisory_lock_shared(bigint)",
      "pg_try_advisory_lock_shared(integer, integer)",
      "pg_try_advisory_xact_lock(bigint)",
      "pg_try_advisory_xact_lock(integer, integer)",
      "pg_try_advisory_xact_lock_shared(bigint)",
      "pg_try_advisory_xact_lock_shared(integer, integer)",
      "txid_current()",
      "pg_current_xact_id()",
      "pg_export_snapshot()",
      "lo_create(oid)",
      "lo_creat(integer)",
      "lo_open(oid, integer)",
      "lo_from_bytea(oid, bytea)",
      "lo_put(oid, bigint, bytea)",
      "lo_unlink(oid)",
  };
  std::string found;
  for (const std::string function : functions) {
    // Versions differ in what there is.
    BOOST_OUTCOME_TRY(const bool is_there,
                      worker.finds("SELECT WHERE to_regprocedure(" +
                                   literal("pg_catalog." + function) + ") IS NOT NULL"));
    if (is_there) {
      found += (found.empty() ? "" : ", ") + ("pg_catalog." + function);
    }
  }
  BOOST_OUTCOME_TRY(worker.run("REVOKE EXECUTE ON FUNCTION " + found + " FROM PUBLIC"));
  return worker.run("GRANT EXECUTE ON FUNCTION " + found + " TO " + owner + ", " +
                    sql_name(what.application));
}

Result<std::unique_ptr<Connection>> connect(const Address& address, const CallLimits& limits) {
  return Connection::open(address, {.statements = 16, .naming = Naming::bare}, limits);
}

}  // namespace

Result<std::vector<std::string>> set_up(std::string_view admin_url, const SetUp& what,
                                        const CallOptions& call) {
  BOOST_OUTCOME_TRY(check_name("the database", what.database));
  BOOST_OUTCOME_TRY(check_name("the owner's role", what.owner));
  BOOST_OUTCOME_TRY(check_name("the application's role", what.application));
  if (!what.queries.empty()) {
    BOOST_OUTCOME_TRY(check_name("the role of tenants' queries", what.queries));
    if (what.query_connections < 1 || what.query_connections > 10'000) {
      return Error{errc::invalid_argument,
                   "the role of tenants' queries has 1 to 10,000 connections"};
    }
    if (what.queries == what.owner || what.queries == what.application) {
      return Error{errc::invalid_argument,
                   "tenants' queries run as a role of their own: another one sees all rows, or "
                   "chooses whose"};
    }
  }
  if (what.owner == what.application) {
    return Error{errc::invalid_argument,
                 "the owner and the application are two roles: one that owns the schema can change "
                 "its policies"};
  }
  BOOST_OUTCOME_TRY(const auto address, Address::parse(admin_url));
  const CallLimits limits{call, longest_wait};
  const IoLimits io{limits};
  std::vector<std::string> done;
  const std::string database = sql_name(what.database);
  const std::string owner = sql_name(what.owner);
  const std::string application = sql_name(what.application);
  {
    BOOST_OUTCOME_TRY(const auto connection, connect(address, limits));
    Worker worker{*connection, io, done};
    BOOST_OUTCOME_TRY(make_role(worker, what.owner, what.owner_password));
    BOOST_OUTCOME_TRY(make_role(worker, what.application, what.application_password));
    if (!what.queries.empty()) {
      BOOST_OUTCOME_TRY(
          make_role(worker, what.queries, what.queries_password, connection_limit(what)));
    }
    BOOST_OUTCOME_TRY(const bool is_there,
                      worker.finds("SELECT FROM pg_catalog.pg_database WHERE datname = " +
                                   literal(what.database)));
    if (!is_there) {
      BOOST_OUTCOME_TRY(worker.run("CREATE DATABASE " + database + " OWNER " + owner +
                                   " ENCODING 'UTF8' TEMPLATE template0"));
    }
    BOOST_OUTCOME_TRY(worker.run("REVOKE ALL ON DATABASE " + database + " FROM PUBLIC"));
    BOOST_OUTCOME_TRY(
        worker.run("GRANT CONNECT ON DATABASE " + database + " TO " + owner + ", " + application));
  }
  BOOST_OUTCOME_TRY(const auto connection, connect(address.with_database(what.database), limits));
  Worker worker{*connection, io, done};
  const std::array rights{
      "ALTER SCHEMA public OWNER TO " + owner,
      std::string{"REVOKE ALL ON SCHEMA public FROM PUBLIC"},
      "GRANT USAGE ON SCHEMA public TO " + application,
      "ALTER DEFAULT PRIVILEGES FOR ROLE " + owner +
          " IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + application,
      "ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
      "ALTER DEFAULT PRIVILEGES FOR ROLE " + owner +
          " IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO " + application,
      // Whatever pooler is between: names are found in one schema, and no transaction is left open.
      "ALTER ROLE " + application + " IN DATABASE " + database +
          " SET search_path = public, pg_temp",
      "ALTER ROLE " + application + " IN DATABASE " + database +
          " SET idle_in_transaction_session_timeout = '70s'",
  };
  for (const std::string& statement : rights) {
    BOOST_OUTCOME_TRY(worker.run(statement));
  }
  if (!what.queries.empty()) {
    BOOST_OUTCOME_TRY(set_up_queries(worker, what));
  }
  return done;
}

}  // namespace tenancy::inline v0::postgres
