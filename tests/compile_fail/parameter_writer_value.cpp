// The value behind a writer is for the library to read.
// EXPECT-GCC: ParameterWriter::value_' is private within this context
// EXPECT-CLANG: 'value_' is a private member of 'tenancy::ParameterWriter'
#include "tenancy/storage/value.hpp"

void bind(const tenancy::ParameterWriter& given) {
  given.int64(7);
#ifdef MUST_NOT_COMPILE
  given.value_ = tenancy::detail::ValueView::int64(7);
#endif
}
