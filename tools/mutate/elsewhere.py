"""The named mutants of what all backends share, tried once more with stores that are not one file of
SQLite's: on PostgreSQL, and in a file per tenant."""

from dataclasses import replace

from coverage import Record, Visit
from programs import Case, Programs

# What is one backend's own, by the beginning of the file, and what else it is part of.
_OWN = {
    # Knows no store.
    "src/core/": set(),
    "include/tenancy/core/": set(),
    "include/tenancy/storage/detail/tenant_gate.hpp": {"sqlite-silo"},
    "src/storage/sqlite/": {"sqlite-silo"},
    "src/storage/sqlite_silo/": set(),
    "src/storage/postgres/": set(),
    "src/migrate/postgres": set(),
    "src/migrate/query_views": set(),
    "src/migrate/row_policy": set(),
}
# The programs that are about one backend alone; they find it themselves.
OWN_PROGRAM = {"postgresql": "storage_postgres", "sqlite-silo": "silo"}
# Where every store comes from: a test case that reaches nothing in it has none, and says the same
# wherever stores are.
OPENER = "src/storage/store_opener.cpp"
# How much longer a test case may take there, in seconds.
_FURTHER_SECONDS = {"postgresql": 2.0, "sqlite-silo": 0.5}


def applies(file: str, store: str) -> bool:
    """Whether a mutant of this file is looked for with stores there, too."""
    return all(store in also for beginning, also in _OWN.items() if file.startswith(beginning))


def programs_on(programs: Programs, store: str) -> list[str]:
    return [OWN_PROGRAM[store], *sorted({case.program for case in programs.cases_on(store)})]


def visits_on(
    programs: Programs, store: str, record: Record, openings: set[int]
) -> dict[Case, Visit]:
    """What test cases reach with their stores there: taken to be what they reach on SQLite. Those
    that have no store, none of the openings, count as they are."""
    further = _FURTHER_SECONDS[store]
    visits = {
        case: visit for case, visit in record.visits.items() if openings.isdisjoint(visit.mutants)
    }
    for case in programs.cases_on(store) + programs.cases(OWN_PROGRAM[store]):
        visit = record.visits.get(replace(case, store=""))
        if visit is not None:
            visits[case] = Visit(visit.seconds + further, visit.mutants)
    return visits
