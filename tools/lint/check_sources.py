#!/usr/bin/env python3
"""Checks that everything is built: a source file that no list names is a test that never runs.

Each .cpp file under src/, tests/, examples/ and benchmarks/ must be named by a CMakeLists.txt, and
each header under include/tenancy/ by one under src/, as a path from the folder that mirrors it.

usage: check_sources.py [ROOT] | --self-test
"""

import pathlib
import posixpath
import re
import sys
import tempfile

FOLDERS = ("benchmarks", "examples", "src", "tests")
LISTS = "CMakeLists.txt"
WORD = re.compile(r'[^\s()";]+')


def words(file):
    """The words of a CMake file, without its comments."""
    return WORD.findall(re.sub(r"#.*", "", file.read_text()))


def named_files(root):
    """The files that the lists name, as paths from the root."""
    lists = [file for name in FOLDERS for file in root.glob(f"{name}/**/{LISTS}")]
    named = set()
    for file in lists + list(root.glob("cmake/*.cmake")):
        here = file.parent.relative_to(root).as_posix()
        mirror = re.sub(r"^src\b", "include/tenancy", here)
        for word in words(file):
            word = word.replace("${PROJECT_SOURCE_DIR}", "/")
            named.update(posixpath.normpath(f"{folder}/{word}") for folder in (here, mirror))
            if word.startswith("//"):
                named.add(posixpath.normpath(word[2:]))
    return named


def problems(root):
    named = named_files(root)
    wanted = [file for name in FOLDERS for file in sorted(root.glob(f"{name}/**/*.cpp"))]
    wanted += sorted(root.glob("include/tenancy/**/*.hpp"))
    paths = (file.relative_to(root).as_posix() for file in wanted)
    return [f"{path}: no {LISTS} names it, so it is not built" for path in paths if path not in named]


def self_test():
    def write(path, text=""):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        write(root / "src" / LISTS, "set(headers\n  core/a.hpp)\nadd_library(x core/a.cpp)\n")
        write(root / "src/core/a.cpp")
        write(root / "include/tenancy/core/a.hpp")
        write(root / "tests" / LISTS, "add_test(one unit/a_test.cpp\n  # unit/b_test.cpp\n)\n")
        write(root / "tests/unit/a_test.cpp")
        write(root / "tests/main.cpp")
        write(root / "tests/support/c.cpp")
        write(root / "tests/e2e" / LISTS, "add_test(two ../support/c.cpp)\n")
        write(root / "cmake/Test.cmake", 'add_library(main "${PROJECT_SOURCE_DIR}/tests/main.cpp")\n')
        assert problems(root) == [], problems(root)
        write(root / "tests/unit/b_test.cpp")
        write(root / "tests/unit/core/a_test.cpp")
        write(root / "include/tenancy/core/b.hpp")
        found = [line.split(":")[0] for line in problems(root)]
        expected = ["tests/unit/b_test.cpp", "tests/unit/core/a_test.cpp", "include/tenancy/core/b.hpp"]
        assert found == expected, found
    print("check_sources.py: the self-test passed")


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = problems(pathlib.Path(arguments[0] if arguments else ".").resolve())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
