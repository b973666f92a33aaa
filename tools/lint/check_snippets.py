#!/usr/bin/env python3
"""Checks that every ```cpp block of the documentation stands, line for line, in a compiled file.

A block is looked for as consecutive lines, up to a common indentation, in the .cpp and .hpp files
of examples/ and tests/.

usage: check_snippets.py [ROOT] | --self-test
"""

import pathlib
import sys
import tempfile
import textwrap


def blocks(file):
    """Yields (line number, lines) of each ```cpp block."""
    start, lines = None, []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if start is None and line.strip() == "```cpp":
            start, lines = number, []
        elif start is not None and line.strip() == "```":
            yield start, textwrap.dedent("\n".join(lines)).splitlines()
            start = None
        elif start is not None:
            lines.append(line)


def contains(source, block):
    """Whether the block's lines follow one another in the source, indented alike."""
    for begin in range(len(source) - len(block) + 1):
        window = "\n".join(source[begin : begin + len(block)])
        if textwrap.dedent(window).splitlines() == block:
            return True
    return False


def check(root):
    documents = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md")]
    sources = [
        file.read_text().splitlines()
        for folder in ("examples", "tests")
        for pattern in ("**/*.cpp", "**/*.hpp")
        for file in (root / folder).glob(pattern)
    ]
    complaints = []
    for document in sorted(documents):
        for line, block in blocks(document):
            if not block or not any(contains(source, block) for source in sources):
                path = document.relative_to(root)
                complaints.append(f"{path}:{line}: this block is in no file that is compiled")
    return complaints


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "examples").mkdir()
        (root / "examples/a.cpp").write_text("int f() {\n  return 1;\n}\n")
        readme = root / "README.md"
        readme.write_text("```cpp\nint f() {\n  return 1;\n}\n```\n\n```cpp\nreturn 1;\n```\n")
        assert check(root) == [], check(root)
        readme.write_text("x\n```cpp\nint f() {\n  return 2;\n}\n```\n")
        assert check(root) == ["README.md:2: this block is in no file that is compiled"]
        readme.write_text("```cpp\n```\n")
        assert len(check(root)) == 1
    print("check_snippets: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints = check(root)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
