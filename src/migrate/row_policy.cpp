#include "migrate/row_policy.hpp"

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

std::string create_function(std::string_view name, std::string_view type, std::string_view body) {
  return "CREATE FUNCTION " + std::string{name} + "() RETURNS " + std::string{type} +
         " LANGUAGE sql STABLE PARALLEL SAFE AS $tenancy$" + std::string{body} + "$tenancy$;\n";
}

/// The inside of a literal.
std::string sql_literal_of(std::string_view text) {
  std::string literal;
  for (const char letter : text) {
    literal.append(letter == '\'' ? 2 : 1, letter);
  }
  return literal;
}

}  // namespace

std::string create_policy_functions() {
  return create_function(tenant_function, "bigint", tenant_function_body) +
         create_function(crossing_function, "boolean", crossing_function_body);
}

std::string secure_rows_anew(std::string_view table) {
  const std::string name = sql_name(table);
  return "DO $tenancy$ DECLARE p name; BEGIN\n"
         "  FOR p IN SELECT polname FROM pg_policy WHERE polrelid = '" +
         sql_literal_of(name) +
         "'::regclass LOOP\n"
         "    EXECUTE format('DROP POLICY %I ON " +
         sql_literal_of(name) + "', p);\n  END LOOP;\nEND $tenancy$;\n" + secure_rows(table);
}

std::string secure_rows(std::string_view table) {
  const std::string name = sql_name(table);
  return "ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY;\nALTER TABLE " + name +
         " FORCE ROW LEVEL SECURITY;\nCREATE POLICY " + std::string{row_policy_name} + " ON " +
         name + "\n  USING (tenant_id = (SELECT tenancy_tenant()) OR (SELECT tenancy_crossing()))" +
         "\n  WITH CHECK (tenant_id = (SELECT tenancy_tenant()));\n";
}

}  // namespace tenancy::inline v0::detail
