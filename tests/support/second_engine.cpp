// A library that brings its own SQLite, as far as the dynamic linker can tell.

struct sqlite3;

extern "C" int sqlite3_open_v2(const char* /*name*/, sqlite3** /*connection*/, int /*flags*/,
                               const char* /*system*/);

extern "C" int sqlite3_open_v2(const char* /*name*/, sqlite3** /*connection*/, int /*flags*/,
                               const char* /*system*/) {
  return 14;  // SQLITE_CANTOPEN
}
