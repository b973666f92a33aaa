"""What became of the mutants: for people, for documentation, for programs."""

import json
from dataclasses import dataclass
from pathlib import Path

from hunt import Fate
from named import Named
from sites import KINDS, Mutant, Skipped


@dataclass(frozen=True)
class Line:
    number: int
    key: str
    name: str
    mechanism: str
    file: str
    fate: Fate
    reason: str  # Of one that lives, when it is explained.
    store: str = ""  # Where it was tried, if not where it is tried first.

    @property
    def is_open(self) -> bool:
        return self.fate.killer is None and not self.reason


def line_of(
    mutant: Named | Mutant, fate: Fate, reasons: dict[str, str], store: str = ""
) -> Line:
    key = key_of(mutant, store)
    reason = reasons.get(key, "")
    if isinstance(mutant, Named):
        name = f"{mutant.group}: {mutant.name}"
        return Line(mutant.number, key, name, mutant.mechanism, mutant.file, fate, reason, store)
    name = f"{mutant.file}:{mutant.line} {mutant.function}"
    what = f"{KINDS[mutant.kind]}: {mutant.text}"
    return Line(mutant.number, key, name, what, mutant.file, fate, reason)


def key_of(mutant: Named | Mutant, store: str = "") -> str:
    key = mutant.name if isinstance(mutant, Named) else mutant.key
    return f"{store}: {key}" if store else key


def print_table(lines: list[Line], with_killed: bool) -> None:
    for line in lines:
        where = f"{line.store}: " if line.store else ""
        if line.fate.killer is not None:
            if with_killed:
                late = " (time-out)" if line.fate.how == "time-out" else ""
                print(f"killed    {where}{line.name}: {line.mechanism}\n          by {line.fate.killer}{late}")
        elif line.reason:
            if with_killed:
                print(f"explained {where}{line.name}: {line.mechanism}\n          {line.reason}")
        else:
            print(f"SURVIVED  {where}{line.name}: {line.mechanism}")
            print(f"          {line.fate.how}; TENANCY_MUTANT={line.number}\n          {line.key}")


def summary(lines: list[Line], skipped: list[Skipped]) -> str:
    def text_of(members: list[Line]) -> str:
        killed = sum(line.fate.killer is not None for line in members)
        explained = sum(line.fate.killer is None and bool(line.reason) for line in members)
        left = sum(line.is_open for line in members)
        return f"{len(members)} mutants: {killed} killed, {explained} explained, {left} unexplained"

    text = text_of([line for line in lines if not line.store])
    for store in sorted({line.store for line in lines if line.store}):
        text += f"; on {store} {text_of([line for line in lines if line.store == store])}"
    return f"{text}; {len(skipped)} places skipped" if skipped else text


def write_json(path: Path, lines: list[Line], skipped: list[Skipped]) -> None:
    content = {
        "summary": summary(lines, skipped),
        "mutants": [
            {
                "number": line.number,
                "store": line.store or None,
                "key": line.key,
                "name": line.name,
                "what": line.mechanism,
                "killed_by": str(line.fate.killer) if line.fate.killer else None,
                "how": line.fate.how,
                "reason": line.reason or None,
            }
            for line in lines
        ],
        "skipped": [vars(place) for place in skipped],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


def markdown(lines: list[Line]) -> str:
    """Of the named mutants, a table for each group."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if not line.store:
            groups.setdefault(line.name.split(": ")[0], []).append(line)
    text = []
    for group, members in groups.items():
        text.append(f"**{group[0].upper()}{group[1:]}**\n\n| without | a test fails |\n|---|---|")
        for line in members:
            killer = f"`{line.fate.killer}`" if line.fate.killer else f"none: {line.reason}"
            text.append(f"| {line.mechanism} | {killer} |".replace("\n", " "))
        text.append("")
    for store in sorted({line.store for line in lines if line.store}):
        members = [line for line in lines if line.store == store]
        killed = sum(line.fate.killer is not None for line in members)
        explained = [line for line in members if line.fate.killer is None and line.reason]
        text.append(
            f"Of the {len(members)} mutants in what `{store}` shares with other backends, tests with "
            f"stores there fail for {killed}; for {len(members) - killed - len(explained)} none is known yet"
            + (", and for these none does:\n\n| without | why no test fails |\n|---|---|" if explained else ".")
        )
        text += [f"| {line.mechanism} | {line.reason} |".replace("\n", " ") for line in explained]
        text.append("")
    return "\n".join(text)
