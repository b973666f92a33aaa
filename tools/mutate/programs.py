"""The test programs: their test cases, and how one or some of these are run."""

import hashlib
import itertools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, replace
from pathlib import Path

# Those that reach storage/, registry/, data/ and quota/ through the library alone.
PROGRAMS = (
    "data",
    "registry",
    "storage",
    "migrate",
    "contract",
    "core",
    "testing",
    "crossing",
    "quota",
    "hostile",
    "storage_allocations",
    "property",
    "crash",
    "faults",
    "storage_postgres",
    "silo",
    "faults_postgres",
)

# Those whose stores are on a PostgreSQL server, one for all of them: what a mutant keeps from ending
# would leave its own behind.
_ON_POSTGRES = frozenset({"storage_postgres"})

# Where the stores of other programs may be, beside one file of SQLite's: values of TENANCY_TEST_STORE.
STORES = ("postgresql", "sqlite-silo")

# Those that try every place at which a call may fail, and not some, where all mutants are tried: many
# of these are an error that is ignored at one such place. They do so in parts, so that a mutant is
# tried at those places alone that it makes a difference to.
_EXHAUSTIVE = frozenset({"faults"})
_PARTS = 64

_MOST_MEMORY = 8 << 30
_LARGEST_FILE = 1 << 30


@dataclass(frozen=True, order=True)
class Case:
    program: str
    name: str
    part: str = ""  # "3/64" for the fourth of 64 parts, if not the whole case.
    store: str = ""  # One of STORES, if not SQLite's file or what the program chooses.

    @staticmethod
    def of(program: str, label: str) -> "Case":
        in_part = re.fullmatch(r"(.*) \[(\d+/\d+)\]", label)
        return Case(program, in_part[1], in_part[2]) if in_part else Case(program, label)

    @staticmethod
    def parse(text: str) -> "Case":
        """What `str` gave."""
        first, rest = text.split("/", 1)
        if first in STORES:
            return replace(Case.of(*rest.split("/", 1)), store=first)
        return Case.of(first, rest)

    @property
    def label(self) -> str:
        """What tells it from the others of its program."""
        return f"{self.name} [{self.part}]" if self.part else self.name

    def __str__(self) -> str:
        return "/".join(filter(None, (self.store, self.program, self.label)))


@dataclass(frozen=True)
class Outcome:
    passed: bool
    timed_out: bool
    failed_case: str  # The first one, when the program could tell.
    output: str


class Programs:
    """Runs test cases, each time with files of their own in memory where that can be."""

    def __init__(self, folder: Path, cluster_script: Path, exhaustive: bool = False):
        """The script starts and stops a server."""
        self._folder = folder
        self._cluster_script = cluster_script
        self._starting = threading.Lock()
        self._exhaustive = exhaustive
        shared = Path("/dev/shm")
        in_memory = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _LARGEST_FILE
        self._temporary = tempfile.TemporaryDirectory(
            prefix="tenancy-mutate-", dir=shared if in_memory else None, ignore_cleanup_errors=True
        )
        # Some tests act as another user.
        Path(self._temporary.name).chmod(0o755)
        self._numbers = itertools.count()

    def close(self) -> None:
        if self._cluster.exists():
            subprocess.run([self._cluster_script, "stop", self._cluster], check=True)
        self._temporary.cleanup()

    @property
    def _cluster(self) -> Path:
        return Path(self._temporary.name) / "cluster"

    def _start_cluster(self) -> str:
        with self._starting:
            if not self._cluster.exists():
                subprocess.run([self._cluster_script, "start", self._cluster], check=True)
        return str(self._cluster)

    def path(self, program: str) -> Path:
        return self._folder / "bin" / f"test_{program}"

    def fingerprint(self, program: str) -> str:
        form = f" in {_PARTS} parts" if self._is_in_full(program) else ""
        return hashlib.sha256(self.path(program).read_bytes()).hexdigest() + form

    def _is_in_full(self, program: str) -> bool:
        return self._exhaustive and program in _EXHAUSTIVE

    def cases(self, program: str) -> list[Case]:
        names = self._names(program, [])
        if not self._is_in_full(program):
            return [Case(program, name) for name in names]
        parts = [f"{part}/{_PARTS}" for part in range(_PARTS)]
        # A part of each first, so that few of them tell the most.
        return [Case(program, name, part) for part in parts for name in names]

    def cases_on(self, store: str) -> list[Case]:
        """Those that CTest runs once more with their stores there; of programs that are built."""
        listed = subprocess.run(
            ["ctest", "--show-only=json-v1"], cwd=self._folder, stdout=subprocess.PIPE, check=True
        )
        found = []
        for test in json.loads(listed.stdout)["tests"]:
            kind, _, program = test["name"].partition("/")
            if kind == store and program in PROGRAMS and self.path(program).exists():
                names = self._names(program, test["command"][1:])
                found += [Case(program, name, store=store) for name in names]
        return found

    def _names(self, program: str, filters: list[str]) -> list[str]:
        listed = subprocess.run(
            [self.path(program), "--list-test-cases", "--reporters=xml", *filters],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        # The program's own words may stand before the document.
        document = listed.stdout[listed.stdout.index("<?xml") :]
        tree = ElementTree.fromstring(document)
        return sorted({case.get("name") for case in tree.iter("TestCase")})

    def run(self, cases: list[Case], settings: dict[str, str], seconds: float) -> Outcome:
        """Cases of one program, part and store, until one fails."""
        names = ",".join(case.name.replace("\\", "\\\\").replace(",", "\\,") for case in cases)
        folder = Path(self._temporary.name) / str(next(self._numbers))
        folder.mkdir()
        # The same random work each time, so that a mutant's fate does not depend on luck.
        environment = {
            **os.environ,
            "TMPDIR": str(folder),
            "TENANCY_TEST_SEED": "1",
            **settings,
        }
        if cases[0].part:
            environment["TENANCY_TEST_PART"] = cases[0].part
        if cases[0].store:
            environment["TENANCY_TEST_STORE"] = cases[0].store
        if cases[0].program in _ON_POSTGRES or cases[0].store == "postgresql":
            environment["TENANCY_TEST_POSTGRES"] = self._start_cluster()
        process = subprocess.Popen(
            [
                self.path(cases[0].program),
                f"--test-case={names}",
                "--abort-after=1",
                "--no-colors=true",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=_limit,
        )
        timed_out = False
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            timed_out, output = True, b""
        finally:
            _end(process)
        text = output.decode(errors="replace")
        shutil.rmtree(folder, ignore_errors=True)
        passed = not timed_out and process.returncode == 0 and "test cases:  0 |" not in text
        return Outcome(passed, timed_out, "" if passed else _failed_case(text, cases), text)


def patience(usual: float) -> float:
    """The seconds after which tests that usually take so many are taken to hang."""
    return 5 + min(10 * usual, 60 + 3 * usual)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))


def _end(process: subprocess.Popen) -> None:
    """With the processes that the tests started and a mutant kept from being ended."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    process.stdout.close()


def _failed_case(output: str, cases: list[Case]) -> str:
    if len(cases) == 1:
        return cases[0].name
    known = {case.name for case in cases}
    for line in output.splitlines():
        name = line.removeprefix("TEST CASE:").strip()
        if line.startswith("TEST CASE:") and name in known:
            return name
    return ""
