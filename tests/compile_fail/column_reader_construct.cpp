// A codec reads its own column and no other.
// EXPECT-GCC: 'tenancy::v0::ColumnReader::ColumnReader\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ColumnReader'
#include "tenancy/storage/value.hpp"

void read(const tenancy::ColumnReader& given, const tenancy::detail::ValueView& value) {
  static_cast<void>(given.int64());
  static_cast<void>(value.type());
#ifdef MUST_NOT_COMPILE
  const tenancy::ColumnReader forged{value};
#endif
}
