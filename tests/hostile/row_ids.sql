-- Numbers that the engine gives to rows, which count all tenants' rows.
-- expect: refused: the view has none
SELECT rowid FROM notes
-- expect: refused: of a table that has them
SELECT rowid FROM tasks
-- expect: refused: by its other name
SELECT oid FROM tasks
-- expect: refused: by its third name
SELECT _rowid_ FROM tasks
-- expect: refused: in a condition
SELECT number FROM tasks WHERE rowid > 3
-- expect: refused: in an order
SELECT number FROM tasks ORDER BY rowid
-- expect: refused: in an aggregate
SELECT max(rowid) FROM tasks
-- expect: refused: in a join
SELECT 1 FROM tasks a JOIN tags b ON a.rowid = b.rowid
-- expect: refused: by the table's name
SELECT tasks.rowid FROM tasks
-- expect: refused: by an alias
SELECT t.rowid FROM tasks t
-- expect: refused: in another case
SELECT t.ROWID FROM tasks t
-- expect: refused: in quotes
SELECT t."rowid" FROM tasks t
-- expect: refused: of a shared table
SELECT rowid FROM plans
-- expect: refused: in a correlated subquery
SELECT (SELECT t.rowid FROM tags WHERE tags.note = t.note) FROM tasks t
-- expect: refused: in GROUP BY
SELECT count(*) FROM tasks GROUP BY rowid
-- expect: refused: in a window
SELECT row_number() OVER (ORDER BY rowid) FROM tasks
-- expect: refused: in a compound
SELECT rowid FROM tasks UNION SELECT rowid FROM tags
-- expect: refused: in a recursive part
WITH RECURSIVE r(i) AS (SELECT min(rowid) FROM tasks UNION SELECT i + 1 FROM r WHERE i < 3) SELECT i FROM r
