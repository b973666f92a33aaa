-- Settings, which say whose rows there are: what sets, resets or reads them.
-- expect: refused: the tenant
SELECT set_config('tenancy.tenant', '1', true)
-- expect: refused: the tenant, in the same statement as its rows
SELECT set_config('tenancy.tenant', '1', true), * FROM notes
-- expect: refused: the tenant, before its rows
WITH s AS MATERIALIZED (SELECT set_config('tenancy.tenant', '1', false)) SELECT * FROM s, notes
-- expect: refused: the proof of the tenant
SELECT set_config('tenancy.query', '1:0000000000000000000000000000000000000000000000000000000000000000', true), * FROM notes
-- expect: refused: all tenants at once
SELECT set_config('tenancy.crossing', 'on', true), * FROM notes
-- expect: refused: the function by the name of its schema
SELECT pg_catalog.set_config('tenancy.crossing', 'on', true), * FROM notes
-- expect: refused: the function in quotes
SELECT "set_config"('tenancy.crossing', 'on', true)
-- expect: refused: the function and its schema in quotes
SELECT "pg_catalog"."set_config"('tenancy.crossing', 'on', true)
-- expect: refused: the function in capitals
SELECT SET_CONFIG('tenancy.crossing', 'on', true)
-- expect: invalid: the function with letters by their numbers, called
SELECT U&"set\005fconfig"('tenancy.crossing', 'on', true)
-- expect: invalid: the function with letters by their numbers, alone
SELECT U&"\0073et_config"
-- expect: refused: with a comment between name and parenthesis
SELECT set_config/* ( */('tenancy.crossing', 'on', true)
-- expect: refused: with a line between name and parenthesis
SELECT set_config -- a
('tenancy.crossing', 'on', true)
-- expect: refused: in a condition
SELECT id FROM notes WHERE set_config('tenancy.crossing', 'on', true) IS NOT NULL
-- expect: refused: in ORDER BY
SELECT id FROM notes ORDER BY set_config('tenancy.crossing', 'on', true)
-- expect: refused: in LIMIT
SELECT id FROM notes LIMIT length(set_config('tenancy.crossing', 'on', true))
-- expect: refused: in FROM
SELECT * FROM set_config('tenancy.crossing', 'on', true)
-- expect: refused: in ROWS FROM
SELECT * FROM ROWS FROM (set_config('tenancy.crossing', 'on', true), generate_series(1, 2))
-- expect: refused: LATERAL
SELECT * FROM notes, LATERAL set_config('tenancy.crossing', 'on', true) c
-- expect: refused: as a window
SELECT set_config('tenancy.crossing', 'on', true) OVER ()
-- expect: refused: behind DISTINCT ON
SELECT DISTINCT ON (1) set_config('tenancy.crossing', 'on', true)
-- expect: refused: behind CASE
SELECT CASE WHEN (true) THEN set_config('tenancy.crossing', 'on', true) END
-- expect: refused: as what looks like an alias with columns
SELECT * FROM notes n, set_config(id, id, true)
-- expect: refused: as what looks like the name of a common table expression
SELECT * FROM notes, set_config(id, id) AS (a text)
-- expect: refused: by attribute notation of a row, which is a call
SELECT (n).pg_typeof FROM notes n
-- expect: refused: the tenant is read
SELECT current_setting('tenancy.tenant')
-- expect: refused: the proof is read
SELECT current_setting('tenancy.query', true)
-- expect: refused: all settings
SELECT * FROM pg_settings
-- expect: refused: all settings by their function
SELECT * FROM pg_show_all_settings()
-- expect: refused: settings of roles
SELECT * FROM pg_db_role_setting
-- expect: refused: settings in files
SELECT * FROM pg_file_settings
-- expect: refused: SET
SET tenancy.tenant = '1'
-- expect: refused: SET for a transaction
SET LOCAL tenancy.crossing = 'on'
-- expect: refused: SET for a session
SET SESSION tenancy.crossing = 'on'
-- expect: refused: RESET
RESET ALL
-- expect: refused: RESET of the role
RESET ROLE
-- expect: refused: another role
SET ROLE tenancy_app
-- expect: refused: another session
SET SESSION AUTHORIZATION DEFAULT
-- expect: refused: SHOW
SHOW tenancy.tenant
-- expect: refused: SHOW ALL
SHOW ALL
-- expect: refused: DISCARD
DISCARD ALL
-- expect: refused: row security switched off, which would be an error
SET row_security = off
-- expect: refused: the role
SELECT current_user
-- expect: refused: the role that connected
SELECT session_user
-- expect: refused: the role by another word
SELECT user, current_role
-- expect: refused: the database
SELECT current_catalog
-- expect: refused: the database by its function
SELECT current_database()
-- expect: refused: the schema
SELECT current_schema
-- expect: refused: the schemas
SELECT current_schemas(true)
-- expect: refused: the server's version
SELECT version()
-- expect: refused: where the server is
SELECT inet_server_addr(), inet_server_port()
-- expect: refused: where the client is
SELECT inet_client_addr()
-- expect: refused: the process
SELECT pg_backend_pid()
-- expect: refused: the entry for another tenant
SELECT tenancy_enter_query(1, '\x5Cx00', 1, NULL, NULL, '0', '64')
-- expect: refused: the entry by its whole name
SELECT tenancy_queries.tenancy_enter_query(1, '\x5Cx00', 1, NULL, NULL, '0', '64')
-- expect: refused: the tenant's number
SELECT tenancy_query_tenant()
-- expect: refused: the tenant's number, of the policies
SELECT tenancy_tenant()
