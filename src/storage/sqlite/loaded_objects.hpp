#pragma once

#include <string>
#include <vector>

namespace tenancy::inline v0::detail::sqlite {

/// Which of the objects in this process (the program and its shared libraries) have to do with a
/// symbol.
struct SymbolHolders {
  /// The object that the address belongs to; empty when there is none.
  std::string own;
  /// Other objects that define the symbol themselves, rather than by what they depend on.
  std::vector<std::string> others;
};

/// Looks at every loaded object. It loads nothing and asks the dynamic linker for no symbol, since
/// that would search an object's dependencies too and give stubs for definitions; it reads each
/// object's own table. A copy whose symbols are hidden is seen only if it is the caller's own.
SymbolHolders find_symbol_holders(const char* symbol, const void* own_address);

}  // namespace tenancy::inline v0::detail::sqlite
