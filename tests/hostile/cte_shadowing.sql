-- Common table expressions and aliases named like what guards the rows.
-- expect: same: a name of the query hides the view
WITH notes AS (SELECT 1 AS id) SELECT * FROM notes
-- expect: invalid: the view of the same name has no tenant
WITH notes AS (SELECT tenant_id FROM temp.notes) SELECT * FROM notes
-- expect: invalid: main does not hold it
WITH notes AS (SELECT tenant_id FROM main.notes) SELECT * FROM notes
-- expect: invalid: it would refer to itself
WITH notes AS (SELECT * FROM notes) SELECT * FROM notes
-- expect: same: inside a name of the query the view is still one tenant's
WITH notes AS (SELECT * FROM temp.notes) SELECT id, worth FROM notes ORDER BY id
-- expect: same: an alias of the guarded name over another view
SELECT notes.number FROM tasks AS notes ORDER BY 1
-- expect: invalid: an alias of the guarded name gives no tenant
SELECT notes.tenant_id FROM tasks AS notes
-- expect: same: a subquery of the guarded name
SELECT notes.id FROM (SELECT id FROM notes) AS notes ORDER BY 1
-- expect: invalid: a subquery of the guarded name asks for the tenant
SELECT * FROM (SELECT tenant_id FROM tasks) AS tasks
-- expect: invalid: a subquery of another guarded name
SELECT * FROM (SELECT tenant_id FROM tasks) AS notes
-- expect: invalid: the tenant's function under a guarded name
SELECT * FROM (SELECT tenancy_scope() AS t) AS elsewhere
-- expect: same: shadowing one table with the rows of another
WITH tasks AS (SELECT id AS number FROM notes) SELECT * FROM tasks ORDER BY 1
-- expect: same: a shared table is shadowed
WITH plans AS (SELECT id AS name FROM notes) SELECT * FROM plans ORDER BY 1
-- expect: refused: a hidden table is shadowed, which is not told apart
WITH vault AS (SELECT 1 AS id) SELECT count(*) FROM vault
-- expect: same: a hidden table is shadowed and a column is read from the query's own part
WITH vault AS (SELECT 1 AS id) SELECT id FROM vault
-- expect: same: names of the query are in effect in subqueries
WITH a AS (SELECT id FROM notes) SELECT (SELECT count(*) FROM a) FROM plans
-- expect: same: nested names of the query
WITH a AS (WITH notes AS (SELECT 'x' AS id) SELECT id FROM notes) SELECT a.id, n.id FROM a, notes n ORDER BY 2
-- expect: same: materialised
WITH a AS MATERIALIZED (SELECT * FROM notes) SELECT id, worth FROM a ORDER BY id
-- expect: same: not materialised
WITH a AS NOT MATERIALIZED (SELECT * FROM notes) SELECT id, worth FROM a WHERE abs(worth) > 0 ORDER BY id
-- expect: same: recursive, over the view
WITH RECURSIVE r(id, i) AS (SELECT id, 0 FROM notes UNION SELECT n.id, i + 1 FROM notes n JOIN r ON n.stars = r.i WHERE i < 3) SELECT * FROM r ORDER BY 1, 2
-- expect: same: recursive, named like the view
WITH RECURSIVE notes(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM notes WHERE i < 3) SELECT * FROM notes
-- expect: invalid: recursive, with a whole name inside
WITH RECURSIVE notes(i) AS (SELECT 1 UNION ALL SELECT tenant_id FROM main.notes) SELECT * FROM notes
-- expect: same: columns renamed to what is hidden
WITH n(tenant_id) AS (SELECT id FROM notes) SELECT tenant_id FROM n ORDER BY 1
-- expect: same: a result named like what is hidden
SELECT 7 AS tenant_id FROM notes
-- expect: same: ordered by a result named like what is hidden
SELECT id AS tenant_id FROM notes ORDER BY tenant_id
-- expect: invalid: a name of the query twice
WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a
-- expect: invalid: with more columns than it has
WITH a(x, y) AS (SELECT 1) SELECT * FROM a
-- expect: refused: before a statement that writes
WITH a AS (SELECT 1) DELETE FROM plans
-- expect: same: joined with its own view
WITH a AS (SELECT * FROM notes) SELECT a.id, n.worth FROM a JOIN notes n USING (id) ORDER BY 1
-- expect: limit text: two parts that need each other
WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a
