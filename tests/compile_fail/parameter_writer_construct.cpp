// A codec that could make a writer of its own could bind the tenant's parameter.
// EXPECT-GCC: 'tenancy::v0::ParameterWriter::ParameterWriter\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ParameterWriter'
#include "tenancy/storage/value.hpp"

void bind(const tenancy::ParameterWriter& given, tenancy::detail::Statement& statement) {
  given.int64(7);
  statement.reset();
#ifdef MUST_NOT_COMPILE
  const tenancy::ParameterWriter forged{statement, 1};
#endif
}
