#!/usr/bin/env python3
"""Runs clang-tidy over our source files, several at a time.

A file that was clean is not looked at again until it, a header it includes, its command line,
.clang-tidy or clang-tidy itself changes. With --once nothing is remembered for a next time, which
saves a run of the preprocessor on each file.

usage: clang_tidy.py [--jobs N] [--once] BUILD_DIR [FILE...] | --self-test
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
import subprocess
import sys
import tempfile

FOLDERS = ("src", "tests", "examples", "benchmarks")


@functools.lru_cache(maxsize=None)
def digest(path):
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    except OSError:
        return "missing"


def fingerprint(settings, command, files):
    text = "\n".join([settings, command, *(f"{name} {digest(name)}" for name in files)])
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


def tidy(entry, build, stamps, settings, remember):
    """Returns clang-tidy's complaints about one file; an empty text when there are none."""
    stamp = stamps / hashlib.sha256(entry["file"].encode()).hexdigest()
    if stamp.is_file():
        known = json.loads(stamp.read_text())
        if known["key"] == fingerprint(settings, entry["command"], known["files"]):
            return ""
    done = subprocess.run(
        ["clang-tidy", "--quiet", "--warnings-as-errors=*", "-p", str(build), entry["file"]],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        return done.stdout.strip() or done.stderr.strip() or "clang-tidy failed without a word"
    files = included_files(entry) if remember else None
    if files is not None:
        key = fingerprint(settings, entry["command"], files)
        stamp.write_text(json.dumps({"key": key, "files": files}))
    return ""


def run(root, build, jobs, only=(), remember=True):
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
    stamps = build / "tidy"
    stamps.mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True)
    settings = version.stdout + "".join(
        digest(root / folder / ".clang-tidy") for folder in ("", *FOLDERS)
    )

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        # Large files first, so that none is left to run alone at the end.
        order = sorted(entries, key=sizes.get, reverse=True)
        running = {
            pool.submit(tidy, entries[file], build, stamps, settings, remember): file
            for file in order
        }
        for future in concurrent.futures.as_completed(running):
            if complaints := future.result():
                failures += 1
                print(complaints.replace(f"{root}/", ""), flush=True)
    return failures


def self_test():
    """A clean file passes; breaking it, or a header of it, is noticed in spite of the stamps."""
    with tempfile.TemporaryDirectory(prefix="tidy test ") as folder:
        root = pathlib.Path(folder).resolve()
        source, header, build = root / "src" / "a.cpp", root / "src" / "a.hpp", root / "build"
        source.parent.mkdir()
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
            digest.cache_clear()
            return run(root, build, 1)

        stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
        compile_as(source)
        try:
            results = [failures(), failures()]
            stamped = len(list((build / "tidy").iterdir()))
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
        if results != [0, 0, 1, 1, 1, 1] or stamped != 1:
            print(f"self-test: got {results} and {stamped} stamps")
            return 1
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument(
        "--once", action="store_true", help="do not find out what clean files depend on"
    )
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
        arguments.files,
        remember=not arguments.once,
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
