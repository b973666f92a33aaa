// A library that has a program take its SQLite for one that is too old, when it is loaded first.

extern "C" int sqlite3_libversion_number();

extern "C" int sqlite3_libversion_number() { return 3'039'000; }
