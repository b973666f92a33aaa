#!/usr/bin/env python3
"""Checks who includes whom.

A room is a folder of include/tenancy/ (and its mirror in src/). Rooms stand on floors, and a room
includes only from its own floor or below. Public headers include nothing private and no third
party, except where listed here.

usage: check_floors.py [ROOT] | --self-test
"""

import pathlib
import re
import sys
import tempfile

FLOORS = {
    "core": 0,
    "storage": 1,
    "migrate": 2,
    "registry": 2,
    "data": 3,
    "audit": 4,
    "cache": 4,
    "config": 4,
    "identity": 4,
    "memory": 4,
    "provision": 4,
    "quota": 4,
    "vault": 4,
    "webhook": 4,
    # Doubles and contract suites: they may know every room, and no room may know them.
    "testing": 4,
}
TOP = 5  # examples/, and the headers directly under include/tenancy/ except these:
ROOT_HEADERS = {"version.hpp": 0}

# Third-party headers that public headers may include: everywhere, and by file.
THIRD_PARTY_EVERYWHERE = ("boost/outcome/", "boost/outcome.hpp")
THIRD_PARTY_BY_FILE: dict[str, tuple[str, ...]] = {
    "include/tenancy/data/json.hpp": ("nlohmann/json.hpp",),
    "include/tenancy/registry/health_json.hpp": ("nlohmann/json.hpp",),
}

STANDARD = set(
    """
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
    cinttypes climits clocale cmath codecvt compare complex concepts condition_variable coroutine
    csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
    exception execution filesystem format forward_list fstream functional future initializer_list
    iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource
    mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf
    string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version
    """.split()
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(file):
    """Yields (line number, '<' or '"', name) of each include outside block comments."""
    text = re.sub(
        r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), file.read_text(), flags=re.DOTALL
    )
    for number, line in enumerate(text.split("\n"), 1):
        if match := INCLUDE.match(line):
            yield number, match.group(1), match.group(2)


class Place:
    """Where a file stands: its room, its floor, and whether it is public."""

    def __init__(self, root, file):
        parts = file.relative_to(root).parts
        self.public = parts[0] == "include"
        self.error = None
        self.room = None
        self.floor = TOP
        if parts[0] == "examples":
            return
        inner = parts[2:] if self.public else parts[1:]
        if len(inner) > 1:
            self.room = inner[0]
            if self.room in FLOORS:
                self.floor = FLOORS[self.room]
            else:
                self.error = f"'{self.room}' is no room; give it a floor in check_floors.py"
        elif self.public:
            self.floor = ROOT_HEADERS.get(inner[0], TOP)


def resolve(root, file, kind, name):
    """Returns the file of this repository that an include names, or None."""
    candidates = [root / "include" / name]
    if kind == '"' and root / "include" not in file.parents:
        candidates += [file.parent / name, root / "src" / name]
        if root / "examples" in file.parents:
            candidates += [parent / name for parent in file.parents if root in parent.parents]
    elif kind == '"':
        candidates += [file.parent / name]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    return None


def check_include(root, file, place, kind, name):
    """Returns what is wrong with one include, or None."""
    target = resolve(root, file, kind, name)
    if target is None:
        if kind == '"' or name.startswith("tenancy/"):
            return f"no such file in this repository: {name}"
        if not place.public or name in STANDARD:
            return None
        relative = file.relative_to(root).as_posix()
        allowed = THIRD_PARTY_EVERYWHERE + THIRD_PARTY_BY_FILE.get(relative, ())
        if name.startswith(allowed):
            return None
        return f"a public header includes <{name}>, which is neither standard C++ nor allowed here"

    there = Place(root, target)
    if target.is_relative_to(root / "examples"):
        return None if file.is_relative_to(root / "examples") else f"includes an example: {name}"
    if not there.public and place.public:
        return f"a public header includes a private one: {name}"
    if not there.public and file.is_relative_to(root / "examples"):
        return f"an example includes a private header: {name}"
    if there.room == "testing" and place.room != "testing" and place.room is not None:
        return f"only tests include the room 'testing': {name}"
    if there.floor > place.floor:
        own = f"room '{place.room}'" if place.room else "this file"
        return f"{own} is on floor {place.floor} and includes {name} of floor {there.floor}"
    return None


def check(root):
    """Yields 'path:line: message' for each offence."""
    root = root.resolve()
    for folder in ("include/tenancy", "src", "examples"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".hpp", ".cpp") or not file.is_file():
                continue
            relative = file.relative_to(root).as_posix()
            place = Place(root, file)
            if place.error:
                yield f"{relative}:1: {place.error}"
                continue
            for number, kind, name in includes(file):
                if message := check_include(root, file, place, kind, name):
                    yield f"{relative}:{number}: {message}"


def self_test():
    cases = [
        # (file, its text, part of the expected message or None)
        ("include/tenancy/version.hpp", "", None),
        ("include/tenancy/core/a.hpp", '#include <string>\n#include "tenancy/version.hpp"', None),
        ("include/tenancy/core/b.hpp", "#include <boost/outcome/basic_result.hpp>", None),
        ("include/tenancy/storage/s.hpp", '#include "tenancy/core/a.hpp"', None),
        ("include/tenancy/quota/q.hpp", '#include "tenancy/storage/s.hpp"', None),
        ("include/tenancy/tenancy.hpp", '#include "tenancy/quota/q.hpp"', None),
        ("include/tenancy/testing/t.hpp", '#include "tenancy/quota/q.hpp"', None),
        ("src/core/private.hpp", '#include "tenancy/core/a.hpp"', None),
        ("src/storage/sqlite/x.cpp", '#include "core/private.hpp"\n#include <sqlite3.h>', None),
        ("examples/e/main.cpp", '#include "tenancy/tenancy.hpp"\n#include "local.hpp"', None),
        ("examples/e/local.hpp", "#include <boost/asio.hpp>", None),
        ("src/core/commented.cpp", '/* #include "quota/no.hpp" */\n// #include "nothing.hpp"', None),
        ("include/tenancy/core/up.hpp", '\n#include "tenancy/storage/s.hpp"', "floor 0"),
        ("include/tenancy/core/angle.hpp", "#include <tenancy/storage/s.hpp>", "floor 0"),
        ("src/storage/up.cpp", '#include "tenancy/quota/q.hpp"', "floor 1"),
        ("src/core/top.cpp", '#include "tenancy/tenancy.hpp"', "floor 5"),
        ("include/tenancy/cellar/c.hpp", "", "no room"),
        ("src/attic/a.cpp", "", "no room"),
        ("include/tenancy/core/leak.hpp", '#include "core/private.hpp"', "no such file"),
        ("include/tenancy/core/leak2.hpp", '#include "../../../src/core/private.hpp"', "private"),
        ("include/tenancy/core/posix.hpp", "#include <unistd.h>", "<unistd.h>"),
        ("include/tenancy/core/json.hpp", "#include <nlohmann/json.hpp>", "<nlohmann/json.hpp>"),
        ("include/tenancy/quota/test.hpp", '#include "tenancy/testing/t.hpp"', "only tests"),
        ("examples/e/private.cpp", '#include "core/private.hpp"', "private header"),
        ("src/core/gone.cpp", '#include "tenancy/core/gone.hpp"', "no such file"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text, _ in cases:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n")
        found = list(check(root))
    failures = 0
    for name, _, expected in cases:
        messages = [line for line in found if line.startswith(name + ":")]
        good = not messages if expected is None else any(expected in line for line in messages)
        if not good:
            failures += 1
            print(f"self-test: {name}: expected {expected!r}, got {messages}")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[2]
    offences = list(check(root))
    print("".join(offence + "\n" for offence in offences), end="")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
