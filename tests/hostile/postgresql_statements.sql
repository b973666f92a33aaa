-- What is no query, or more than one, or locks, writes or leaves something.
-- expect: refused: two
SELECT 1; SELECT 2
-- expect: refused: a second that sets
SELECT 1; SET tenancy.crossing = 'on'
-- expect: refused: a second that ends the transaction
SELECT 1; COMMIT
-- expect: same: only a mark at the end
SELECT 1;;
-- expect: refused: COPY to a program
COPY notes TO PROGRAM 'id'
-- expect: refused: COPY to the client
COPY (SELECT * FROM notes) TO STDOUT
-- expect: refused: COPY from the client
COPY notes FROM STDIN
-- expect: refused: DO
DO $$ BEGIN PERFORM set_config('tenancy.crossing', 'on', true); END $$
-- expect: refused: CALL
CALL nothing()
-- expect: refused: PREPARE
PREPARE p AS SELECT 1
-- expect: refused: EXECUTE of the library's
EXECUTE t1
-- expect: refused: DEALLOCATE
DEALLOCATE ALL
-- expect: refused: a cursor
DECLARE c CURSOR WITH HOLD FOR SELECT * FROM notes
-- expect: refused: FETCH
FETCH ALL FROM c
-- expect: refused: LISTEN
LISTEN x
-- expect: refused: NOTIFY
NOTIFY x, 'y'
-- expect: refused: LOAD
LOAD 'dblink'
-- expect: refused: LOCK
LOCK TABLE notes
-- expect: refused: EXPLAIN
EXPLAIN SELECT * FROM notes
-- expect: refused: EXPLAIN ANALYZE
EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM notes
-- expect: refused: COMMIT
COMMIT
-- expect: refused: ROLLBACK
ROLLBACK
-- expect: refused: a transaction that may write
BEGIN READ WRITE
-- expect: refused: the transaction is changed
SET TRANSACTION READ WRITE
-- expect: refused: a savepoint
SAVEPOINT s
-- expect: refused: a temporary table
CREATE TEMP TABLE t (a int)
-- expect: refused: a temporary view in the way of a table
CREATE TEMP VIEW notes AS SELECT 1 AS id
-- expect: refused: a table from a query
SELECT * INTO TEMP t FROM notes
-- expect: refused: a table from a query, deeper
WITH a AS (SELECT 1 AS b) SELECT b INTO x FROM a
-- expect: refused: CREATE TABLE AS
CREATE TABLE t AS SELECT 1
-- expect: refused: GRANT
GRANT ALL ON notes TO PUBLIC
-- expect: refused: ALTER
ALTER TABLE notes DISABLE ROW LEVEL SECURITY
-- expect: refused: ALTER of the role
ALTER ROLE CURRENT_USER SET tenancy.crossing = 'on'
-- expect: refused: a delete within
WITH gone AS (DELETE FROM notes RETURNING id) SELECT * FROM gone
-- expect: refused: an update within
WITH x AS (UPDATE notes SET title = 'x' RETURNING id) SELECT * FROM x
-- expect: refused: an insert within
WITH x AS (INSERT INTO notes VALUES ('x') RETURNING id) SELECT * FROM x
-- expect: refused: a merge within
WITH x AS (MERGE INTO notes USING tasks ON true WHEN MATCHED THEN DELETE) SELECT 1
-- expect: refused: an insert
INSERT INTO notes (id) VALUES ('x')
-- expect: refused: an update through the view
UPDATE notes SET title = 'x'
-- expect: refused: a delete through the view
DELETE FROM notes
-- expect: refused: locked rows
SELECT * FROM notes FOR UPDATE
-- expect: refused: locked rows, weaker
SELECT * FROM notes FOR SHARE
-- expect: refused: locked rows, weaker still
SELECT * FROM notes FOR KEY SHARE
-- expect: refused: locked rows, less
SELECT * FROM notes FOR NO KEY UPDATE SKIP LOCKED
-- expect: refused: TRUNCATE
TRUNCATE notes
-- expect: refused: VACUUM
VACUUM notes
-- expect: refused: a security label
SECURITY LABEL ON TABLE notes IS 'x'
-- expect: invalid: nothing
;
-- expect: invalid: a parenthesis that is not closed
SELECT (1
-- expect: invalid: a parenthesis that closes nothing
SELECT 1)
-- expect: invalid: a parenthesis closed by another
SELECT (1]
