# Which programs run once more with their stores on PostgreSQL, and what of them is about something
# else. A question mark stands for a comma.

# Of queries that tenants write, what speaks of SQLite's functions, its limits and how it compiles;
# unit/storage_postgres/ has the same for PostgreSQL.
set(scoped_sql
  "the guide's query counts a tenant's open todos"
  "queries join? nest? aggregate and look into JSON"
  "every type of value goes in and comes back"
  "a row that is visited gives each value as what it is? and as nothing else"
  "rows are written as JSON"
  "what is no query? or more than one? is refused"
  "each limit has its name"
  "what others commit is seen? and a changed schema is followed"
  "a table with an index that is not the tenant's is not seen"
  "a table whose indexes the tenant does not lead? or that breaks a rule? is not seen"
  "names of columns stay? whatever a query is bound to"
  "what one tenant's query may do says nothing about another's"
  "errors of a running query tell nothing that it met"
  "sorters count against the memory of a query"
  "intermediate tables that stay in memory count against the memory of a query"
  "what people ask fits into the memory of a query"
  "what is hidden is told of like what is not there"
  # Its longest wait is too short for connecting to a server.
  "one tenant's queries leave connections to others")

tenancy_run_on_postgres(NAME data NOT
  ${scoped_sql}
  # Columns that take values of any type, and collations of SQLite's.
  "a group or an aggregate that does not fit its member is an invalid row"
  "a child that refers to its parent by what only a collation takes for equal is told"
  "a stored value of another type than its member's is an invalid row"
  "a value of a type that a strict table does not take names its column"
  "a prefix is taken byte by byte also where the column's collation does otherwise"
  "a stored value that does not fit its member is an error? not a guess"
  "a table without a tenant column gives no rows away"
  "a row whose tenant is no number is nobody's"
  "a row that an upsert leaves unreadable is not kept"
  "a version that is no number is an invalid row that names its column"
  # Texts with a NUL, and such as are not UTF-8, which PostgreSQL refuses (test_contract).
  "a text is what it is in every position: key? column? blob? reference? query? cursor"
  "keys of each kind find? change and remove their row? and pages go by them"
  "cursors hold values of every kind and size"
  "a prefix is taken byte by byte? to the end of what there is"
  "queries of another form have statements of their own"
  # Patterns that end with an escape, sums beyond a double, and the least of bytes, which PostgreSQL
  # refuses; checks have other names.
  "patterns: metacharacters? what takes their meaning away? and the case of letters"
  "sums of real numbers leave NULL out? and tell what is none"
  "the least and the greatest leave NULL out? whatever the type"
  "a check is named by its name or its text"
  # Triggers in SQLite's language, its file, and statements that are too short there to be stopped.
  "NULL where there must be a value names its column"
  "an upsert whose row a trigger takes away again fails? and has changed nothing"
  "enumerations? bytes and JSON come back as they were stored"
  "nothing that one tenant does changes a byte of the other's rows"
  "the same within transactions"
  "a call that is stopped in its middle leaves nothing behind either"
  "an upsert that says it failed when it was stopped has stored nothing")

# Of the registry, what looks into SQLite's file, opens it by its name, forks beside it, counts its
# commits, its readers and its log, and damages what PostgreSQL does not let be damaged so.
tenancy_run_on_postgres(NAME registry NOT
  # Which of two writes that wait is next is for one writer alone to say.
  "writes that wait together with a suspension are judged one by one? in their order"
  "a cursor of a list of keys that holds no place is refused? though the ring sealed it"
  "the precision of the last use is the host's to choose"
  "of very many keys that are used at once? those that came first are noted"
  "the text of a key is nowhere in the store"
  "a stored hash of another length is nobody's"
  "keys are good after the ring was rotated and void once their version is taken out"
  "a tenant that was entered is entered again from memory"
  "a child that was forked off reads and writes no tenant's rows"
  "a child that was forked off is given no context and no registry"
  "a child that was forked off crosses no tenants"
  "a store that is well has all checks? and all of them are ok"
  "the probe is a write that is committed and grows nothing but the log? by a page"
  "readers that are all in use are a finding? and the report comes in time"
  "a read that waits for others is a finding"
  "a writer that is held is a finding? and reads are looked at all the same"
  "a log that may grow beyond what the disk has is a finding"
  "a log that is being moved is no finding? however long it is"
  "a log that a reader keeps from starting over is a finding before it is at its ceiling"
  "a log that is left to a replicator is told when it gets long"
  "a clock that is behind another program's is a finding? whatever was written by it"
  "a schema that a newer program migrated is a warning? one that lost steps a failure"
  "a key ring that was rotated elsewhere is a warning? another store's a failure"
  "a store that is deleted or replaced under the program is a failure"
  "a journal or check values that cannot be read are failures of their own"
  "calls to the disk that fail are findings? and pass with the fault"
  "a damaged page is a finding"
  "it ends also between the call and its turn"
  "processes that change what they have seen lose no change of each other"
  "a suspension by another process holds in the very next transaction of any kind"
  "a status that went there and back in another process costs one refusal at most"
  "what another process does to a key holds for its contexts and for no other's"
  "whatever two processes do? in any order? every transaction answers for its moment"
  "a cursor of a list of tenants that holds no place is refused? though the ring sealed it")

# Of crossing, maintenance of SQLite's file, which is a use of the permission there, and what looks
# into the file.
tenancy_run_on_postgres(NAME crossing NOT
  "a sink keeps every record? whole and in its order"
  "a sink keeps the longest record there is"
  "a sink loses no record of several threads"
  "the store's sink fails once its store has closed"
  "rows of tenants of any status are given? and those of nobody are not"
  "a row that cannot be read is an error that names its column"
  "a row whose tenant is no number is given as nobody's"
  "a view across tenants runs no tenant's statement and none that writes? nor the reverse"
  "no row is read when the disk does not take the record"
  "the guide's crossing? its visits? repository? maintenance and records"
  "records of before there was one for each use are read as permissions"
  "a record that cannot be read is an error and no guess"
  "a cursor of records that holds no place is refused? though the ring sealed it"
  "an analysis looks at every table and tells how far it is"
  "a store that was analysed is as safe? is opened? migrated? backed up and kept again"
  "an analysis that is stopped ends? and what its callback throws reaches the caller"
  "a sound store is found sound? a damaged one is not? and no value is told"
  "a page that was overwritten is found"
  "a checkpoint empties the log? and says when a reader keeps it from that"
  "a log that is moved whole but still read is not complete"
  "a checkpoint that fails says so"
  "a replicator's log is left alone"
  "a store that is written anew is smaller and has the same rows"
  "maintenance waits for its turn? and gives up with the call"
  "a stop during the work leaves the store as it was"
  "a child that is forked off with the record of a work does not do it"
  "a log is not moved? nor its store written anew? in another one's turn"
  "a checkpoint in vain until its deadline is told as late"
  "the observer is told of a checkpoint that somebody asked for"
  "a visitor may drop the last handle of the store")

# Of quotas, damage, SQLite's authorizer, which keeps triggers of the host's from their tables, and
# several processes on one file.
tenancy_run_on_postgres(NAME quota NOT
  # A thousand statements in one write, which a busy server does not do within two seconds.
  "a tenant counts a bounded number of metrics"
  "a count or a reset that comes back as another tenant's stops the transaction"
  "what is damaged is no count"
  "what is damaged is listed by nobody"
  "what is damaged is no reset"
  "the tables of quotas are a part of a store whose schema is sound"
  "a trigger of the host's does not reach the tables of quotas? nor from within them"
  "a transaction that used a quota reaches its tables in no other way? nor those beside"
  "processes that consume from one file are admitted up to the limit exactly"
  "a process that is killed at work has counted what it has written? and no more")

# Of the store itself, what is the same on all engines; how SQLite's file is written, held and shared is
# not, nor how its one writer is, and unit/storage_postgres/ has what is PostgreSQL's in their place.
tenancy_run_on_postgres(NAME storage
  ONLY_FILES alternating_tenants_test.cpp async_coroutine_test.cpp contexts_across_threads_test.cpp
    credential_gate_test.cpp deadline_test.cpp store_test.cpp suspension_in_batch_test.cpp
  NOT
    # Behind another tenant's write, or with waits too short for a server.
    "a write that waits for its turn gives up at its deadline or when it is stopped"
    "a write that waits for its turn for the longest wait is refused"
    "a read that waits for a connection gives up at its deadline or when it is stopped"
    "a unit is stopped between its statements at the deadline or on request"
    "readers beyond the pool wait for the longest wait and are then refused"
    "a suspension holds for the writes behind it in the same batch"
    "a suspension holds although the batch let the tenant in before"
    "a suspension by another connection holds from the next write on"
    # SQLite's file, its locks, its triggers, and SQL that only it takes.
    "a turn that another process never gives back does not shut the store"
    "a write that waits for another process gives up in time"
    "who gives up on another process is told so though others wait on*"
    "a write that waits for another process for the longest wait is refused"
    "a statement is stopped in its middle at the deadline or on request"
    "another process's write lock gives busy after the longest wait"
    "when SQLite drops the transaction by itself? nothing of the unit is kept"
    "a reference that is broken already keeps nobody from changing the registry"
    "nor while one of its statements still gives rows"
    "the database? its log and the keys belong to their owner alone"
    "a file that is no database is refused and left alone"
    "a connection for reading cannot write? whatever statement it is given")

# Of migrations, how they run. The rules of tables are PostgreSQL's own there
# (unit/storage_postgres/schema_rules_test.cpp), as far as they are not run here.
tenancy_run_on_postgres(NAME migrate
  ONLY_FILES migrate_test.cpp runner_test.cpp
  NOT
    # There is no dry run, and no file.
    "a dry run *"
    "the wait for another process's transaction is bounded"
    "the status of what is no store yet claims nothing? and of another program's is refused"
    # Written in SQLite's language.
    "a step runs? and is compared? in the dialect of the store"
    "a step cannot end its transaction? reach other files or leave settings behind"
    "a table can be rebuilt without losing the rows that refer to it")

# What stands on transactions most, through a pooler.
tenancy_run_on_postgres(NAME contract PGBOUNCER)

# Of hostile statements and calls, what speaks of SQLite's functions, of texts with a NUL, and of a
# schema that is changed past the library.
tenancy_run_on_postgres(NAME hostile NOT
  "the tenant cannot be given as a parameter"
  "parameters must be those of the text? one value each"
  "what parameters hold is never read as SQL"
  "limits of nothing are refused? and the smallest hold"
  "rows give no value of another type"
  "a query does not see what begins after it? and the next one does")

# The models that have a store; group commit, faults of the disk under a migration and which queries are
# plain are SQLite's, and the last is of how failures are cut down.
tenancy_run_on_postgres(NAME property
  NOT_FILES fair_queue_model_test.cpp group_commit_model_test.cpp migration_model_test.cpp
    plain_query_model_test.cpp shrinker_test.cpp)

# The real programs. What is about transport and documentation, and not about a store, is left out
# whole.
tenancy_run_on_postgres(NAME e2e_service
  NOT_FILES served_documentation_test.cpp tls_test.cpp transport_test.cpp)

# A write that holds the store holds PostgreSQL's not; the rest is about the API.
tenancy_run_on_postgres(NAME service_api
  NOT_FILES cors_test.cpp host_names_test.cpp large_bodies_test.cpp requests_in_flight_test.cpp
    slow_work_test.cpp)

# What stands on the file of SQLite, its backups and its locks, on steps written for it, on a server
# in the place of a store, or on none; e2e_postgres has what is PostgreSQL's in its place. What
# people are shown comes from the same calls as what scripts get, and takes as long again.
tenancy_run_on_postgres(NAME e2e_ctl
  NOT "a backup is made while the service is used"
    "commands give the same on a store and on a server? for people"
    "in a store with another schema there is what its program has counted"
  NOT_FILES ctl_arguments_test.cpp ctl_backup_test.cpp ctl_completion_test.cpp ctl_health_test.cpp
    ctl_interruption_test.cpp ctl_messaging_test.cpp ctl_schema_test.cpp ctl_server_test.cpp
    ctl_store_test.cpp
    ctl_tls_test.cpp silo_programs_test.cpp)

tenancy_run_on_postgres(NAME load
  ONLY "a tenant that floods is told to wait? and others are not"
    "every acknowledged write survives a kill under load? and nothing is there by half")
