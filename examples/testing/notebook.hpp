#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include <tenancy/tenancy.hpp>

// The data code of a small program: notebooks of teams, each team a tenant.
namespace notebook {

struct Note {
  std::string id = {};
  std::string title = {};
  bool pinned = false;
  tenancy::Timestamp created_at = {};

  friend bool operator==(const Note&, const Note&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("title", &Note::title),
                   m::column("pinned", &Note::pinned),
                   m::created_at("created_at", &Note::created_at));
}

/// How the program opens its store.
tenancy::OpenOptions options();

/// A team's notes, pinned ones first. Errors: the store's.
tenancy::Result<std::vector<Note>> front_page(const tenancy::Store& store,
                                              const tenancy::TenantContext& team);

/// Pins a note of the team's. Errors: `not_found`; the store's.
tenancy::Result<Note> pin(const tenancy::Store& store, const tenancy::TenantContext& team,
                          std::string_view id);

}  // namespace notebook
