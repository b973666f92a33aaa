#!/usr/bin/env python3
"""A compiler launcher that does not compile the library once more.

An embedder's build compiles the library by the same commands as its own build does, or something is
wrong. This holds the command against the one on record; then the object that the library's own build
made is the result. What is not the library's is compiled.

usage: reuse_object.py BUILD_FOLDER [ccache] COMPILER [ARGUMENTS...]
"""

import json
import os
import pathlib
import shlex
import sys

# Where the two may differ: what only this project's own presets ask for.
OURS = {"-Werror"}
# The folders of the library's objects, with that of its component for PostgreSQL.
OBJECTS = ("tenancy_objects.dir", "tenancy_postgres.dir")


def without_launcher(command: list[str]) -> list[str]:
    return command[1:] if os.path.basename(command[0]) == "ccache" else command


def options(command: list[str], folder: pathlib.Path) -> tuple[list[str], pathlib.Path, str]:
    """What decides on the object; the object; its source."""
    kept = []
    produced = None
    rest = iter(command)
    for part in rest:
        if part in ("-o", "-c", "-MF", "-MT"):
            value = next(rest)
            if part == "-o":
                produced = folder / value
            elif part == "-c":
                source = str((folder / value).resolve())
        elif part not in OURS and part != "-MD":
            kept.append(part)
    return kept, produced, source


def is_same(source: str, other: str) -> bool:
    """Several that are compiled as one are so by a file of the build's own."""
    one, another = pathlib.Path(source), pathlib.Path(other)
    return one == another or (
        one.parent.name == another.parent.name == "Unity"
        and one.name == another.name
        and one.read_bytes() == another.read_bytes())


def main() -> int:
    build = pathlib.Path(sys.argv[1])
    command = sys.argv[2:]
    ours = next((name for name in OBJECTS if any(name in part for part in command)), None)
    if ours is None:
        os.execvp(command[0], command)

    wanted, produced, source = options(without_launcher(command), pathlib.Path.cwd())
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        for entry in json.load(file):
            if ours in entry["command"] and is_same(source, entry["file"]):
                recorded = without_launcher(shlex.split(entry["command"]))
                known, existing, _ = options(recorded, pathlib.Path(entry["directory"]))
                if known == wanted:
                    produced.unlink(missing_ok=True)
                    produced.symlink_to(existing)
                    depfile = command[command.index("-MF") + 1]
                    pathlib.Path(depfile).write_text(f"{produced}:\n", encoding="utf-8")
                    return 0
                print(f"{source} is compiled otherwise than by the library's own build:\n"
                      f"  {shlex.join(wanted)}\n  {shlex.join(known)}")
                return 1
    print(f"{source} is no part of the library's own build")
    return 1


if __name__ == "__main__":
    sys.exit(main())
