#include <iostream>

#include <tenancy/tenancy.hpp>

struct Note {  // a plain struct: the tenant is no member of it
  std::string id = {}, text = {};
  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("notes", m::generated_key("id", &Note::id), m::column("text", &Note::text));
  }
};

const tenancy::Migration schema{1, "notes", R"(CREATE TABLE notes (
  tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID)"};

tenancy::Result<void> run() {
  BOOST_OUTCOME_TRY(auto authority, tenancy::open("sqlite::memory:", {.migrations = {schema}}));
  BOOST_OUTCOME_TRY(auto tenant, authority.registry().create({"acme", "Acme Corporation"}));
  BOOST_OUTCOME_TRY(auto acme, authority.enter(tenant.id));  // the permission to see Acme's rows
  const tenancy::Repository<Note> notes{authority.store(), acme};
  BOOST_OUTCOME_TRY(notes.insert({.text = "Only Acme ever reads this."}));
  BOOST_OUTCOME_TRY(auto page, notes.list(tenancy::field<&Note::text>.contains("acme")));
  for (const Note& note : page.items) std::cout << note.id << ": " << note.text << '\n';
  return tenancy::success();
}

int main() {
  const auto done = run();
  if (!done) std::cerr << done.error() << '\n';
  return done ? 0 : 1;
}
