#include "notebook.hpp"

#include <algorithm>
#include <utility>

namespace notebook {

tenancy::OpenOptions options() {
  return {.migrations = {{1, "notes", R"(CREATE TABLE notes (
  tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, title TEXT NOT NULL,
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)), created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title)) STRICT, WITHOUT ROWID)"}}};
}

tenancy::Result<std::vector<Note>> front_page(const tenancy::Store& store,
                                              const tenancy::TenantContext& team) {
  BOOST_OUTCOME_TRY(auto page, tenancy::ReadRepository<Note>(store, team).list());
  std::stable_partition(page.items.begin(), page.items.end(),
                        [](const Note& note) { return note.pinned; });
  return std::move(page.items);
}

tenancy::Result<Note> pin(const tenancy::Store& store, const tenancy::TenantContext& team,
                          std::string_view id) {
  return store.write(team, [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<Note> {
    const tenancy::Repository<Note> notes{transaction};
    BOOST_OUTCOME_TRY(auto note, notes.require(id));
    note.pinned = true;
    return notes.update(std::move(note));
  });
}

}  // namespace notebook
