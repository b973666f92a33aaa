-- Names of schemas, schema tables and hidden tables.
-- expect: refused: lists every table and index
SELECT * FROM sqlite_schema
-- expect: refused: the older name of the same
SELECT name, sql FROM sqlite_master
-- expect: refused: the temporary schema holds the texts of the views
SELECT sql FROM sqlite_temp_schema
-- expect: refused: its older name
SELECT sql FROM sqlite_temp_master
-- expect: refused: qualified by temp
SELECT sql FROM temp.sqlite_schema
-- expect: refused: qualified by main, where nothing lies
SELECT sql FROM main.sqlite_schema
-- expect: refused: no column is read, yet the number of tables shows
SELECT count(*) FROM sqlite_schema
-- expect: refused: existence alone
SELECT 1 FROM sqlite_temp_schema LIMIT 1
-- expect: refused: in a subquery
SELECT (SELECT group_concat(sql) FROM sqlite_temp_schema)
-- expect: refused: in EXISTS
SELECT 1 WHERE EXISTS (SELECT * FROM sqlite_schema)
-- expect: refused: in IN by its name
SELECT 1 WHERE 'x' IN sqlite_schema
-- expect: refused: in quotes
SELECT * FROM "sqlite_schema"
-- expect: refused: in brackets
SELECT * FROM [sqlite_master]
-- expect: refused: in backticks
SELECT * FROM `sqlite_temp_master`
-- expect: refused: in another case
SELECT * FROM SQLITE_Schema
-- expect: refused: in single quotes, which SQLite takes for a name
SELECT * FROM 'sqlite_schema'
-- expect: refused: joined to a table that is seen
SELECT n.id FROM notes n JOIN sqlite_schema s ON s.name = n.id
-- expect: refused: under an alias that is seen
SELECT sql FROM sqlite_temp_schema AS notes
-- expect: invalid: main is empty
SELECT * FROM main.notes
-- expect: invalid: main is empty, in quotes
SELECT * FROM "main"."notes"
-- expect: invalid: main is empty for shared tables too
SELECT * FROM main.plans
-- expect: same: the view by its whole name
SELECT id, worth FROM temp.notes ORDER BY id
-- expect: same: the view by its whole name and columns by theirs
SELECT notes.id FROM temp.notes ORDER BY notes.id
-- expect: invalid: a column by the schema that it is not in
SELECT main.notes.id FROM notes
-- expect: same: a column by the schema of the view
SELECT temp.notes.id FROM notes ORDER BY 1
-- expect: invalid: a guessed schema
SELECT * FROM store.notes
-- expect: invalid: a guessed schema of the right form
SELECT * FROM s0000000000000000.notes
-- expect: invalid: an empty schema
SELECT * FROM "".notes
-- expect: invalid: the table has no tenant
SELECT tenant_id FROM notes
-- expect: invalid: the table has no tenant, in a condition
SELECT id FROM notes WHERE tenant_id > 0
-- expect: invalid: the table has no tenant, by its name
SELECT notes.tenant_id FROM notes
-- expect: invalid: the table has no tenant, through USING
SELECT 1 FROM notes JOIN tasks USING (tenant_id)
-- expect: same: a natural join does not join by the tenant either
SELECT id, number FROM notes NATURAL JOIN tasks ORDER BY 1, 2
-- expect: invalid: a table of the library
SELECT * FROM tenancy_nothing
-- expect: refused: the list of tenants
SELECT * FROM tenancy_tenants
-- expect: refused: the number of tenants
SELECT count(*) FROM tenancy_tenants
-- expect: refused: the number of keys
SELECT count(*) FROM tenancy_api_keys
-- expect: refused: the library by temp
SELECT slug FROM temp.tenancy_tenants
-- expect: refused: in a subquery that gives nothing
SELECT (SELECT 1 FROM tenancy_tenants WHERE 0)
-- expect: invalid: in IN by its name, with more columns than one
SELECT 1 WHERE 1 IN (SELECT * FROM (SELECT 1, 2))
-- expect: refused: a table that is hidden since an index spans tenants
SELECT * FROM vault
-- expect: refused: the same, without a column
SELECT count(*) FROM vault
-- expect: refused: the same, joined
SELECT count(*) FROM notes JOIN vault ON vault.id = notes.id
-- expect: refused: the same, to provoke an error on rows of others
SELECT id FROM vault WHERE abs(worth) > 1
-- expect: refused: the same, in an outer join
SELECT notes.id FROM notes LEFT JOIN vault USING (id)
-- expect: refused: the counters of AUTOINCREMENT
SELECT * FROM sqlite_sequence
-- expect: invalid: an index is no table
SELECT * FROM notes_by_stars
-- expect: invalid: an index of the engine is no table
SELECT * FROM sqlite_autoindex_notes_1
-- expect: invalid: an index by force names one that the view does not have
SELECT id FROM notes INDEXED BY notes_by_stars
-- expect: invalid: an index of a shared table that it does not have
SELECT name FROM plans INDEXED BY vault_by_worth
-- expect: refused: the text with which the library itself asks about a tenant, on this connection
SELECT epoch, status = 'active' FROM tenancy_tenants WHERE tenant_id = 1
-- expect: refused: the text with which the library begins its snapshot, kept prepared
SELECT 1 UNION ALL SELECT 1 FROM tenancy_tenants
