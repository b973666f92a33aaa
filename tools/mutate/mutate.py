#!/usr/bin/env python3
"""Breaks the library on purpose, one place at a time, and looks whether a test notices.

    mutate.py [--named | --all] [NAME | FILE | NUMBER ...]

README.md beside this file says how it works.
"""

import argparse
import json
import math
import os
import signal
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from time import monotonic

import coverage
import elsewhere
import named
import report
import survivors
import tree
from hunt import Fate, Hunter
from named import Named
from programs import PROGRAMS, STORES, Case, Programs, patience
from sites import Mutant
from tokens import SourceError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "build" / "mutate"
NAMED_KILLERS = HERE / "killers.json"
DOCUMENT = ROOT / "docs" / "isolation.md"
# What comes after it in the document is the table.
DOCUMENT_MARK = "<!-- ./dev mutate --document writes what follows. -->\n"


def main() -> int:
    arguments = parse_arguments()
    # What was found until then is kept, also when this is ended from outside.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    if arguments.self_test:
        import self_test

        return self_test.run()
    try:
        return run(arguments)
    except (
        named.StaleList,
        survivors.BadList,
        SourceError,
        tree.BuildFailed,
        coverage.TestsFail,
    ) as failure:
        print(f"mutate: {failure}", file=sys.stderr)
        return 2


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__.split("\n")[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--named", action="store_true", help="the named mutants; the default")
    which.add_argument("--all", action="store_true", help="those and all mechanical ones")
    which.add_argument("--document", action="store_true", help="write the named ones into docs/")
    which.add_argument("--documented", action="store_true", help="look whether they are there")
    which.add_argument("--self-test", action="store_true", help="test this tool itself")
    parser.add_argument("--skipped", action="store_true", help="list what could not be mutated")
    parser.add_argument(
        "--elsewhere",
        action="store_true",
        help="look for tests that fail with stores on PostgreSQL and in silos, for new mutants",
    )
    parser.add_argument("--survivors", action="store_true", help="only what no test failed for before")
    parser.add_argument(
        "--budget",
        type=float,
        default=math.inf,
        metavar="SECONDS",
        help="give a mutant up when its tests would take longer than this",
    )
    parser.add_argument(
        "--programs",
        type=lambda text: tuple(text.split(",")),
        default=PROGRAMS,
        metavar="NAME,...",
        help="look for tests in these programs only",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("which", nargs="*", metavar="NAME|FILE|NUMBER")
    return parser.parse_args()


def run(arguments: argparse.Namespace) -> int:
    reasons = survivors.load(HERE / "survivors.toml")
    mutation = tree.mutate(ROOT, HERE / "named.toml", WORK / "numbers.json")
    if arguments.skipped:
        for place in mutation.skipped:
            print(f"{place.file}:{place.line}: {place.reason}: {place.text}")
        return 0
    known = {*keys_of(mutation.named), *map(report.key_of, mutation.mechanical)}
    if stale := reasons.keys() - known:
        raise survivors.BadList("survivors.toml names what is not there: " + "; ".join(sorted(stale)))

    killers = Killers()
    if arguments.document or arguments.documented:
        return document(mutation.named, killers, reasons, is_check=arguments.documented)
    chosen = choose(mutation, arguments, killers)
    tree.write_tree(ROOT, WORK / "tree", mutation.texts)
    # What is explained is looked for when it is asked for, or with all.
    is_asked = arguments.all or arguments.which
    spared = [m for m in chosen if not is_asked and report.key_of(m) in reasons]
    cluster_script = ROOT / "tests" / "support" / "postgres_cluster.py"
    programs = Programs(WORK / "build", cluster_script, exhaustive=arguments.all)
    more: list[report.Line] = []
    try:
        asked = [mutant for mutant in chosen if mutant not in spared]
        fates, impossible = hunt(asked, mutation, killers, arguments, programs)
        if not arguments.survivors:
            for store in STORES:
                more += hunt_elsewhere(store, chosen, mutation, killers, arguments, programs, reasons)
    finally:
        programs.close()
    chosen = [mutant for mutant in chosen if mutant.number not in impossible]
    fates |= {mutant.number: Fate(None, "not tried") for mutant in spared}

    skipped = mutation.skipped if arguments.all and not arguments.which else []
    lines = [report.line_of(mutant, fates[mutant.number], reasons) for mutant in chosen] + more
    report.print_table(lines, with_killed=not arguments.all)
    report.write_json(WORK / "report.json", lines, skipped)
    print(f"mutate: {report.summary(lines, skipped)}")
    failed = any(line.is_open for line in lines)
    for line in lines:
        if line.reason and line.fate.killer is not None:
            print(f"survivors.toml explains what {line.fate.killer} kills: {line.key}")
            failed = True
    return 1 if failed else 0


def document(
    mutants: list[Named], killers: "Killers", reasons: dict[str, str], is_check: bool
) -> int:
    """Writes the table of the named mutants into the documentation, or says that it is not there."""
    before, marks, after = DOCUMENT.read_text().partition(DOCUMENT_MARK)
    if not marks:
        sys.exit(f"mutate: {DOCUMENT.name} has no line '{DOCUMENT_MARK.strip()}'")
    lines = [
        report.line_of(
            mutant, Fate(killers.by_key.get(report.key_of(mutant, store)), "never"), reasons, store
        )
        for store in ("", *STORES)
        for mutant in mutants
        if not store or elsewhere.applies(mutant.file, store)
    ]
    text = before + marks + "\n" + report.markdown(lines)
    if not is_check:
        DOCUMENT.write_text(text)
    elif text != before + marks + after:
        print(f"the table in docs/{DOCUMENT.name} is of other mutants: ./dev mutate --document")
        return 1
    return 0


def keys_of(mutants: list[Named]) -> list[str]:
    """With those elsewhere."""
    return [
        report.key_of(mutant, store)
        for store in ("", *STORES)
        for mutant in sorted(mutants, key=report.key_of)
        if not store or elsewhere.applies(mutant.file, store)
    ]


class Killers:
    """Who killed a mutant the last time: that is tried first. Those of the named ones are in the
    tree, so that CI need not look for them."""

    def __init__(self):
        self._own = WORK / "killers.json"
        self.by_key: dict[str, Case] = {}
        for path in (self._own, NAMED_KILLERS):
            if path.exists():
                for key, text in json.loads(path.read_text()).items():
                    self.by_key[key] = Case.parse(text)

    def learn(
        self, mutants: list[Named | Mutant], fates: dict[int, Fate], store: str = ""
    ) -> None:
        for mutant in mutants:
            fate = fates.get(mutant.number)
            if fate is not None and fate.killer is not None:
                self.by_key[report.key_of(mutant, store)] = fate.killer
            elif fate is not None:
                self.by_key.pop(report.key_of(mutant, store), None)

    def save(self, mutation: tree.Mutation) -> None:
        own = [report.key_of(mutant) for mutant in mutation.mechanical]
        for path, keys in ((self._own, sorted(own)), (NAMED_KILLERS, keys_of(mutation.named))):
            kept = {key: str(self.by_key[key]) for key in keys if key in self.by_key}
            text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
            if not path.exists() or path.read_text() != text:
                path.write_text(text)


def choose(mutation: tree.Mutation, arguments: argparse.Namespace, killers: Killers) -> list:
    every: list[Named | Mutant] = list(mutation.named)
    if arguments.all or arguments.which:
        every += mutation.mechanical
    if arguments.survivors:
        every = [mutant for mutant in every if report.key_of(mutant) not in killers.by_key]
    if not arguments.which:
        return every

    def is_meant(mutant: Named | Mutant, what: str) -> bool:
        names = [str(mutant.number), mutant.file, report.key_of(mutant)]
        if isinstance(mutant, Named):
            names.append(mutant.group)
        return what in names or mutant.file.endswith("/" + what)

    for what in arguments.which:
        if not any(is_meant(mutant, what) for mutant in every):
            sys.exit(f"mutate: '{what}' is the name, number or file of no mutant")
    return [m for m in every if any(is_meant(m, what) for what in arguments.which)]


def hunt(
    chosen: list,
    mutation: tree.Mutation,
    killers: Killers,
    arguments: argparse.Namespace,
    programs: Programs,
) -> tuple[dict[int, Fate], frozenset[int]]:
    """What became of each, and which of them are none."""
    jobs = arguments.jobs
    suspects = {m.number: killers.by_key.get(report.key_of(m)) for m in chosen}
    fates: dict[int, Fate] = {}
    impossible: frozenset[int] = frozenset()
    try:
        if all(suspects.values()):
            needed = sorted({case.program for case in suspects.values()})
            build(needed)
            fates = ask_suspects(programs, suspects, jobs)
        left = [mutant for mutant in chosen if mutant.number not in fates]
        if left:
            if fates:
                print("live where they were killed before:", *map(report.key_of, left), flush=True)
            build(arguments.programs)
            highest = max(m.number for m in [*mutation.named, *mutation.mechanical])
            record = coverage.record(programs, arguments.programs, highest, WORK / "coverage.json", jobs)
            impossible = record.impossible
            left = [mutant for mutant in left if mutant.number not in impossible]
            kills = Counter(case for case in killers.by_key.values())
            hunter = Hunter(programs, record.visits, kills, arguments.budget)
            hunt_each(hunter, left, suspects, jobs, fates)
    finally:
        killers.learn(chosen, fates)
        killers.save(mutation)
    return fates, impossible


def hunt_elsewhere(
    store: str,
    chosen: list,
    mutation: tree.Mutation,
    killers: Killers,
    arguments: argparse.Namespace,
    programs: Programs,
    reasons: dict[str, str],
) -> list[report.Line]:
    """The same of those named ones that run with a store there, too. Only with --elsewhere are
    tests looked for that were not known before."""

    def is_spared(mutant: Named) -> bool:
        is_asked = arguments.all or arguments.which
        return not is_asked and report.key_of(mutant, store) in reasons

    meant = [m for m in chosen if isinstance(m, Named) and elsewhere.applies(m.file, store)]
    asked = [mutant for mutant in meant if not is_spared(mutant)]
    suspects = {m.number: killers.by_key.get(report.key_of(m, store)) for m in asked}
    known = {number: case for number, case in suspects.items() if case is not None}
    fates: dict[int, Fate] = {}
    try:
        if known:
            build(sorted({case.program for case in known.values()}))
            fates = ask_suspects(programs, known, arguments.jobs)
        left = [mutant for mutant in asked if mutant.number not in fates]
        if not arguments.elsewhere:
            fates |= {
                mutant.number: Fate(
                    None,
                    "lives where it was killed before"
                    if mutant.number in known
                    else "no test of it is known: ./dev mutate --elsewhere",
                )
                for mutant in left
            }
        elif left:
            build(arguments.programs)
            names = elsewhere.programs_on(programs, store)
            highest = max(m.number for m in [*mutation.named, *mutation.mechanical])
            record = coverage.record(
                programs, names, highest, WORK / "coverage-elsewhere.json", arguments.jobs
            )
            openings = {m.number for m in mutation.mechanical if m.file == elsewhere.OPENER}
            visits = elsewhere.visits_on(programs, store, record, openings)
            kills = Counter(killers.by_key.values())
            near = elsewhere.OWN_PROGRAM[store]
            hunter = Hunter(programs, visits, kills, arguments.budget, near)
            # Who kills it where it is tried first, if that runs there.
            namesakes = {(case.program, case.name): case for case in visits}
            suspects = {}
            for mutant in left:
                first = killers.by_key.get(report.key_of(mutant))
                suspects[mutant.number] = first and namesakes.get((first.program, first.name))
            print(f"hunting {len(left)} on {store}", flush=True)
            hunt_each(hunter, left, suspects, arguments.jobs, fates)
    finally:
        if arguments.elsewhere:
            killers.learn(asked, fates, store)
            killers.save(mutation)
    fates |= {mutant.number: Fate(None, "not tried") for mutant in meant if mutant not in asked}
    return [report.line_of(mutant, fates[mutant.number], reasons, store) for mutant in meant]


def build(names) -> None:
    targets = [f"test_{name}" for name in names]
    tree.build(WORK / "tree", WORK / "build", targets, int(os.environ.get("TENANCY_JOBS", 0)) or os.cpu_count())


def ask_suspects(programs: Programs, suspects: dict[int, Case], jobs: int) -> dict[int, Fate]:
    """Whether who killed each the last time still does, and passes without it."""

    def measure(case: Case) -> tuple[Case, float]:
        began = monotonic()
        outcome = programs.run([case], {}, 600)
        if not outcome.passed:
            raise coverage.TestsFail(f"{case} fails without a mutant:\n{outcome.output[-4000:]}")
        return case, monotonic() - began

    def ask(item: tuple[int, Case]) -> tuple[int, Fate | None]:
        number, case = item
        outcome = programs.run([case], {"TENANCY_MUTANT": str(number)}, patience(seconds[case]))
        how = "time-out" if outcome.timed_out else "fails"
        return number, None if outcome.passed else Fate(case, how)

    with ThreadPoolExecutor(jobs) as pool:
        seconds = dict(pool.map(measure, sorted(set(suspects.values()))))
        return {number: fate for number, fate in pool.map(ask, suspects.items()) if fate}


def hunt_each(
    hunter: Hunter, mutants: list, suspects: dict, jobs: int, fates: dict[int, Fate]
) -> None:
    """Adds to the fates, so that what was found is kept when the rest is given up."""
    began = told = monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        hunts = {
            pool.submit(hunter.hunt, m.number, room_of(m.file), suspects[m.number]): m.number
            for m in mutants
        }
        try:
            for done, hunted in enumerate(as_completed(hunts), 1):
                fates[hunts[hunted]] = hunted.result()
                if monotonic() - told > 30 or done == len(hunts):
                    told = monotonic()
                    living = sum(fate.killer is None for fate in fates.values())
                    spent = told - began
                    print(f"{done} of {len(hunts)}, {living} live ({spent:.0f} s)", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def room_of(file: str) -> str:
    """The program with the tests of a file's room."""
    parts = file.split("/")
    return parts[1] if parts[0] == "src" else parts[2]


if __name__ == "__main__":
    sys.exit(main())
