-- Functions that do or tell more than their arguments.
-- expect: refused: waits
SELECT pg_sleep(10)
-- expect: refused: waits for long
SELECT pg_sleep_for('1 hour')
-- expect: refused: waits in a condition
SELECT id FROM notes WHERE pg_sleep(1) IS NOT NULL
-- expect: refused: locks
SELECT pg_advisory_lock(1)
-- expect: refused: locks for the transaction
SELECT pg_advisory_xact_lock(1)
-- expect: refused: tries locks
SELECT pg_try_advisory_lock_shared(1, 2)
-- expect: refused: stops others
SELECT pg_terminate_backend(1)
-- expect: refused: stops others' queries
SELECT pg_cancel_backend(1)
-- expect: refused: another server
SELECT * FROM dblink('host=localhost', 'SELECT 1') AS t(a int)
-- expect: refused: another server, without columns
SELECT dblink_exec('x', 'y')
-- expect: refused: a query in a text, as XML
SELECT query_to_xml('SELECT * FROM public.notes', true, true, '')
-- expect: refused: a table as XML
SELECT table_to_xml('pg_class', true, true, '')
-- expect: refused: the database as XML
SELECT database_to_xml(true, true, '')
-- expect: refused: a schema as XML
SELECT schema_to_xml('pg_catalog', true, true, '')
-- expect: refused: a cursor as XML
SELECT cursor_to_xml('c', 1, true, true, '')
-- expect: refused: XML of texts
SELECT xmlparse(DOCUMENT '<a/>')
-- expect: refused: XML by a cast
SELECT '<a/>'::xml
-- expect: refused: XML by its type
SELECT xml '<a/>'
-- expect: refused: a table of XML
SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b text)
-- expect: refused: elements
SELECT xmlelement(name a)
-- expect: refused: paths of XML
SELECT xpath('/a', NULL)
-- expect: refused: files
SELECT pg_read_file('/etc/passwd')
-- expect: refused: folders
SELECT pg_ls_dir('/')
-- expect: refused: the server's log
SELECT pg_current_logfile()
-- expect: refused: large objects in
SELECT lo_import('/etc/passwd')
-- expect: refused: large objects out
SELECT lo_export(1, '/tmp/x')
-- expect: refused: large objects
SELECT lo_creat(-1)
-- expect: refused: the bytes of one
SELECT lo_get(1)
-- expect: refused: sequences
SELECT nextval('s')
-- expect: refused: what a sequence gave last
SELECT lastval(), currval('s')
-- expect: refused: the number of the transaction
SELECT txid_current()
-- expect: refused: the snapshot
SELECT pg_current_snapshot(), txid_current_snapshot()
-- expect: refused: a snapshot for others
SELECT pg_export_snapshot()
-- expect: refused: messages
SELECT pg_notify('x', 'y')
-- expect: refused: messages in the log
SELECT pg_logical_emit_message(true, 'x', 'y')
-- expect: refused: slots
SELECT pg_create_physical_replication_slot('x')
-- expect: refused: where the log is
SELECT pg_current_wal_lsn()
-- expect: refused: backups
SELECT pg_backup_start('x')
-- expect: refused: settings are read again
SELECT pg_reload_conf()
-- expect: refused: since when the server runs
SELECT pg_postmaster_start_time()
-- expect: refused: another answer each time
SELECT random()
-- expect: refused: where the answers begin
SELECT setseed(0.5)
-- expect: refused: names that nobody has
SELECT gen_random_uuid()
-- expect: refused: the time while the query runs
SELECT clock_timestamp()
-- expect: refused: the same as a text
SELECT timeofday()
-- expect: refused: much of little
SELECT repeat('x', 1000000000)
-- expect: refused: much of little, filled up
SELECT lpad('x', 1000000000), rpad('x', 1000000000)
-- expect: refused: numbers without end
SELECT factorial(100000)
-- expect: refused: a function of the host's
SELECT public.peek()
-- expect: refused: a function that is not there
SELECT nothing()
-- expect: invalid: a function with the wrong number of arguments
SELECT abs(1, 2)
-- expect: refused: quoting for other statements
SELECT quote_ident('x')
-- expect: refused: types of values as numbers
SELECT pg_typeof(1)
-- expect: refused: how values are kept
SELECT pg_column_size(title) FROM notes
-- expect: refused: encodings
SELECT convert_from('\x5Cx00', 'UTF8')
-- expect: refused: encodings of the client
SELECT pg_client_encoding()
-- expect: refused: trigger functions
SELECT suppress_redundant_updates_trigger()
-- expect: refused: functions of types
SELECT textin('x')
-- expect: refused: functions of operators
SELECT int4div(1, 0)
-- expect: refused: functions of aggregates
SELECT array_agg_transfn(NULL, 1)
-- expect: refused: functions of indexes
SELECT bthandler(NULL)
-- expect: same: the time is the snapshot's own, in form
SELECT length(now()::text) > 10, current_date IS NULL
-- expect: same: texts
SELECT upper(title), length(title), substr(title, 1, 2), encode(data, 'hex') FROM notes ORDER BY id
-- expect: same: numbers
SELECT round(avg(stars), 2), sum(stars), max(worth % 1000) FROM notes WHERE stars < 2
-- expect: same: JSON
SELECT json_agg(id ORDER BY id), jsonb_build_object('a', count(*)) FROM notes
-- expect: same: a list of values as rows
SELECT n.id, v.a FROM notes n, unnest(ARRAY[1, 2]) AS v(a) ORDER BY 1, 2
-- expect: same: a series
SELECT count(*) FROM generate_series(1, 1000) AS g(i)
-- expect: refused: a function where only common table expressions may have any name
SELECT z::text FROM generate_series(1, 1) WITH ORDINALITY AS materialized(a, b), query_to_xml($q$ SELECT * FROM notes $q$, true, true, '') AS z
-- expect: refused: the same behind columns that are called like the beginning of a query
SELECT z::text FROM generate_series(1, 1) WITH ORDINALITY AS materialized(values, b), set_config('tenancy.crossing', 'on', true) AS z
-- expect: refused: behind a column that is called WITH
SELECT 1 AS with FROM set_config('tenancy.crossing', 'on', true) AS z
-- expect: refused: behind WITH in parentheses
SELECT * FROM (SELECT 1 AS with, set_config('tenancy.crossing', 'on', true) AS z) AS x
-- expect: invalid: a function behind a common table expression
WITH a AS (SELECT 1), set_config('x', 'y', true) AS (SELECT 1) SELECT * FROM a
-- expect: refused: words of texts, by a query in a text
SELECT word FROM ts_stat('SELECT title::tsvector FROM notes')
-- expect: refused: a query in a text that rewrites a query of texts
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')
-- expect: refused: a function behind a dot, of an expression
SELECT (('SELECT array_to_tsvector(ARRAY[query]) FROM pg_stat_activity').ts_stat).word
-- expect: refused: a function behind a dot, of a parameter
SELECT $1.current_setting
-- expect: refused: a function behind a dot, of an element
SELECT (ARRAY[10])[1].regroleout
-- expect: refused: a function of a scalar that stands in the place of a row
SELECT g.regclassout FROM generate_series(16384, 20000) g
-- expect: refused: the same, quoted
SELECT g."lo_create" FROM generate_series(1, 9) AS g
-- expect: refused: a type behind a dot
SELECT age(g.xid) FROM generate_series(1, 9) g
-- expect: refused: the counter of transactions, by an alias that is called like a function
SELECT age(x) FROM json_to_record('{"x":"3"}') max(x xid)
-- expect: refused: the same by a word that may be an alias
SELECT age(x) FROM json_to_record('{"x":"3"}') over(x xid)
-- expect: refused: the same behind a plain column
SELECT age(x) FROM json_to_record('{"x":"3"}') max(y int, x xid)
-- expect: refused: the counter of transactions of rows
SELECT ('1').mxid_age
-- expect: refused: types of columns behind an alias that is called as a word of a definition
SELECT age(values) FROM json_to_record('{"values":"3"}') AS materialized(values xid)
-- expect: refused: the same, as an array of names of tables
SELECT * FROM json_to_record('{"values":[1259]}') AS materialized(values _regclass)
-- expect: refused: the same, as an array of names of roles
SELECT * FROM json_to_record('{"values":[10]}') AS materialized(values _regrole)
-- expect: refused: the same, with a column beside it
SELECT * FROM json_to_record('{"values":[], "b":[2200]}') AS materialized(values _int4, b _regnamespace)
-- expect: refused: the same, as rights, which tell whether a role exists
SELECT * FROM json_to_record('{"values":"nobody=r/postgres"}') AS materialized(values aclitem)
-- expect: refused: an array of names of tables by its type's own name
SELECT CAST(ARRAY[1259] AS _regclass)
-- expect: refused: a function that nothing ends while it works through a long text
SELECT translate('a', 'b', 'c')
