# Which programs run once more with a file per tenant, and what of them is about something else. A
# question mark stands for a comma.

# A view in the place of a table, which damage of an index is played by, is a schema that the file's
# steps did not make: the file serves nobody then, and no row is looked at (test_silo). Rows are
# looked for past the library in the control file, which has none.
tenancy_run_on_silo(NAME data NOT
  "enumerations? bytes and JSON come back as they were stored"
  "a row of another tenant stops every operation that reads rows? and raises the alarm"
  "a row of another tenant that is only looked for stops the transaction too"
  "a row whose tenant is no number is nobody's")

# What changes the registry past the library, which the tenants' files do not hear of; what holds a
# writer or a reader of one tenant to keep another one's call waiting, which it does not here; and
# health as it is of one file.
tenancy_run_on_silo(NAME registry
  NOT
    "writes that wait together with a suspension are judged one by one? in their order"
    "a context of a key that became another tenant's opens nothing"
    "a stored hash of another length is nobody's"
    "a tenant is let in by what was found of itself? and not of one whose id is alike"
    "a tenant that was entered is entered again from memory"
    "keys are good after the ring was rotated and void once their version is taken out"
    "a cursor of a list of keys that holds no place is refused? though the ring sealed it"
    "a cursor of a list of tenants that holds no place is refused? though the ring sealed it"
  NOT_FILES disk_health_test.cpp health_test.cpp)

# Maintenance as it is of one file, and rows of nobody, which no tenant's file takes in.
tenancy_run_on_silo(NAME crossing NOT
  "a row whose tenant is no number is given as nobody's"
  "a cursor of records that holds no place is refused? though the ring sealed it"
  "an analysis looks at every table and tells how far it is"
  "a checkpoint empties the log? and says when a reader keeps it from that"
  "the observer is told of a checkpoint that somebody asked for"
  "a log is not moved? nor its store written anew? in another one's turn"
  "a store that is written anew is smaller and has the same rows")

tenancy_run_on_silo(NAME quota)

# Of the store itself, what is of tenants and their transactions. A writer that is held holds its own
# tenant's file here, and no other one's.
tenancy_run_on_silo(NAME storage
  ONLY_FILES alternating_tenants_test.cpp async_coroutine_test.cpp connection_test.cpp
    contexts_across_threads_test.cpp credential_gate_test.cpp deadline_test.cpp fork_test.cpp
    group_commit_test.cpp lost_transaction_test.cpp row_scope_test.cpp several_processes_test.cpp
    store_test.cpp suspension_in_batch_test.cpp
  NOT
    "a connection that cannot write because it still reads is not used again"
    "a row of another tenant in one unit poisons it alone"
    "the host's weights share out the writer"
    "a write that waits for its turn gives up at its deadline or when it is stopped"
    "a write that waits for its turn for the longest wait is refused"
    "a turn that another process never gives back does not shut the store"
    "a write that waits for another process gives up in time"
    "who gives up on another process is told so though others wait on*"
    "a write that waits for another process for the longest wait is refused"
    "a unit is stopped between its statements at the deadline or on request"
    "another process's write lock gives busy after the longest wait"
    "the database? its log and the keys belong to their owner alone"
    "a suspension holds for the writes behind it in the same batch"
    "a suspension holds although the batch let the tenant in before"
    "a suspension by another connection holds from the next write on")

# Of migrations, all that is not about SQL as text: they run on the file that holds the tenants first.
tenancy_run_on_silo(NAME migrate
  ONLY_FILES mapping_rules_test.cpp migrate_test.cpp runner_test.cpp verify_schema_test.cpp
  NOT "the status of what is no store yet claims nothing? and of another program's is refused")

# A query of one tenant's within another one's waits for no connection of its own here.
tenancy_run_on_silo(NAME hostile NOT
  "a visitor that asks again? fails or throws leaves the connection as it was")

# The models that have a store; without the one of how failures are cut down.
tenancy_run_on_silo(NAME property
  NOT_FILES fair_queue_model_test.cpp group_commit_model_test.cpp migration_model_test.cpp
    plain_query_model_test.cpp shrinker_test.cpp)

# The real programs, as on PostgreSQL; test_silo and silo_programs_test.cpp have what is the silo's own.
tenancy_run_on_silo(NAME e2e_service
  NOT_FILES served_documentation_test.cpp tls_test.cpp transport_test.cpp)
tenancy_run_on_silo(NAME service_api
  NOT_FILES cors_test.cpp host_names_test.cpp large_bodies_test.cpp requests_in_flight_test.cpp
    slow_work_test.cpp)

# A backup is a folder there, and the keys lie in the silo (silo_programs_test.cpp); what stands on no
# store is left out whole.
tenancy_run_on_silo(NAME e2e_ctl
  NOT "a backup is made while the service is used"
    "the keys may lie elsewhere? and none are made for a store that has some"
    "commands give the same on a store and on a server? for people"
  NOT_FILES ctl_arguments_test.cpp ctl_backup_test.cpp ctl_completion_test.cpp ctl_health_test.cpp
    ctl_interruption_test.cpp ctl_messaging_test.cpp ctl_schema_test.cpp ctl_server_test.cpp
    ctl_tls_test.cpp silo_programs_test.cpp)

tenancy_run_on_silo(NAME load
  ONLY "a tenant that floods is told to wait? and others are not"
    "every acknowledged write survives a kill under load? and nothing is there by half")
