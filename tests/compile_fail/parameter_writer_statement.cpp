// The statement behind a writer has other parameters, the tenant's among them.
// EXPECT-GCC: ParameterWriter::statement_' is private within this context
// EXPECT-CLANG: 'statement_' is a private member of 'tenancy::ParameterWriter'
#include "tenancy/storage/value.hpp"

void bind(const tenancy::ParameterWriter& given) {
  given.int64(7);
#ifdef MUST_NOT_COMPILE
  given.statement_.bind_int64(1, 7);
#endif
}
