#!/usr/bin/env python3
"""Runs clang-tidy over our source files, several at a time.

A file that was clean is not looked at again until it, a header it includes, its command line,
.clang-tidy or clang-tidy itself changes. What was clean is noted in the user's folder for caches, for
all checkouts of the project.

usage: clang_tidy.py [--jobs N] BUILD_DIR [FILE...] | --self-test
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

FOLDERS = ("src", "tests", "examples", "benchmarks")


class Place:
    """A checkout and its build, whose folders go by other names in other checkouts."""

    def __init__(self, root, build, stamps):
        self.build, self.stamps = build, stamps
        self._names = [(str(build), "@build"), (str(root), "@root")]
        self.digest = functools.lru_cache(maxsize=None)(self._digest)

    def neutral(self, text):
        for name, sign in self._names:
            text = text.replace(name, sign)
        return text

    def real(self, text):
        for name, sign in self._names:
            text = text.replace(sign, name)
        return text

    def _digest(self, path):
        try:
            content = pathlib.Path(path).read_bytes()
        except OSError:
            return "missing"
        for name, sign in self._names:
            content = content.replace(name.encode(), sign.encode())
        return hashlib.sha256(content).hexdigest()

    def fingerprint(self, settings, command, files):
        """The files by their neutral names."""
        lines = [f"{name} {self.digest(self.real(name))}" for name in files]
        text = "\n".join([settings, self.neutral(command), *lines])
        return hashlib.sha256(text.encode()).hexdigest()


def sources_of(file):
    """The sources that a file stands for: itself, or those that CMake wrote into one to compile
    them together."""
    if not file.name.startswith("unity_"):
        return {file}
    return {pathlib.Path(name).resolve() for name in re.findall(r'#include "(.*)"', file.read_text())}


def included_files(entry):
    """All files that a translation unit reads, or None where it does not compile."""
    command = shlex.split(entry["command"])
    if pathlib.Path(command[0]).name == "ccache":
        command = command[1:]
    output = command.index("-o")
    command = command[:output] + command[output + 2 :] + ["-M", "-MT", "x"]
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    rule = done.stdout.replace("\\\n", " ").partition(":")[2]
    # Make escapes spaces in names; shlex understands the same backslash.
    names = shlex.split(rule)
    return sorted({os.path.normpath(os.path.join(entry["directory"], name)) for name in names})


def tidy(entry, place, settings):
    """Returns clang-tidy's complaints about one file; an empty text when there are none."""
    name = place.neutral(entry["file"])
    stamp = place.stamps / hashlib.sha256(name.encode()).hexdigest()
    if stamp.is_file():
        known = json.loads(stamp.read_text())
        if known["key"] == place.fingerprint(settings, entry["command"], known["files"]):
            return ""
    done = subprocess.run(
        ["clang-tidy", "--quiet", "--warnings-as-errors=*", "-p", str(place.build), entry["file"]],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        return done.stdout.strip() or done.stderr.strip() or "clang-tidy failed without a word"
    files = included_files(entry)
    if files is not None:
        names = [place.neutral(file) for file in files]
        key = place.fingerprint(settings, entry["command"], names)
        whole = stamp.with_suffix(f".{os.getpid()}")
        whole.write_text(json.dumps({"key": key, "files": names}))
        whole.replace(stamp)
    return ""


def run(root, build, jobs, stamps, only=()):
    """Prints the complaints about all files; returns how many files have some."""
    entries, sizes = {}, {}
    wanted = {pathlib.Path(name).resolve() for name in only}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"]).resolve()
        ours = {
            source
            for source in sources_of(file)
            if any(source.is_relative_to(root / name) for name in FOLDERS)
        }
        if ours and (not wanted or wanted & ours):
            entries[file] = entry
            sizes[file] = sum(source.stat().st_size for source in ours)
    stamps.mkdir(parents=True, exist_ok=True)
    place = Place(root, build, stamps)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True)
    settings = version.stdout + "".join(
        place.digest(root / folder / ".clang-tidy") for folder in ("", *FOLDERS)
    )

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        # Large files first, so that none is left to run alone at the end.
        order = sorted(entries, key=sizes.get, reverse=True)
        running = {
            pool.submit(tidy, entries[file], place, settings): file for file in order
        }
        for future in concurrent.futures.as_completed(running):
            if complaints := future.result():
                failures += 1
                print(complaints.replace(f"{root}/", ""), flush=True)
    return failures


def self_test():
    """A clean file passes; breaking it, or a header of it, is noticed in spite of the stamps, in this
    checkout and in another one."""
    with tempfile.TemporaryDirectory(prefix="tidy test ") as folder:
        root = pathlib.Path(folder).resolve() / "one"
        stamps = pathlib.Path(folder).resolve() / "stamps"
        source, header, build = root / "src" / "a.cpp", root / "src" / "a.hpp", root / "build"
        source.parent.mkdir(parents=True)
        build.mkdir()
        (root / ".clang-tidy").write_text(
            "Checks: '-*,modernize-use-nullptr'\nHeaderFilterRegex: '.*'\n"
        )
        source.write_text('#include "a.hpp"\n')
        header.write_text("inline int* p() { return nullptr; }\n")
        unity = build / "unity_a.cxx"
        unity.write_text(f'#include "{source}"\n')

        def compile_as(file):
            command = shlex.join(["clang++", "-o", "a.o", "-c", str(file)])
            (build / "compile_commands.json").write_text(
                json.dumps([{"directory": str(build), "file": str(file), "command": command}])
            )

        def failures():
            return run(root, build, 1, stamps)

        def is_asked(where):
            """Whether clang-tidy is asked there, and not a stamp alone."""
            before = os.environ["PATH"]
            tool = where / "clang-tidy"
            tool.write_text('#!/bin/sh\n[ "$1" = --version ] && exec "$REAL" "$@"\nexit 1\n')
            tool.chmod(0o755)
            os.environ |= {"REAL": shutil.which("clang-tidy"), "PATH": f"{where}:{before}"}
            try:
                return run(where, where / "build", 1, stamps) == 1
            finally:
                os.environ["PATH"] = before

        stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
        compile_as(source)
        try:
            results = [failures(), failures()]
            stamped = len(list(stamps.iterdir()))
            other = root.parent / "other"
            shutil.copytree(root, other)
            commands = other / "build" / "compile_commands.json"
            commands.write_text(commands.read_text().replace(str(root), str(other)))
            asked = [is_asked(root), is_asked(other)]
            (other / "src" / "a.hpp").write_text("inline int* p() { return {}; }\n")
            asked += [is_asked(other)]
            header.write_text("inline int* p() { return 0; }\n")
            results += [failures(), failures()]
            header.write_text("inline int* p() { return nullptr; }\n")
            source.write_text('#include "a.hpp"\nint* q() { return 0; }\n')
            results += [failures()]
            compile_as(unity)
            results += [failures()]
        finally:
            sys.stdout.close()
            sys.stdout = stdout
        if results != [0, 0, 1, 1, 1, 1] or stamped != 1 or asked != [False, False, True]:
            print(f"self-test: got {results}, {stamped} stamps and {asked}")
            return 1
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("build", nargs="?", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.build is None:
        parser.error("BUILD_DIR is missing")
    root = pathlib.Path(__file__).resolve().parents[2]
    failures = run(
        root,
        arguments.build.resolve(),
        arguments.jobs,
        pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tenancy-tidy",
        arguments.files,
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
