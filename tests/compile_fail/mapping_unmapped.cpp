// A type without a mapping has no repository.
// EXPECT-GCC: template constraint failure for 'template<class T>  *requires  *Entity<T> class tenancy::v0::ReadRepository'
// EXPECT-CLANG: constraints not satisfied for class template 'ReadRepository' \[with T = Unmapped\]
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

struct Unmapped {
  std::string id;
};

using Good = tenancy::ReadRepository<Note>;
#ifdef MUST_NOT_COMPILE
using Bad = tenancy::ReadRepository<Unmapped>;
#endif
