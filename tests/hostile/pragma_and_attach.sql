-- Settings of the connection, and other files.
-- expect: refused: lists the attached files and their paths
PRAGMA database_list
-- expect: refused: lists tables
PRAGMA table_list
-- expect: refused: lists columns, with the tenant's
PRAGMA table_info(notes)
-- expect: refused: lists columns with hidden ones
PRAGMA table_xinfo('notes')
-- expect: refused: lists indexes
PRAGMA index_list(notes)
-- expect: refused: lists foreign keys
PRAGMA foreign_key_list(tasks)
-- expect: refused: looks at rows of all tenants
PRAGMA foreign_key_check
-- expect: refused: looks at rows of all tenants
PRAGMA integrity_check
-- expect: refused: looks at rows of all tenants
PRAGMA quick_check
-- expect: refused: opens schema tables to be written
PRAGMA writable_schema = ON
-- expect: refused: opens the connection to be written
PRAGMA query_only = OFF
-- expect: refused: trusts what views call
PRAGMA trusted_schema = ON
-- expect: refused: tells of the work of others
PRAGMA data_version
-- expect: refused: tells of migrations
PRAGMA schema_version
-- expect: refused: tells of migrations
PRAGMA user_version
-- expect: refused: tells how large the store is
PRAGMA page_count
-- expect: refused: tells how much was deleted
PRAGMA freelist_count
-- expect: refused: moves the log
PRAGMA wal_checkpoint(TRUNCATE)
-- expect: refused: changes the log's kind
PRAGMA journal_mode = DELETE
-- expect: refused: reads uncommitted rows
PRAGMA read_uncommitted = 1
-- expect: refused: changes what LIKE means to the next tenant
PRAGMA case_sensitive_like = ON
-- expect: refused: changes names of columns for the next tenant
PRAGMA full_column_names = ON
-- expect: refused: changes names of columns for the next tenant
PRAGMA short_column_names = OFF
-- expect: refused: changes the order of rows for the next tenant
PRAGMA reverse_unordered_selects = ON
-- expect: refused: changes what memory may be taken
PRAGMA cache_size = 1000000
-- expect: refused: changes where sorting is done
PRAGMA temp_store = MEMORY
-- expect: refused: puts temporary files elsewhere
PRAGMA temp_store_directory = '/tmp'
-- expect: refused: shows the engine's build
PRAGMA compile_options
-- expect: refused: lists functions
PRAGMA function_list
-- expect: refused: lists modules
PRAGMA module_list
-- expect: refused: lists collations
PRAGMA collation_list
-- expect: refused: takes memory from all
PRAGMA hard_heap_limit = 1
-- expect: refused: statistics of all tenants are made anew
PRAGMA optimize
-- expect: refused: a pragma that does not exist
PRAGMA nothing_at_all
-- expect: refused: with a schema
PRAGMA main.table_list
-- expect: refused: another file
ATTACH 'other.db' AS other
-- expect: refused: a file in memory
ATTACH ':memory:' AS other
-- expect: refused: an address
ATTACH 'file:/etc/passwd?mode=ro' AS other
-- expect: refused: a computed name
ATTACH (SELECT title FROM notes) AS other
-- expect: refused: drops main
DETACH main
-- expect: refused: drops temp
DETACH temp
-- expect: refused: copies the store to a file
VACUUM INTO 'copy.db'
-- expect: refused: rewrites the store
VACUUM
-- expect: refused: rewrites main
VACUUM main
