-- Statements that write.
-- expect: refused: a view
INSERT INTO notes (id) VALUES ('x')
-- expect: refused: a view, with its columns
INSERT INTO notes VALUES ('x', 'y', 1, 1, NULL, NULL)
-- expect: refused: a shared table
INSERT INTO plans VALUES ('mine', 1, NULL)
-- expect: refused: a shared table, whatever stands there
INSERT OR REPLACE INTO plans VALUES ('free', 1, NULL)
-- expect: refused: REPLACE
REPLACE INTO plans VALUES ('free', 1, NULL)
-- expect: refused: an upsert
INSERT INTO plans VALUES ('free', 1, NULL) ON CONFLICT DO UPDATE SET most = 1
-- expect: refused: with RETURNING, which gives rows
INSERT INTO plans VALUES ('x', 1, NULL) RETURNING *
-- expect: refused: an update
UPDATE plans SET most = 0
-- expect: invalid: an update of a view
UPDATE notes SET title = 'x'
-- expect: refused: an update with RETURNING
UPDATE plans SET most = 0 RETURNING name
-- expect: refused: an update from a view
UPDATE plans SET rules = n.title FROM notes n
-- expect: refused: an update that ends at nothing
UPDATE plans SET most = 0 WHERE 0
-- expect: refused: a deletion
DELETE FROM plans
-- expect: refused: a deletion with RETURNING
DELETE FROM plans RETURNING *
-- expect: invalid: a deletion from a view
DELETE FROM notes
-- expect: invalid: a deletion from a hidden table
DELETE FROM tenancy_tenants
-- expect: invalid: a deletion from the schema
DELETE FROM sqlite_schema
-- expect: refused: a table of one's own
CREATE TABLE mine (a)
-- expect: refused: a temporary table
CREATE TEMP TABLE mine (a)
-- expect: refused: a temporary table of rows
CREATE TEMP TABLE mine AS SELECT * FROM notes
-- expect: refused: a temporary table in the way of a view
CREATE TEMP TABLE plans (name)
-- expect: refused: a table in main
CREATE TABLE main.notes (tenant_id)
-- expect: invalid: an index
CREATE INDEX mine ON plans (most)
-- expect: invalid: an index on temp
CREATE INDEX temp.mine ON notes (id)
-- expect: refused: a table dropped
DROP TABLE plans
-- expect: refused: an index dropped
DROP INDEX notes_by_stars
-- expect: refused: a table renamed
ALTER TABLE plans RENAME TO mine
-- expect: refused: a column added
ALTER TABLE plans ADD COLUMN mine
-- expect: refused: a column dropped
ALTER TABLE plans DROP COLUMN rules
-- expect: refused: a column renamed
ALTER TABLE plans RENAME COLUMN rules TO mine
-- expect: refused: a write within a name of the query
WITH a AS (SELECT 1) INSERT INTO plans SELECT 'x', 1, NULL
-- expect: invalid: a write as a subquery
SELECT * FROM (DELETE FROM plans RETURNING *)
-- expect: invalid: INTO
SELECT * INTO mine FROM notes
