"""The mutated copy of the project, and its build."""

import filecmp
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from edits import Edits
from named import Named, StaleList, load
from sites import Finder, Mutant, Skipped

# What mechanical mutants are made of.
ROOMS = ("storage", "registry", "data", "quota")
# Files that are left out, and why.
CONSTANT_FILES = {
    "include/tenancy/data/detail/entity_traits.hpp":
        "works when programs are compiled: tests/compile_fail holds it",
}
_COPIED = ("CMakeLists.txt", "cmake", "docs/postgresql.md", "include", "src", "tests")
# Numbers of a file's mutants begin with a multiple of this; those below are of the named ones.
_BLOCK = 1000
_RUNTIME = Path(__file__).resolve().parent / "runtime"


class BuildFailed(Exception):
    pass


def sources_of_rooms(root: Path) -> list[str]:
    found = []
    for room in ROOMS:
        for folder in (f"include/tenancy/{room}", f"src/{room}"):
            found += [
                str(file.relative_to(root))
                for file in (root / folder).rglob("*")
                if file.suffix in (".cpp", ".hpp")
            ]
    return sorted(found)


@dataclass
class Mutation:
    """All mutants, and the files that hold them."""

    named: list[Named]
    mechanical: list[Mutant] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def mutate(root: Path, named_list: Path, numbers: Path) -> Mutation:
    """`numbers` keeps the numbers of mutants, so that a change of one file leaves the others as
    they are."""
    kept = json.loads(numbers.read_text()) if numbers.exists() else {"named": {}, "files": {}}
    blocks = kept["files"]
    named = load(named_list, kept["named"])
    found = Mutation(named)
    in_rooms = set(sources_of_rooms(root))
    for file in sorted(in_rooms | {mutant.file for mutant in named}):
        if not (root / file).exists():
            raise StaleList(f"named.toml names {file}, which is not there")
        source, edits = (root / file).read_text(), Edits()
        for mutant in named:
            if mutant.file == file:
                mutant.apply(source, edits)
        if file in CONSTANT_FILES:
            found.skipped.append(Skipped(file, 1, CONSTANT_FILES[file], ""))
        elif file in in_rooms:
            block = blocks.setdefault(file, _BLOCK * (1 + len(blocks)))
            finder = Finder(file, source, block, edits)
            finder.find()
            if len(finder.mutants) > _BLOCK:
                raise ValueError(f"{file} has more than {_BLOCK} mutants")
            found.mechanical += finder.mutants
            found.skipped += finder.skipped
        found.texts[file] = edits.apply(source)
    numbers.parent.mkdir(parents=True, exist_ok=True)
    numbers.write_text(json.dumps(kept, indent=1))
    return found


def write_tree(root: Path, tree: Path, texts: dict[str, str]) -> None:
    """Writes only what is different, so that little is compiled again."""
    kept = set()
    for name in _COPIED:
        for file in _files_of(root / name):
            relative = str(file.relative_to(root))
            kept.add(relative)
            target = tree / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            if relative in texts:
                _write(target, texts[relative])
            elif relative == "src/CMakeLists.txt":
                runtime = f"target_sources(tenancy_objects PRIVATE \"{_RUNTIME / 'mutant.cpp'}\")\n"
                _write(target, file.read_text() + runtime)
            elif not target.exists() or not filecmp.cmp(file, target, shallow=False):
                shutil.copyfile(file, target)
                target.chmod(file.stat().st_mode)
    for file in _files_of(tree):
        if str(file.relative_to(tree)) not in kept:
            file.unlink()


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file()]


def _write(target: Path, text: str) -> None:
    if not target.exists() or target.read_text() != text:
        target.write_text(text)


def build(tree: Path, folder: Path, targets: list[str], jobs: int) -> None:
    """Unoptimised and without debug information: it is the compiler that takes the time."""
    # The assertions of the standard library find what a mutant reads out of bounds.
    if not (folder / "build.ninja").exists():
        options = {
            "CMAKE_BUILD_TYPE": "Debug",
            "CMAKE_CXX_COMPILER": "clang++",
            "CMAKE_CXX_FLAGS": "-D_GLIBCXX_ASSERTIONS",
            "CMAKE_CXX_FLAGS_DEBUG": "-O0 -g0",
            "CMAKE_EXE_LINKER_FLAGS": "-fuse-ld=lld",
            "CMAKE_PROJECT_INCLUDE": _RUNTIME / "settings.cmake",
            "TENANCY_BUILD_BOTH_KINDS": "OFF",
            "TENANCY_BUILD_COMPILE_FAIL_TESTS": "OFF",
            "TENANCY_BUILD_CONSUMER_TESTS": "OFF",
            "TENANCY_BUILD_EXAMPLES": "OFF",
            "TENANCY_BUILD_TESTS": "ON",
            "TENANCY_INSTALL": "OFF",
            "TENANCY_PRECOMPILED_HEADERS": "ON",
            "TENANCY_UNITY_BUILD": "ON",
        }
        _run(
            ["cmake", "-S", tree, "-B", folder, "-G", "Ninja", "-Wno-dev", "--log-level=NOTICE"]
            + [f"-D{name}={value}" for name, value in options.items()]
        )
    _run(["cmake", "--build", folder, "--parallel", str(jobs), "--target", *targets])


def _run(command: list) -> None:
    if subprocess.run([str(part) for part in command]).returncode != 0:
        raise BuildFailed(f"'{command[0]} {command[1]} …' failed")
