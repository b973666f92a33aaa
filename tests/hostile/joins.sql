-- Columns that USING and NATURAL join by, about which SQLite asks no authorizer.
-- expect: refused: a hidden table by USING
SELECT count(*) FROM notes JOIN vault USING (id)
-- expect: refused: a hidden table by USING and a value
WITH g(worth) AS (VALUES (9223372036854775807)) SELECT count(*) FROM g JOIN vault USING (worth)
-- expect: refused: a hidden table by NATURAL
SELECT count(*) FROM notes NATURAL JOIN vault
-- expect: refused: a hidden table by NATURAL LEFT
SELECT notes.id FROM notes NATURAL LEFT JOIN vault
-- expect: refused: a hidden table by NATURAL RIGHT
SELECT notes.id FROM vault NATURAL RIGHT JOIN notes
-- expect: refused: a hidden table by USING, on the left
SELECT n.title FROM vault JOIN notes n USING (id)
-- expect: refused: a hidden table by USING, in a full join
SELECT count(*) FROM notes FULL JOIN vault USING (id)
-- expect: refused: a hidden table by USING, in a right join
SELECT count(*) FROM notes RIGHT JOIN vault USING (id)
-- expect: refused: a hidden table by USING, in EXISTS
SELECT 1 WHERE EXISTS (SELECT 1 FROM notes JOIN vault USING (id))
-- expect: refused: a hidden table by USING, under an alias
SELECT count(*) FROM notes JOIN vault AS notes2 USING (id)
-- expect: refused: a hidden table by USING, in quotes
SELECT count(*) FROM notes JOIN "VAULT" USING (id)
-- expect: refused: the tenants by a slug
WITH g(slug) AS (VALUES ('x')) SELECT count(*) FROM g JOIN tenancy_tenants USING (slug)
-- expect: refused: the tenants by NATURAL and a slug
WITH g(slug) AS (VALUES ('x')) SELECT count(*) FROM g NATURAL JOIN tenancy_tenants
-- expect: refused: the tenants by a state, counted
WITH g(status) AS (VALUES ('active')) SELECT count(*) FROM g JOIN tenancy_tenants USING (status)
-- expect: refused: keys by a tenant
WITH g(tenant_id) AS (VALUES (1)) SELECT count(*) FROM g JOIN tenancy_api_keys USING (tenant_id)
-- expect: refused: migrations by a version
WITH g(version) AS (VALUES (1)) SELECT count(*) FROM g JOIN tenancy_migrations USING (version)
-- expect: refused: the schema by a name
WITH g(name) AS (VALUES ('vault')) SELECT count(*) FROM g JOIN sqlite_schema USING (name)
-- expect: refused: the temporary schema by a name
WITH g(name) AS (VALUES ('vault')) SELECT count(*) FROM g JOIN sqlite_temp_schema USING (name)
-- expect: refused: the temporary schema by NATURAL
WITH g(type) AS (VALUES ('view')) SELECT count(*) FROM g NATURAL JOIN sqlite_temp_master
-- expect: refused: the temporary schema, in quotes
WITH g(type) AS (VALUES ('view')) SELECT count(*) FROM g NATURAL JOIN "sqlite_temp_master"
-- expect: refused: the temporary schema, as a text
WITH g(type) AS (VALUES ('view')) SELECT count(*) FROM g JOIN 'SQLITE_temp_master' USING (type)
-- expect: refused: statistics by an index
WITH g(idx) AS (VALUES ('notes_by_stars')) SELECT count(*) FROM g JOIN sqlite_stat1 USING (idx)
-- expect: refused: statistics by NATURAL
WITH g(tbl, stat) AS (VALUES ('notes', '24 8 1')) SELECT count(*) FROM g NATURAL JOIN sqlite_stat1
-- expect: refused: pages by a name
WITH g(name) AS (VALUES ('json_each')) SELECT count(*) FROM g JOIN dbstat USING (name)
-- expect: refused: prepared statements by a text
WITH g(ro) AS (VALUES (1)) SELECT count(*), 'json_each' FROM g JOIN sqlite_stmt USING (ro)
-- expect: refused: prepared statements by NATURAL
WITH g(busy) AS (SELECT value FROM json_each('[0,1]')) SELECT count(*) FROM g NATURAL JOIN sqlite_stmt
-- expect: refused: files by a number
WITH g(seq) AS (SELECT value FROM json_each('[0,1,2]')) SELECT count(*) FROM g JOIN pragma_database_list USING (seq)
-- expect: refused: modules by a name
WITH g(name) AS (SELECT value FROM json_each('["x"]')) SELECT count(*) FROM g NATURAL JOIN pragma_module_list
-- expect: same: views by USING
SELECT count(*) FROM notes JOIN tags USING (worth)
-- expect: same: views by NATURAL
SELECT count(*) FROM notes NATURAL JOIN tags
-- expect: same: a shared table by USING
WITH g(most) AS (VALUES (2)) SELECT name FROM g JOIN plans USING (most)
-- expect: same: a function by USING
WITH g(value) AS (VALUES (2)) SELECT key FROM g JOIN json_each('[1,2]') USING (value)
-- expect: same: a name of the query by USING
WITH vault(id) AS (VALUES ('n1')) SELECT title FROM vault JOIN notes USING (id)
-- expect: refused: the column of the view in the place of a hidden table
SELECT "" FROM vault
-- expect: invalid: a column that a hidden table does not have, by USING
SELECT 1 FROM notes JOIN vault USING ("")
-- expect: invalid: a column that a hidden table does not have, by USING on a name of the query
WITH g("") AS (VALUES (1)) SELECT * FROM g LEFT JOIN vault USING ("")
-- expect: refused: the schema table behind a byte order mark, which is a blank, by NATURAL
WITH g(type) AS (VALUES ('table')) SELECT count(*) FROM g NATURAL JOIN \xEF\xBB\xBFsqlite_schema
-- expect: refused: the schema table behind byte order marks, by USING
WITH g(type) AS (VALUES ('table')) SELECT count(*) FROM g JOIN \xEF\xBB\xBF\xEF\xBB\xBFsqlite_schema USING (type)
