-- What the engine would do.
-- expect: refused: the program, with the secret names of tables
EXPLAIN SELECT * FROM notes
-- expect: refused: the plan, with indexes
EXPLAIN QUERY PLAN SELECT * FROM notes
-- expect: refused: the program of a constant
EXPLAIN SELECT 1
-- expect: refused: in another case
eXpLaIn qUeRy pLaN sElEcT 1
-- expect: refused: behind a comment
/* x */ EXPLAIN SELECT * FROM notes
-- expect: refused: of what is refused itself
EXPLAIN PRAGMA database_list
-- expect: refused: of a statement that writes
EXPLAIN DELETE FROM plans
-- expect: refused: as the second statement
SELECT 1; EXPLAIN SELECT 1
-- expect: refused: of a name of the query
EXPLAIN QUERY PLAN WITH a AS (SELECT 1) SELECT * FROM a
-- expect: invalid: twice
EXPLAIN EXPLAIN SELECT 1
-- expect: invalid: within
SELECT * FROM (EXPLAIN SELECT 1)
-- expect: invalid: as a table
SELECT * FROM explain('SELECT 1')
