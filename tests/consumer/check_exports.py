#!/usr/bin/env python3
"""Checks what the shared library exports against what the public headers declare.

Whatever a public header declares and src/ defines is exported, and nothing else is: nothing private,
nothing of the C++ library or of third parties. The static library is made from the same objects, so
its symbols tell what there is.

usage: check_exports.py STATIC_LIBRARY SHARED_LIBRARY INCLUDE_FOLDER
"""

import pathlib
import re
import subprocess
import sys

# Private, but other libraries stand on it: tenancy::testing and tenancy::postgres.
SHARED_AMONG_LIBRARIES = {f"tenancy::v0::detail::{name}" for name in (
    "sqlite::TemporaryFolder", "sqlite::exceeded_ceiling", "sqlite::query_weight", "Admission",
    "Allowance::take", "CallLimits", "FairTurns", "FairTurns::Turn", "ForkMark", "SessionContext",
    "TenantSlots", "TenantSlots::Slot", "about_time", "arrange_parameters", "check_limits",
    "is_plain_line", "isolation_error", "limit_error", "require_own", "sha256_of", "sql_name",
    "sql_tokens")}

OF_A_TYPE = re.compile(r"^(?:vtable|VTT|typeinfo|typeinfo name) for ")
CLASS = re.compile(r"^(?:class|struct) (?:\[\[\w+\]\] |TENANCY_API )*(\w+)[^;(]*\{", re.M)
FUNCTION = re.compile(r"^[^\s/#}][^;{}()=]*?\b(operator[^\s(]+|\w+)\(", re.M)


def symbols(*command: str) -> set[tuple[str, str]]:
    """Pairs of kind and demangled name."""
    text = subprocess.run(("nm", "-C", "--defined-only") + command, check=True, text=True,
                          capture_output=True).stdout
    found = set()
    for line in text.splitlines():
        parts = line.split(" ", 2)
        if len(parts) == 3 and len(parts[1]) == 1:
            found.add((parts[1], re.sub(r"@@?[\w.]+$", "", parts[2])))
    return found


def declared(include: pathlib.Path) -> set[str]:
    """Qualified names of the classes and functions that public headers name at namespace level."""
    names = set()
    for header in sorted(include.rglob("*.hpp")):
        # Namespaces of one line only announce what is private.
        text = re.sub(r"(?m)^namespace \w+ \{\n.*\n\}$", "", header.read_text(encoding="utf-8"))
        pieces = re.split(r"(?m)^(namespace [^{=]*\{|\}  // namespace.*)$", text)
        inside = []
        for piece in pieces:
            if piece.startswith("namespace "):
                opened = piece.removeprefix("namespace ").rstrip(" {").replace("inline ", "")
                inside.append(opened)
            elif piece.startswith("}  // namespace"):
                inside.pop()
            elif inside:
                prefix = "::".join(inside)
                for pattern in (CLASS, FUNCTION):
                    names.update(f"{prefix}::{name}" for name in pattern.findall(piece))
    return names


def owner(name: str) -> str:
    """The name without what tells overloads, templates and functions' results apart."""
    name = re.sub(r"\[abi:\w+\]", "", OF_A_TYPE.sub("", name))
    if "operator" in name:
        return re.match(r".*?operator[^\w(]*(?:\(\))?", name).group(0)
    return re.split(r"[(<]", name, maxsplit=1)[0]


def is_declared(name: str, names: set[str]) -> bool:
    """Whether it, or a class that it belongs to, is among the names."""
    parts = owner(name).split("::")
    return any("::".join(parts[:length]) in names for length in range(3, len(parts) + 1))


def main() -> int:
    static_library, shared_library, include = sys.argv[1:]
    public = declared(pathlib.Path(include))
    exported = symbols("-D", shared_library)
    exported_names = {name for kind, name in exported if kind != "A"}
    problems = []

    for kind, name in sorted(symbols(static_library), key=lambda pair: pair[1]):
        if kind in "TBDR" and is_declared(name, public) and name not in exported_names:
            problems.append(f"declared in a public header, but not exported: {name}")

    allowed = public | SHARED_AMONG_LIBRARIES
    for name in sorted(exported_names):
        if not owner(name).startswith("tenancy::v0::"):
            problems.append(f"exported, but not the library's own: {name}")
        elif not is_declared(name, allowed):
            problems.append(f"exported, but declared in no public header: {name}")

    if len(exported_names) < 100 or len(public) < 100:
        problems.append(f"too few to be true: {len(exported_names)} exports, {len(public)} names")
    print("\n".join(problems) or f"{len(exported_names)} exports, as the headers declare")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
