"""Which test cases a mutant makes a difference to, and how long each takes without any."""

import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from programs import Case, Programs

_LONGEST = 600.0


class TestsFail(Exception):
    """A test fails without any mutant."""


@dataclass(frozen=True)
class Visit:
    seconds: float
    mutants: frozenset[int]


def record(
    programs: Programs, names: Sequence[str], highest: int, kept: Path, jobs: int
) -> dict[Case, Visit]:
    """Runs each test case by itself; what has not changed since the last time is not run again."""
    known = json.loads(kept.read_text()) if kept.exists() else {}
    visits: dict[Case, Visit] = {}
    for name in names:
        fingerprint = f"{programs.fingerprint(name)} {highest}"
        if known.get(name, {}).get("fingerprint") != fingerprint:
            print(f"recording what test_{name} reaches", flush=True)
            found = _record_program(programs, name, highest, jobs)
            known[name] = {"fingerprint": fingerprint, "cases": found}
            kept.write_text(json.dumps(known))
        for label, entry in known[name]["cases"].items():
            visits[Case.of(name, label)] = Visit(entry["seconds"], frozenset(entry["mutants"]))
    return visits


def _record_program(programs: Programs, name: str, highest: int, jobs: int) -> dict[str, dict]:
    def visit(case: Case) -> tuple[str, dict]:
        with tempfile.NamedTemporaryFile(prefix="tenancy-mutants-") as file:
            file.truncate(highest + 1)
            began = monotonic()
            outcome = programs.run([case], {"TENANCY_MUTANT_RECORD": file.name}, _LONGEST)
            seconds = monotonic() - began
            if not outcome.passed:
                raise TestsFail(f"{case} fails without a mutant:\n{outcome.output[-4000:]}")
            bytes_ = Path(file.name).read_bytes()
        return case.label, {
            "seconds": round(seconds, 3),
            "mutants": [number for number, reached in enumerate(bytes_) if reached],
        }

    with ThreadPoolExecutor(jobs) as pool:
        return dict(pool.map(visit, programs.cases(name)))
