-- The views that stand for tables, and triggers.
-- expect: refused: dropped
DROP VIEW notes
-- expect: refused: dropped, by the whole name
DROP VIEW temp.notes
-- expect: refused: dropped if it is there
DROP VIEW IF EXISTS temp.notes
-- expect: invalid: dropped, where it is not
DROP VIEW main.notes
-- expect: refused: made anew
CREATE TEMP VIEW mine AS SELECT * FROM notes
-- expect: refused: made anew under its name
CREATE TEMP VIEW IF NOT EXISTS notes2 AS SELECT 1
-- expect: refused: made in main
CREATE VIEW main.mine AS SELECT 1
-- expect: refused: a trigger in its place
CREATE TEMP TRIGGER mine INSTEAD OF INSERT ON notes BEGIN SELECT 1; END
-- expect: refused: a trigger on a shared table
CREATE TEMP TRIGGER mine AFTER INSERT ON plans BEGIN SELECT 1; END
-- expect: invalid: a trigger dropped
DROP TRIGGER mine
-- expect: same: flattened: the view's condition stays
SELECT id FROM notes WHERE 1 ORDER BY id
-- expect: same: a falsehood OR a truth
SELECT id FROM notes WHERE 0 OR 1 ORDER BY id
-- expect: same: what ends a condition in other systems
SELECT id FROM notes WHERE id = '' OR '1' = '1' ORDER BY id
-- expect: same: NOT of everything
SELECT id FROM notes WHERE NOT (id IS NULL) ORDER BY id
-- expect: same: pushed down into an aggregate
SELECT * FROM (SELECT tag, count(*) AS c FROM tags GROUP BY tag) WHERE tag > 'a' ORDER BY 1
-- expect: same: pushed down into a compound
SELECT * FROM (SELECT id AS x FROM notes UNION ALL SELECT note FROM tags) WHERE x = 'n1'
-- expect: same: pushed down into a window
SELECT * FROM (SELECT note, tag, count(*) OVER (PARTITION BY note) AS c FROM tags) WHERE note = 'n1' ORDER BY tag
-- expect: same: flattened out of a compound
SELECT x FROM (SELECT worth AS x FROM notes UNION ALL SELECT worth FROM tags) ORDER BY x LIMIT 5
-- expect: same: flattened with LIMIT
SELECT id FROM (SELECT * FROM notes ORDER BY id DESC LIMIT 3) ORDER BY id
-- expect: same: flattened with DISTINCT
SELECT DISTINCT tag FROM tags WHERE tag < 'n' ORDER BY 1
-- expect: same: flattened into IN
SELECT id FROM notes WHERE id IN (SELECT note FROM tags WHERE tag = 'blue') ORDER BY 1
-- expect: same: IN by the view's own name
SELECT 1 WHERE 'n1' IN (SELECT id FROM notes)
-- expect: invalid: IN by a view with several columns
SELECT 1 WHERE 'n1' IN notes
-- expect: same: correlated
SELECT id, (SELECT count(*) FROM tags g WHERE g.note = n.id) FROM notes n ORDER BY id
-- expect: same: correlated twice
SELECT id FROM notes n WHERE EXISTS (SELECT 1 FROM tags g WHERE g.note = n.id AND EXISTS (SELECT 1 FROM tasks t WHERE t.note = g.note)) ORDER BY id
-- expect: same: not correlated, NOT IN
SELECT id FROM notes WHERE id NOT IN (SELECT note FROM tasks WHERE note IS NOT NULL) ORDER BY id
-- expect: same: constants propagate
SELECT a.id FROM notes a, notes b WHERE a.id = b.id AND b.id = 'n1'
-- expect: same: rows compared
SELECT id FROM notes WHERE (id, stars) > ('n2', 1) ORDER BY id
-- expect: same: rows in IN
SELECT id FROM notes WHERE (id, stars) IN (SELECT note, 1 FROM tags) ORDER BY id
-- expect: same: a skipped part of an index
SELECT note, tag FROM tags WHERE tag = 'red' ORDER BY 1, 2
-- expect: same: a union of everything
SELECT id, title FROM notes UNION SELECT note, tag FROM tags ORDER BY 1, 2
-- expect: same: all columns
SELECT * FROM notes ORDER BY id
-- expect: same: all columns of all tables
SELECT * FROM notes, tasks, plans ORDER BY id, number, name
