// A codec cannot keep the row that it reads from.
// EXPECT-GCC: use of deleted function 'tenancy::v0::ColumnReader::ColumnReader\(const
// EXPECT-CLANG: call to deleted constructor of 'tenancy::ColumnReader'
#include "tenancy/storage/value.hpp"

bool read(const tenancy::ColumnReader& given) {
#ifdef MUST_NOT_COMPILE
  const tenancy::ColumnReader kept{given};
  return kept.is_null();
#else
  return given.is_null();
#endif
}
