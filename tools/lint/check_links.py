#!/usr/bin/env python3
"""Finds dead relative links and missing anchors in the Markdown files at the root and in docs/.

Links to the web are left alone: whether they work is not ours to decide.

usage: check_links.py [ROOT] | --self-test
"""

import pathlib
import re
import sys
import tempfile
import urllib.parse

FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
HTML_ANCHOR = re.compile(r"<a\s[^>]*(?:id|name)=[\"']([^\"']+)[\"']", re.IGNORECASE)
# [text](target "title") and ![text](<target with spaces>)
INLINE = re.compile(r"\]\(\s*(<[^>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+[\"'(][^)]*)?\s*\)")
# [label]: target
DEFINITION = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*(<[^>]*>|\S+)")
SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:|^//")


def prose(file):
    """Yields (line number, line) outside fenced code, with inline code blanked out."""
    fence = None
    for number, line in enumerate(file.read_text().split("\n"), 1):
        if match := FENCE.match(line):
            mark = match.group(1)
            if fence is None:
                fence = mark
            elif mark[0] == fence[0] and len(mark) >= len(fence):
                fence = None
            continue
        if fence is None:
            yield number, line


def without_code(line):
    return re.sub(r"(`+)(.+?)\1", "", line)


def anchors(file):
    """The anchors GitHub gives to a file's headings, and those written as HTML."""
    seen: dict[str, int] = {}
    result = set()
    for _, line in prose(file):
        result.update(HTML_ANCHOR.findall(line))
        if match := HEADING.match(line):
            text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1))
            slug = re.sub(r"[^\w\- ]", "", text.replace("`", "").lower()).replace(" ", "-")
            count = seen.get(slug, 0)
            seen[slug] = count + 1
            result.add(slug if count == 0 else f"{slug}-{count}")
    return result


def links(file):
    for number, line in prose(file):
        line = without_code(line)
        for match in INLINE.finditer(line):
            yield number, match.group(1).strip("<>")
        if match := DEFINITION.match(line):
            yield number, match.group(1).strip("<>")


def check_link(root, file, link):
    """Returns what is wrong with a link, or None."""
    if SCHEME.match(link):
        return None
    path, _, anchor = link.partition("#")
    path = urllib.parse.unquote(path.partition("?")[0])
    if path.startswith("/"):
        target = root / path.lstrip("/")
    else:
        target = file.parent / path if path else file
    target = target.resolve()
    if not target.is_relative_to(root):
        return f"link leaves the repository: {link}"
    if not target.exists():
        return f"dead link: {link}"
    if anchor and target.suffix == ".md":
        if urllib.parse.unquote(anchor) not in anchors(target):
            return f"no such heading: {link}"
    return None


def check(root):
    """Yields 'path:line: message' for each dead link."""
    root = root.resolve()
    for file in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        for number, link in links(file):
            if message := check_link(root, file, link):
                yield f"{file.relative_to(root).as_posix()}:{number}: {message}"


def self_test():
    text = """# Read me
## What `code` is, and isn't
## Twice
## Twice
<a id="by-hand"></a>
"""
    # (line of Markdown, part of the expected message or None)
    cases = [
        ("[a](docs/other.md)", None),
        ("[a](docs/other.md#a-heading)", None),
        ("[a](#what-code-is-and-isnt)", None),
        ("[a](#twice-1) and [b](#by-hand)", None),
        ("[a](docs/) ![b](<docs/with space.txt> \"title\")", None),
        ("[a](docs/with%20space.txt)", None),
        ("[a](https://example.com/nowhere) [b](mailto:a@example.com)", None),
        ("`[a](nowhere.md)`", None),
        ("[a]: docs/other.md", None),
        ("[a](nowhere.md)", "dead link"),
        ("[fine](docs/) and [a](docs/nowhere.md)", "dead link"),
        ("![a](nowhere.png)", "dead link"),
        ("[a](#no-such)", "no such heading"),
        ("[a](#twice-2)", "no such heading"),
        ("[a](docs/other.md#no-such)", "no such heading"),
        ("[a](../outside.md)", "leaves the repository"),
        ("[a]: nowhere.md", "dead link"),
    ]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "root"
        (root / "docs").mkdir(parents=True)
        (root / "docs" / "with space.txt").write_text("")
        fenced = "```\n[a](nowhere.md)\n# Not a heading\n```\n"
        (root / "docs" / "other.md").write_text("# A heading\n" + fenced + "[up](../README.md)\n")
        for line, expected in cases:
            (root / "README.md").write_text(text + line + "\n")
            found = list(check(root))
            prefix = f"README.md:{text.count(chr(10)) + 1}: "
            good = (
                not found
                if expected is None
                else len(found) == 1 and found[0].startswith(prefix) and expected in found[0]
            )
            if not good:
                failures += 1
                print(f"self-test: {line}: expected {expected!r}, got {found}")
        (root / "README.md").write_text(text)
        (root / "docs" / "other.md").write_text("[a](nowhere.md)\n")
        if len(list(check(root))) != 1:
            failures += 1
            print("self-test: a dead link in docs/ is not found")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[2]
    dead = list(check(root))
    print("".join(line + "\n" for line in dead), end="")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
