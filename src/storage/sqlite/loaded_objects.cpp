#include "storage/sqlite/loaded_objects.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <span>
#include <system_error>

#include <elf.h>
#include <link.h>

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Address = ElfW(Addr);

/// What the linker mapped is read where it lies.
template <class T>
const T* at(Address address) noexcept {
  return reinterpret_cast<const T*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::span<const ElfW(Phdr)> segments(const dl_phdr_info& object) noexcept {
  return {object.dlpi_phdr, object.dlpi_phnum};
}

bool holds(const dl_phdr_info& object, Address address) noexcept {
  for (const auto& segment : segments(object)) {
    const Address start = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= start && address - start < segment.p_memsz) {
      return true;
    }
  }
  return false;
}

/// The table of the symbols that an object gives to others and takes from them.
class SymbolTable {
 public:
  explicit SymbolTable(const dl_phdr_info& object) noexcept {
    for (const auto& segment : segments(object)) {
      if (segment.p_type == PT_DYNAMIC) {
        read(object.dlpi_addr, at<ElfW(Dyn)>(object.dlpi_addr + segment.p_vaddr));
      }
    }
  }

  [[nodiscard]] bool defines(const char* name) const noexcept {
    if (symbols_ == nullptr || names_ == nullptr) {
      return false;
    }
    return gnu_hash_ != nullptr ? defines_by_gnu_hash(name) : defines_by_hash(name);
  }

 private:
  void read(Address base, const ElfW(Dyn) * entry) noexcept {
    for (; entry->d_tag != DT_NULL; ++entry) {
      // The linker turns most of these into addresses in place, but not those of the kernel's own
      // object, nor those of any object under some C libraries.
      const Address value = entry->d_un.d_ptr;
      const Address address = value < base ? base + value : value;
      switch (entry->d_tag) {
        case DT_SYMTAB:
          symbols_ = at<ElfW(Sym)>(address);
          break;
        case DT_STRTAB:
          names_ = at<char>(address);
          break;
        case DT_GNU_HASH:
          gnu_hash_ = at<std::uint32_t>(address);
          break;
        case DT_HASH:
          hash_ = at<std::uint32_t>(address);
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] bool is_definition(std::uint32_t index, const char* name) const noexcept {
    const ElfW(Sym)& symbol = symbols_[index];
    return symbol.st_shndx != SHN_UNDEF && std::strcmp(names_ + symbol.st_name, name) == 0;
  }

  /// The table is a filter of words, then buckets, then the hashes of the symbols in the buckets'
  /// order; the last of a bucket has the lowest bit set. Only definitions stand in it.
  [[nodiscard]] bool defines_by_gnu_hash(const char* name) const noexcept {
    std::uint32_t wanted = 5381;
    for (const char* c = name; *c != '\0'; ++c) {
      wanted = wanted * 33 + static_cast<unsigned char>(*c);
    }
    const std::uint32_t bucket_count = gnu_hash_[0];
    const std::uint32_t first_symbol = gnu_hash_[1];
    const std::size_t filter_size = gnu_hash_[2] * sizeof(Address) / sizeof(std::uint32_t);
    const std::uint32_t* const buckets = gnu_hash_ + 4 + filter_size;
    const std::uint32_t* const hashes = buckets + bucket_count;
    if (bucket_count == 0) {
      return false;
    }
    std::uint32_t index = buckets[wanted % bucket_count];
    if (index < first_symbol) {
      return false;
    }
    for (;; ++index) {
      const std::uint32_t hash = hashes[index - first_symbol];
      if ((hash | 1U) == (wanted | 1U) && is_definition(index, name)) {
        return true;
      }
      if ((hash & 1U) != 0) {
        return false;
      }
    }
  }

  /// The older table says how many symbols there are, which is enough.
  [[nodiscard]] bool defines_by_hash(const char* name) const noexcept {
    const std::uint32_t count = hash_ != nullptr ? hash_[1] : 0;
    for (std::uint32_t index = 1; index < count; ++index) {
      if (is_definition(index, name)) {
        return true;
      }
    }
    return false;
  }

  const ElfW(Sym) * symbols_ = nullptr;
  const char* names_ = nullptr;
  const std::uint32_t* gnu_hash_ = nullptr;
  const std::uint32_t* hash_ = nullptr;
};

std::string name_of(const dl_phdr_info& object) {
  if (object.dlpi_name != nullptr && *object.dlpi_name != '\0') {
    return object.dlpi_name;
  }
  std::error_code failure;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  return failure ? "the program itself" : program.string();
}

struct Search {
  const char* symbol;
  Address own_address;
  SymbolHolders found;
  std::exception_ptr failure;
};

int visit(dl_phdr_info* object, std::size_t /*size*/, void* data) noexcept {
  auto& search = *static_cast<Search*>(data);
  try {
    if (holds(*object, search.own_address)) {
      search.found.own = name_of(*object);
    } else if (SymbolTable{*object}.defines(search.symbol)) {
      search.found.others.push_back(name_of(*object));
    }
    return 0;
  } catch (...) {
    // Not through the linker's own frames.
    search.failure = std::current_exception();
    return 1;
  }
}

}  // namespace

SymbolHolders find_symbol_holders(const char* symbol, const void* own_address) {
  Search search{symbol, reinterpret_cast<Address>(own_address), {}, nullptr};
  dl_iterate_phdr(&visit, &search);
  if (search.failure) {
    std::rethrow_exception(search.failure);
  }
  return std::move(search.found);
}

}  // namespace tenancy::inline v0::detail::sqlite
