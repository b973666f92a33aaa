"""Which test cases a mutant makes a difference to, and how long each takes without any."""

import base64
import json
import re
import tempfile
import zlib
from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from programs import Case, Programs

_LONGEST = 600.0
_SAVE_SECONDS = 60.0

# Bits of runtime/mutant.cpp.
_DIFFERS = 1
_IMPOSSIBLE = 2
_POSSIBLE = 4


class TestsFail(Exception):
    """A test fails without any mutant."""


@dataclass(frozen=True)
class Visit:
    seconds: float
    mutants: Iterable[int]


@dataclass(frozen=True)
class Record:
    visits: dict[Case, Visit]
    # Mutants that change nothing wherever they were compiled: an error that is ignored where there
    # is no empty value to go on with.
    impossible: frozenset[int]


def record(programs: Programs, names: Sequence[str], highest: int, kept: Path, jobs: int) -> Record:
    """Runs each test case by itself; what has not changed since the last time is not run again, nor
    what was run before this was ended from outside."""
    known = json.loads(kept.read_text()) if kept.exists() else {}
    visits: dict[Case, Visit] = {}
    possible: set[int] = set()
    impossible: set[int] = set()
    for name in names:
        fingerprint = f"{programs.fingerprint(name)} {highest} bits"
        if known.get(name, {}).get("fingerprint") != fingerprint:
            known[name] = {"fingerprint": fingerprint, "cases": {}}
        found = known[name]["cases"]
        if left := [case for case in programs.cases(name) if case.label not in found]:
            print(f"recording what test_{name} reaches", flush=True)
            _record_cases(programs, left, highest, found, lambda: kept.write_text(json.dumps(known)), jobs)
        for label, entry in found.items():
            visits[Case.of(name, label)] = Visit(entry["seconds"], _unpacked(entry["mutants"], _DIFFERS))
        # Each case of a program tells the same of these.
        for entry in list(found.values())[:1]:
            possible.update(_unpacked(entry["mutants"], _POSSIBLE))
            impossible.update(_unpacked(entry["mutants"], _IMPOSSIBLE))
    return Record(visits, frozenset(impossible - possible))


def _record_cases(
    programs: Programs, cases: list[Case], highest: int, found: dict[str, dict], save, jobs: int
) -> None:
    """Adds to what was found, and saves it now and then."""

    def visit(case: Case) -> dict:
        with tempfile.NamedTemporaryFile(prefix="tenancy-mutants-") as file:
            file.truncate(highest + 1)
            began = monotonic()
            outcome = programs.run([case], {"TENANCY_MUTANT_RECORD": file.name}, _LONGEST)
            seconds = monotonic() - began
            if not outcome.passed:
                raise TestsFail(f"{case} fails without a mutant:\n{outcome.output[-4000:]}")
            return {"seconds": round(seconds, 3), "mutants": _packed(Path(file.name).read_bytes())}

    saved = monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for case, entry in zip(cases, pool.map(visit, cases)):
                found[case.label] = entry
                if monotonic() - saved > _SAVE_SECONDS:
                    save()
                    saved = monotonic()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            save()


def _packed(bytes_: bytes) -> str:
    """A byte for each mutant, few of which are not zero."""
    return base64.b85encode(zlib.compress(bytes_)).decode()


def _unpacked(text: str, bit: int) -> array:
    """The numbers of those that have the bit."""
    bytes_ = zlib.decompress(base64.b85decode(text))
    return array("I", (match.start() for match in re.finditer(rb"[^\0]", bytes_) if match[0][0] & bit))
