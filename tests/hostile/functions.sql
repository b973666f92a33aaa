-- Functions that tell of more than their arguments, or do more.
-- expect: refused: loads code
SELECT load_extension('x')
-- expect: refused: loads code, with an entry
SELECT load_extension('x', 'y')
-- expect: refused: gives the address of code
SELECT fts3_tokenizer('simple')
-- expect: refused: sets the address of code
SELECT fts3_tokenizer('simple', x'0000000000000000')
-- expect: invalid: the tenant's number
SELECT tenancy_scope()
-- expect: invalid: the tenant's number in a condition
SELECT id FROM notes WHERE tenancy_scope() > 0
-- expect: invalid: the tenant's number in a subquery under a guarded name, outside of the view
SELECT (SELECT tenancy_scope())
-- expect: invalid: the tenant's number in ORDER BY
SELECT id FROM notes ORDER BY tenancy_scope()
-- expect: invalid: in another case
SELECT TENANCY_SCOPE()
-- expect: invalid: in quotes
SELECT "tenancy_scope"()
-- expect: refused: the row that was written last
SELECT last_insert_rowid()
-- expect: refused: how much was written last
SELECT changes()
-- expect: refused: how much was ever written
SELECT total_changes()
-- expect: refused: the engine's version
SELECT sqlite_version()
-- expect: refused: the engine's source
SELECT sqlite_source_id()
-- expect: refused: the engine's options
SELECT sqlite_compileoption_get(1)
-- expect: refused: the engine's options
SELECT sqlite_compileoption_used('THREADSAFE')
-- expect: refused: writes to the host's log
SELECT sqlite_log(1, 'x')
-- expect: refused: another answer each time
SELECT random()
-- expect: refused: another answer each time
SELECT randomblob(8)
-- expect: refused: much of little
SELECT zeroblob(1000000)
-- expect: refused: much of little, in a branch that is never taken
SELECT CASE WHEN 0 THEN zeroblob(10) END
-- expect: same: a condition that is never looked at is dropped before it is compiled
SELECT 1 WHERE 0 AND zeroblob(10) IS NULL
-- expect: invalid: the offset of a row in the file is not built in
SELECT sqlite_offset(id) FROM notes
-- expect: refused: full text search's functions
SELECT snippet(notes) FROM notes
-- expect: refused: full text search's functions
SELECT matchinfo(notes) FROM notes
-- expect: refused: full text search's functions
SELECT fts5_source_id()
-- expect: refused: spatial functions
SELECT rtreecheck('notes')
-- expect: refused: spatial functions
SELECT rtreenode(2, data) FROM notes
-- expect: refused: spatial functions
SELECT rtreedepth(data) FROM notes
-- expect: refused: its time is out of proportion
SELECT json_patch('{}', '{}')
-- expect: refused: not on the list
SELECT soundex(title) FROM notes
-- expect: refused: MATCH is a function
SELECT id FROM notes WHERE title MATCH 'x'
-- expect: invalid: REGEXP is a function that is not there
SELECT id FROM notes WHERE title REGEXP 'x'
-- expect: invalid: a function that is not there
SELECT nothing()
-- expect: invalid: a function with the wrong number of arguments
SELECT abs(1, 2)
-- expect: refused: internal functions
SELECT sqlite_rename_table('a', 'b', 'c', 'd', 'e', 'f', 'g')
-- expect: refused: internal functions of ALTER
SELECT sqlite_drop_column(0, 'x', 1)
-- expect: refused: internal functions for tests
SELECT implies_nonnull_row(1, 2)
-- expect: refused: internal functions for tests
SELECT expr_compare(1, 2)
-- expect: invalid: the debugger
SELECT edit('x')
-- expect: invalid: files
SELECT readfile('/etc/passwd')
-- expect: invalid: files
SELECT writefile('x', 'y')
-- expect: invalid: processes
SELECT system('id')
-- expect: same: aggregates as windows
SELECT id, sum(stars) OVER (ORDER BY id) FROM notes ORDER BY id
-- expect: refused: a refused function as a window
SELECT changes() OVER () FROM notes
-- expect: refused: a refused function in a filter
SELECT count(*) FILTER (WHERE changes() = 0) FROM notes
-- expect: refused: a refused function as a default of LIMIT
SELECT id FROM notes LIMIT changes()
-- expect: refused: a refused function in VALUES
VALUES (changes())
-- expect: refused: a refused function in ON
SELECT 1 FROM notes JOIN tasks ON changes() = 0
-- expect: refused: a refused function in HAVING
SELECT 1 FROM notes GROUP BY id HAVING changes() = 0
-- expect: refused: a refused function in a name of the query that is used
WITH a AS (SELECT changes() AS c) SELECT c FROM a
-- expect: refused: a refused function in IN
SELECT 1 WHERE 1 IN (changes(), 2)
-- expect: refused: a refused function as an argument
SELECT coalesce(1, changes())
-- expect: same: the time is the snapshot's own, in form
SELECT length(current_timestamp), typeof(julianday('now'))
-- expect: same: quoting of every type
SELECT quote(data), quote(title), quote(stars), quote(NULL) FROM notes ORDER BY id
-- expect: same: types
SELECT typeof(id), typeof(stars), typeof(worth), typeof(body), typeof(data) FROM notes ORDER BY id
-- expect: same: the bytes of every value
SELECT hex(title), hex(data), hex(worth) FROM notes ORDER BY id
