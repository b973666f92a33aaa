#include "support/counted_memory.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <span>

namespace tenancy_test {
namespace {

// `operator new` has no other place for it.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
constinit std::atomic<std::size_t> allocation_count = 0;
constinit std::atomic<std::size_t> freed_count = 0;
constinit std::atomic<std::size_t> refused_at = 0;
constinit std::atomic<bool> keeps = false;
constinit std::array<void*, 64> kept_memory{};
constinit std::size_t kept = 0;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// NOLINTBEGIN(cppcoreguidelines-no-malloc)
void* allocate(std::size_t size) {
  if (++allocation_count == refused_at) {
    throw std::bad_alloc{};
  }
  if (void* const memory = std::malloc(size)) {
    return memory;
  }
  throw std::bad_alloc{};
}

void release(void* memory) noexcept {
  if (keeps && kept < kept_memory.size()) {
    kept_memory.at(kept++) = memory;
    return;
  }
  freed_count += memory != nullptr ? 1 : 0;
  std::free(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace

std::size_t CountedMemory::allocations() noexcept { return allocation_count; }
std::size_t CountedMemory::in_use() noexcept { return allocation_count - freed_count; }

KeptMemory::KeptMemory() noexcept { keeps = true; }
KeptMemory::~KeptMemory() {
  keeps = false;
  for (void* const memory : std::span{kept_memory}.first(std::exchange(kept, 0))) {
    release(memory);
  }
}

RefusedMemory::RefusedMemory(std::size_t nth) noexcept { refused_at = allocation_count + nth; }
RefusedMemory::~RefusedMemory() { refused_at = 0; }

}  // namespace tenancy_test

// NOLINTBEGIN(misc-definitions-in-headers)
void* operator new(std::size_t size) { return tenancy_test::allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  try {
    return tenancy_test::allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { tenancy_test::release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { tenancy_test::release(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  tenancy_test::release(memory);
}
// NOLINTEND(misc-definitions-in-headers)
