#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

namespace tenancy_bench {

/// A row of a tenant's.
struct Note {
  std::string id = {};
  std::string title = {};
  std::int64_t stars = 0;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::key("id", &Note::id), m::column("title", &Note::title),
                   m::column("stars", &Note::stars));
}

/// Rows of each tenant.
inline constexpr int notes_per_tenant = 20;

std::string note_id(int number);

/// Where the rows of all tenants lie.
enum class Kind : bool {
  pool,  ///< In one file.
  silo,  ///< In a file for each.
};

/// Opens a store of that kind in the folder, and makes it where there is none. `open_files` is of a
/// silo alone.
tenancy::Authority open_kind(Kind kind, const std::filesystem::path& folder,
                             std::size_t open_files);

}  // namespace tenancy_bench
