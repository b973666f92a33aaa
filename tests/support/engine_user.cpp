// A library that uses SQLite and has none of its own.

extern "C" const char* sqlite3_libversion();
extern "C" int sqlite3_open_v2(const char*, void**, int, const char*);

extern "C" const char* version_of_engine();
extern "C" int open_nothing();

extern "C" const char* version_of_engine() { return sqlite3_libversion(); }
extern "C" int open_nothing() { return sqlite3_open_v2("", nullptr, 0, nullptr); }
