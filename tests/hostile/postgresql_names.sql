-- The catalogue, statistics, other schemas and what sees them.
-- expect: refused: tables
SELECT relname, reltuples FROM pg_class
-- expect: refused: tables by the whole name
SELECT relname FROM pg_catalog.pg_class
-- expect: refused: in quotes
SELECT * FROM "pg_class"
-- expect: refused: in quotes and another case, which is not there
SELECT * FROM "PG_Class"
-- expect: refused: TABLE
TABLE pg_class
-- expect: refused: in parentheses
(SELECT * FROM (SELECT * FROM pg_class) x)
-- expect: refused: statistics of columns
SELECT most_common_vals FROM pg_stats
-- expect: refused: statistics of tables
SELECT n_live_tup FROM pg_stat_user_tables
-- expect: refused: what others run
SELECT query FROM pg_stat_activity
-- expect: refused: what others run, by the function
SELECT query FROM pg_stat_get_activity(NULL)
-- expect: refused: what others prepared
SELECT statement FROM pg_prepared_statements
-- expect: refused: cursors
SELECT * FROM pg_cursors
-- expect: refused: locks
SELECT * FROM pg_locks
-- expect: refused: roles
SELECT rolname FROM pg_roles
-- expect: refused: roles by another name
SELECT usename FROM pg_user
-- expect: refused: databases
SELECT datname FROM pg_database
-- expect: refused: policies
SELECT * FROM pg_policies
-- expect: refused: the texts of views
SELECT definition FROM pg_views
-- expect: refused: the text of a view
SELECT pg_get_viewdef('notes'::regclass)
-- expect: refused: the sizes of tables
SELECT pg_relation_size('notes'), pg_table_size('notes')
-- expect: refused: the size of the database
SELECT pg_database_size('postgres')
-- expect: refused: statistics of one table
SELECT pg_stat_get_live_tuples(1)
-- expect: refused: the information schema
SELECT table_name FROM information_schema.tables
-- expect: refused: the information schema in quotes
SELECT * FROM "information_schema"."columns"
-- expect: refused: a domain that fails for some values and costs nothing
SELECT (stars - 3)::information_schema.cardinal_number FROM notes
-- expect: refused: the table itself
SELECT * FROM public.notes
-- expect: refused: the table itself, joined
SELECT * FROM notes n JOIN public.notes o USING (id)
-- expect: refused: the library's tables
SELECT * FROM tenancy_tenants
-- expect: refused: the library's tables by the whole name
SELECT slug FROM public.tenancy_tenants
-- expect: refused: the secret
SELECT secret FROM public.tenancy_query_secrets
-- expect: refused: the schema by its name
SELECT * FROM tenancy_queries.notes
-- expect: invalid: a schema that is not there
SELECT * FROM nowhere.notes
-- expect: invalid: a table that the host has and queries do not see
SELECT * FROM vault
-- expect: invalid: the tenant's column
SELECT tenant_id FROM notes
-- expect: refused: the tenant's column through a row
SELECT (n).tenant_id FROM notes n
-- expect: same: a whole row does not hold it
SELECT n FROM notes n ORDER BY id
-- expect: same: a whole row as JSON
SELECT to_json(n) FROM notes n ORDER BY id
-- expect: invalid: the row's place
SELECT ctid FROM notes
-- expect: invalid: the row's transaction
SELECT xmin FROM notes
-- expect: invalid: the row's table
SELECT tableoid FROM notes
-- expect: refused: names of objects by casts
SELECT 'pg_class'::regclass
-- expect: refused: names of objects by CAST
SELECT CAST('notes' AS regclass)
-- expect: refused: names of objects by CAST, in quotes
SELECT CAST('notes' AS "regclass")
-- expect: refused: names of objects by a literal's type
SELECT regclass 'notes'
-- expect: refused: names of objects by a function
SELECT regclass('notes')
-- expect: refused: names of objects by a function of names
SELECT to_regclass('notes')
-- expect: refused: numbers to names
SELECT 1259::oid::regclass
-- expect: refused: roles by casts
SELECT 10::regrole
-- expect: refused: functions by casts
SELECT 'set_config'::regproc
-- expect: refused: types in lists of columns
SELECT * FROM json_to_record('{"a":"pg_class"}') AS x(a regclass)
-- expect: refused: types in lists of columns without an alias
SELECT * FROM json_to_record('{"a":"pg_class"}') AS (a regclass)
-- expect: refused: types in lists of columns without AS
SELECT * FROM json_to_record('{"a":"pg_class"}') x(a regclass)
-- expect: refused: types in lists of columns of ROWS FROM
SELECT * FROM ROWS FROM (json_to_record('{"a":"pg_class"}') AS (b int, a regclass))
-- expect: refused: tables of a library's function
SELECT * FROM json_populate_record(NULL::notes, '{}')
-- expect: refused: operators by their whole name
SELECT 1 OPERATOR(pg_catalog.+) 1
-- expect: refused: what may be done
SELECT has_table_privilege('notes', 'SELECT')
-- expect: refused: what may be done with columns
SELECT has_any_column_privilege('notes', 'SELECT')
-- expect: refused: comments
SELECT obj_description(1)
-- expect: refused: the catalogue's text of a type
SELECT format_type(23, NULL)
-- expect: refused: samples
SELECT * FROM notes TABLESAMPLE SYSTEM (10)
-- expect: same: one table and no others
SELECT count(*) FROM ONLY notes
-- expect: same: all rows are the tenant's
TABLE notes ORDER BY id
-- expect: same: names in another case are the same
SELECT ID, Title FROM NOTES ORDER BY id
-- expect: invalid: in quotes they are not
SELECT "ID" FROM notes
-- expect: same: a name of the query is before the table
WITH notes AS (SELECT 1 AS id) SELECT * FROM notes
-- expect: refused: a name of the query like the server's
WITH pg_class AS (SELECT 1 AS id) SELECT * FROM pg_class
-- expect: same: a name of the query like a function that is refused
WITH set_config (a) AS (SELECT 1) SELECT a FROM set_config
-- expect: same: a column of it
SELECT set_config FROM (SELECT 1 AS set_config) x
-- expect: refused: a type of columns behind an alias that is called like a function
SELECT * FROM json_to_record('{"a":"1259"}') abs(a regclass)
-- expect: refused: behind an alias that is called like a keyword
SELECT * FROM json_to_record('{"a":"1259"}') filter(a regclass)
-- expect: refused: of a column that is called like the beginning of a window
SELECT * FROM json_to_record('{"a":"1259"}') AS (range regclass)
-- expect: refused: in quotes, of such a column
SELECT * FROM json_to_record('{"a":"1259"}') AS (rows "regprocedure")
