-- Transactions, which a query does not govern.
-- expect: refused: begins
BEGIN
-- expect: refused: begins to write
BEGIN IMMEDIATE
-- expect: refused: begins alone
BEGIN EXCLUSIVE
-- expect: refused: commits, which would end the snapshot
COMMIT
-- expect: refused: ends
END
-- expect: refused: rolls back
ROLLBACK
-- expect: refused: keeps a point
SAVEPOINT a
-- expect: refused: gives a point up
RELEASE a
-- expect: refused: goes back to a point
ROLLBACK TO a
-- expect: refused: begins behind a comment
/* SELECT */ BEGIN
-- expect: invalid: another system's word
SET TRANSACTION READ WRITE
-- expect: invalid: another system's word for a role
SET ROLE admin
-- expect: invalid: another system's lock
LOCK TABLE notes
-- expect: invalid: another system's lock of rows
SELECT id FROM notes FOR UPDATE
