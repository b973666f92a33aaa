"""Looks for a test that fails for a mutant."""

import math
import threading
from collections import Counter
from dataclasses import dataclass

from coverage import Visit
from programs import Case, Programs, patience

_BATCH_SECONDS = 0.5
_BATCH_CASES = 30


@dataclass(frozen=True)
class Fate:
    killer: Case | None
    how: str  # "fails", "time-out", or why none: "survives", "no test reaches it"


class Hunter:
    def __init__(
        self,
        programs: Programs,
        visits: dict[Case, Visit],
        kills: Counter[Case],
        budget: float = math.inf,
        near: str = "",
    ):
        """`kills` says how many mutants a test case killed before; the budget is of the seconds
        that the tests of one mutant take without it; the program `near` counts as of its room."""
        self._near = near
        self._budget = budget
        self._programs = programs
        self._visits = visits
        self._kills = Counter(kills)
        self._lock = threading.Lock()
        self._reaching: dict[int, list[Case]] = {}
        for case, visit in visits.items():
            for number in visit.mutants:
                self._reaching.setdefault(number, []).append(case)

    def hunt(self, number: int, room: str, suspect: Case | None) -> Fate:
        """Tries the suspect, which killed it before, and then all that it makes a difference to,
        those of its room first."""
        cases = self._reaching.get(number, [])
        if not cases:
            return Fate(None, "no test reaches it")
        if suspect in cases and (fate := self._try(number, [suspect])):
            return fate
        spent = 0.0
        for batch in self._batches([case for case in cases if case != suspect], room):
            spent += sum(map(self._seconds, batch))
            if spent > self._budget:
                return Fate(None, "no quick test fails")
            fate = self._try(number, batch)
            if fate is not None:
                return fate
        return Fate(None, "survives")

    def _batches(self, cases: list[Case], room: str) -> list[list[Case]]:
        """What killed others and is quick comes first; several cases run in one process."""
        with self._lock:
            kills = dict(self._kills)

        def effort(case: Case) -> float:
            far = 1 if case.program in (room, self._near) else 10
            return far * self._seconds(case) / (1 + kills.get(case, 0))

        ordered = sorted(cases, key=effort)
        batches: list[list[Case]] = []
        open_ones: dict[tuple[str, str], list[Case]] = {}
        for case in ordered:
            batch = open_ones.get((case.program, case.part))
            if batch is None or len(batch) >= _BATCH_CASES or (
                sum(map(self._seconds, batch)) + self._seconds(case) > _BATCH_SECONDS
            ):
                batch = open_ones[case.program, case.part] = []
                batches.append(batch)
            batch.append(case)
        return batches

    def _seconds(self, case: Case) -> float:
        return self._visits[case].seconds

    def _try(self, number: int, batch: list[Case]) -> Fate | None:
        limit = patience(sum(map(self._seconds, batch)))
        outcome = self._programs.run(batch, {"TENANCY_MUTANT": str(number)}, limit)
        if outcome.passed:
            return None
        if len(batch) == 1:
            with self._lock:
                self._kills[batch[0]] += 1
            return Fate(batch[0], "time-out" if outcome.timed_out else "fails")
        # By itself, so that it is not the company of others that it fails in.
        named = [case for case in batch if case.name == outcome.failed_case]
        for case in named + [case for case in batch if case not in named]:
            if fate := self._try(number, [case]):
                return fate
        return None
