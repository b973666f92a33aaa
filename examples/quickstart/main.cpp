#include <iostream>

#include <tenancy/tenancy.hpp>

struct Note {  // a plain struct; the tenant is no member of it
  std::string id = {}, text = {};
  tenancy::Timestamp created_at = {};
};
constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("text", &Note::text),
                   m::created_at("created_at", &Note::created_at));
}

tenancy::Result<void> run() {
  const tenancy::Migration notes{1, "notes", R"(CREATE TABLE notes (
      tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, text TEXT NOT NULL,
      created_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID)"};
  BOOST_OUTCOME_TRY(auto authority, tenancy::open("sqlite::memory:", {.migrations = {notes}}));
  BOOST_OUTCOME_TRY(auto me, tenancy::Principal::create(tenancy::PrincipalKind::system, "demo"));
  BOOST_OUTCOME_TRY(auto slug, tenancy::Slug::parse("acme"));
  BOOST_OUTCOME_TRY(auto tenant, authority.registry(me).create({slug, "Acme Corporation"}));

  BOOST_OUTCOME_TRY(auto acme, authority.enter(tenant.id, me));  // the permission to see its rows
  tenancy::Repository<Note> notes_of_acme{authority.store(), acme};
  BOOST_OUTCOME_TRY(notes_of_acme.insert({.text = "Only Acme ever reads this."}));
  BOOST_OUTCOME_TRY(auto page, notes_of_acme.list());
  for (const Note& note : page.items) std::cout << note.id << ": " << note.text << '\n';
  return tenancy::success();
}

int main() {
  const auto done = run();
  if (!done) std::cerr << done.error() << '\n';
  return done ? 0 : 1;
}
