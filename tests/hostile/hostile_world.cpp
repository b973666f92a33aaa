#include "hostile/hostile_world.hpp"

#include <array>
#include <cstdio>
#include <regex>

#include "support/canary_tables.hpp"

namespace tenancy_test {
namespace {

using tenancy::SqlValue;

tenancy::StoreOptions one_connection() {
  return {.scoped_sql = {.connections = 1, .per_tenant = 1}};
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string hex;
  for (const std::byte byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02X", std::to_integer<unsigned>(byte));
    hex += digits.data();
  }
  return hex;
}

std::string shown(const SqlValue& value) {
  if (const auto number = value.int64()) {
    return "i" + std::to_string(*number);
  }
  if (const auto number = value.real()) {
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "r%.17g", *number);
    return digits.data();
  }
  if (const auto text = value.text()) {
    return "t'" + std::string{*text} + "'";
  }
  if (const auto bytes = value.blob()) {
    return "x'" + hex_of(*bytes) + "'";
  }
  return "NULL";
}

void fill(const TestStore& store, const tenancy::Tenant& tenant, std::string_view name) {
  store.run_raw(canary_rows(tenant.id.value(), name, name != "acme"));
}

void fill_shared(const TestStore& store) {
  store.run_raw(shared_rows());
  if (!is_on_postgres()) {
    store.run_raw(open_vault());
  }
}

/// PostgreSQL's stores do not open with an index across tenants: there the vault is off the rules.
tenancy::SchemaPolicy policy() {
  tenancy::SchemaPolicy policy{.shared_tables = {"plans"}};
  if (is_on_postgres()) {
    policy.unsafe_tables = {"vault"};
  }
  return policy;
}

}  // namespace

QueryOutcome outcome_of(const tenancy::Result<tenancy::SqlTable>& result) {
  if (!result) {
    return {result.error().code(), std::string{result.error().subject()}, result.error().message()};
  }
  QueryOutcome outcome;
  for (const std::string& column : result.value().columns) {
    outcome.text += column + '|';
  }
  for (const auto& row : result.value().rows) {
    outcome.text += '\n';
    for (const SqlValue& value : row) {
      outcome.text += shown(value) + '|';
    }
  }
  return outcome;
}

std::string described(const QueryOutcome& outcome) {
  const auto code = outcome.code ? std::string{tenancy::to_string(*outcome.code)} : "answered";
  return code + (outcome.subject.empty() ? "" : " about " + outcome.subject) + ": " + outcome.text;
}

HostileWorld::HostileWorld()
    : pooled_{one_connection(), canary_schema(), policy()},
      initech_{pooled_.create_tenant("initech")},
      acme_alone_{one_connection(), canary_schema(), policy()},
      globex_alone_{one_connection(), canary_schema(), policy()} {
  fill(pooled_, pooled_.globex, "globex");
  fill(pooled_, pooled_.acme, "acme");
  fill(pooled_, initech_, "initech");
  fill(acme_alone_, acme_alone_.acme, "acme");
  fill(globex_alone_, globex_alone_.globex, "globex");
  for (const auto* const store : {&pooled_, &acme_alone_, &globex_alone_}) {
    fill_shared(*store);
  }
}

const tenancy::Tenant& HostileWorld::tenant(const TestStore& store, std::string_view name) const {
  return name == "acme" ? store.acme : name == "globex" ? store.globex : initech_;
}

QueryOutcome HostileWorld::ask_pooled(std::string_view name, std::string_view text) const {
  const auto context = pooled_.enter(tenant(pooled_, name));
  return outcome_of(tenancy::ScopedSql{pooled_.store, context}.query(text));
}

QueryOutcome HostileWorld::ask_alone(std::string_view name, std::string_view text) const {
  const TestStore& store = name == "acme" ? acme_alone_ : globex_alone_;
  const auto context = store.enter(tenant(store, name));
  return outcome_of(tenancy::ScopedSql{store.store, context}.query(text));
}

std::string HostileWorld::leak(std::string_view name, const QueryOutcome& outcome) const {
  const std::string text = outcome.subject + '\n' + outcome.text;
  for (const std::string_view other : {"acme", "globex", "initech"}) {
    const auto id = tenant(pooled_, other).id.value();
    if (other == name) {
      continue;
    }
    for (const std::string& canary : canaries(id, other)) {
      if (text.find(canary) != std::string::npos) {
        return canary;
      }
    }
  }
  // The name of the attached file, an s and 26 letters and digits, and its path.
  static const std::regex secret{"\\bs[0-9a-z]{26}\\b"};
  std::smatch found;
  if (std::regex_search(text, found, secret)) {
    return found.str();
  }
  const std::string place = is_on_postgres() ? pooled_.url().substr(pooled_.url().rfind('/') + 1)
                                             : pooled_.file().filename().string();
  return text.find(place) == std::string::npos ? std::string{} : place;
}

}  // namespace tenancy_test
