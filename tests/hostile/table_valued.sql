-- Functions in the place of tables, and virtual tables.
-- expect: same: JSON of constants
SELECT key, value, type, atom, fullkey, path FROM json_each('[1,{"a":2}]')
-- expect: same: JSON as a tree
SELECT fullkey, atom FROM json_tree('{"a":[1,{"b":null}]}')
-- expect: same: JSON of the tenant's rows
SELECT n.id, j.key, j.atom FROM notes n, json_each(n.body) j WHERE json_valid(n.body) ORDER BY 1, 2
-- expect: same: JSON of the tenant's rows, malformed or not
SELECT n.id, j.key FROM notes n, json_tree(n.body) j ORDER BY 1, 2
-- expect: same: JSON of a shared table
SELECT p.name, j.fullkey FROM plans p, json_tree(p.rules) j ORDER BY 1, 2
-- expect: same: hidden columns
SELECT json, root FROM json_each('[1]', '$')
-- expect: same: the name of another row's id
SELECT id, parent FROM json_tree('[1,[2]]')
-- expect: same: left joined
SELECT n.id, j.key FROM notes n LEFT JOIN json_each(n.body) j ON j.key = 'owner' WHERE json_valid(n.body) ORDER BY 1
-- expect: same: in IN
SELECT id FROM notes WHERE id IN (SELECT value FROM json_each('["n1","n2"]')) ORDER BY 1
-- expect: invalid: in IN by its name
SELECT 1 WHERE 1 IN json_each
-- expect: same: called in IN
SELECT 1 WHERE 1 IN (SELECT value FROM json_each('[1]'))
-- expect: same: qualified by temp, which changes nothing
SELECT * FROM temp.json_each('[1]')
-- expect: same: qualified by main, where functions seem to lie
SELECT value FROM main.json_each('[1]')
-- expect: invalid: the pragmas' tables: files
SELECT * FROM pragma_database_list
-- expect: invalid: the pragmas' tables: tables
SELECT * FROM pragma_table_list
-- expect: invalid: the pragmas' tables: columns
SELECT * FROM pragma_table_info('notes')
-- expect: invalid: the pragmas' tables: columns and hidden ones
SELECT name FROM pragma_table_xinfo('notes')
-- expect: invalid: the pragmas' tables: indexes
SELECT * FROM pragma_index_list('notes')
-- expect: invalid: the pragmas' tables: functions
SELECT * FROM pragma_function_list
-- expect: invalid: the pragmas' tables: modules
SELECT name FROM pragma_module_list
-- expect: invalid: the pragmas' tables: options
SELECT * FROM pragma_compile_options
-- expect: invalid: the pragmas' tables: the file's state
SELECT * FROM pragma_data_version
-- expect: invalid: the pragmas' tables, without a column
SELECT count(*) FROM pragma_database_list
-- expect: refused: beside a function that is allowed
SELECT * FROM json_each('[1]'), pragma_database_list
-- expect: refused: beside a mention in a comment
SELECT * FROM pragma_database_list -- json_each
-- expect: refused: beside a mention in a text
SELECT 'json_tree', name FROM pragma_module_list
-- expect: refused: without a column, beside a mention
SELECT count(*) FROM pragma_table_list /* json_each */
-- expect: refused: in a subquery, beside a mention
SELECT (SELECT count(*) FROM pragma_table_list), 'json_each'
-- expect: refused: in EXISTS, beside a mention
SELECT 1 FROM json_each('[1]') WHERE EXISTS (SELECT 1 FROM pragma_table_list)
-- expect: refused: named after a function that is allowed
SELECT * FROM pragma_database_list AS json_each
-- expect: invalid: the pages of the file
SELECT * FROM dbstat
-- expect: invalid: the pages of the file, without a column
SELECT count(*) FROM dbstat
-- expect: refused: the pages of the file, beside a mention
SELECT name, pageno FROM dbstat, json_each('[1]')
-- expect: invalid: the pages of a schema
SELECT count(*) FROM dbstat('main')
-- expect: refused: the pages of a schema, beside a mention
SELECT sum(pgsize) FROM dbstat('main') -- json_each
-- expect: invalid: other tenants' prepared statements
SELECT sql FROM sqlite_stmt
-- expect: invalid: other tenants' prepared statements, counted
SELECT count(*) FROM sqlite_stmt
-- expect: refused: other tenants' prepared statements, beside a mention
SELECT sql FROM sqlite_stmt, json_each('[1]')
-- expect: refused: their number, beside a mention
SELECT count(*) FROM sqlite_stmt -- json_tree
-- expect: invalid: raw pages
SELECT * FROM sqlite_dbpage
-- expect: invalid: raw pages, beside a mention
SELECT * FROM sqlite_dbpage, json_each('[1]')
-- expect: invalid: byte code
SELECT * FROM bytecode('SELECT 1')
-- expect: invalid: byte code's tables
SELECT * FROM tables_used('SELECT 1')
-- expect: invalid: series
SELECT * FROM generate_series(1, 3)
-- expect: invalid: words of full text search
SELECT * FROM fts3tokenize('simple', 'a b')
-- expect: refused: words of full text search, beside a mention
SELECT * FROM fts3tokenize, json_each('[1]')
-- expect: refused: a virtual table
CREATE VIRTUAL TABLE temp.x USING fts5(a)
-- expect: refused: a virtual table over pages
CREATE VIRTUAL TABLE temp.x USING dbstat(main)
-- expect: refused: a virtual table over another's words
CREATE VIRTUAL TABLE temp.x USING fts5vocab('notes', 'row')
-- expect: invalid: arguments for a view
SELECT * FROM notes(1)
-- expect: invalid: arguments for a view, beside a mention
SELECT * FROM notes(1), json_each('[1]')
-- expect: invalid: arguments for a shared table
SELECT * FROM plans('x')
-- expect: same: a name of the query like a function's
WITH json_each AS (SELECT 1 AS a) SELECT a FROM json_each
-- expect: same: a table's name as an argument is a text
SELECT value FROM json_each('["tenancy_tenants"]')
-- expect: refused: a table of the engine's beside JSON's, by its column
SELECT 1 FROM json_each('[1]') JOIN dbstat USING (path)
-- expect: refused: a table of the engine's beside JSON's, by whatever columns fit
SELECT 1 FROM json_tree('[1]') NATURAL JOIN dbstat
