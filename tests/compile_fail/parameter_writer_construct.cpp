// A codec that could make a writer of its own could bind another parameter than its own.
// EXPECT-GCC: 'tenancy::v0::ParameterWriter::ParameterWriter\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ParameterWriter'
#include <forward_list>
#include <string>

#include "tenancy/storage/value.hpp"

void bind(const tenancy::ParameterWriter& given, tenancy::detail::ValueView& value,
          std::forward_list<std::string>& copies) {
  given.int64(7);
  value = tenancy::detail::ValueView::int64(7);
  copies.clear();
#ifdef MUST_NOT_COMPILE
  const tenancy::ParameterWriter forged{value, copies};
#endif
}
