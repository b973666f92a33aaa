"""The named mutants: each takes one mechanism of isolation away. `named.toml` lists them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from edits import Edits

_FORMS = ("expression", "statement", "source")
_FIELDS = {"name", "group", "mechanism", "file", "after", "text", "replacement", "form", "when"}


class StaleList(Exception):
    """The list does not fit the sources, or is wrong in itself."""


@dataclass(frozen=True)
class Named:
    number: int
    name: str
    group: str
    mechanism: str
    file: str
    after: str  # What stands somewhere before the text, once in the file.
    text: str
    replacement: str
    form: str
    when: str

    def apply(self, source: str, edits: Edits) -> None:
        anchor = 0
        if self.after:
            if source.count(self.after) != 1:
                raise self._stale(f"'{self.after}' stands there {source.count(self.after)} times")
            anchor = source.index(self.after) + len(self.after)
        start = source.find(self.text, anchor)
        if start < 0:
            raise self._stale(f"'{self.text}' is not there any more")
        if not self.after and source.count(self.text) != 1:
            raise self._stale(f"'{self.text}' is not unique: say after what it comes")
        end = start + len(self.text)
        is_on = f"::tenancy_mutant::is_on({self.number})"
        if self.when:
            is_on = f"({self.when}) && {is_on}"
        if self.form == "expression":
            edits.wrap(start, end, f"({is_on} ? ({self.replacement}) : (", "))")
        elif self.form == "statement":
            edits.wrap(start, end, f"if ({is_on}) {{ {self.replacement} }} else {{ ", " }")
        else:
            edits.replace(start, end, self.replacement.replace("$MUTANT", str(self.number)))

    def _stale(self, why: str) -> StaleList:
        return StaleList(f"named.toml, '{self.name}': in {self.file} {why}")


def load(path: Path, numbers: dict[str, int]) -> list[Named]:
    """`numbers` are those that mutants had before, and gets those of new ones."""
    found, names = [], set()
    next_number = max(numbers.values(), default=0) + 1
    for entry in tomllib.loads(path.read_text()).get("mutant", []):
        name = entry.get("name", "?")
        if unknown := entry.keys() - _FIELDS:
            raise StaleList(f"named.toml, '{name}': unknown fields {', '.join(sorted(unknown))}")
        if missing := {"name", "group", "mechanism", "file", "text", "replacement"} - entry.keys():
            raise StaleList(f"named.toml, '{name}': {', '.join(sorted(missing))} is missing")
        form = entry.get("form", "expression")
        if form not in _FORMS or name in names:
            raise StaleList(f"named.toml, '{name}': stands there twice, or has no known form")
        names.add(name)
        if name not in numbers:
            numbers[name], next_number = next_number, next_number + 1
        found.append(
            Named(
                numbers[name],
                name,
                entry["group"],
                entry["mechanism"],
                entry["file"],
                entry.get("after", ""),
                entry["text"],
                entry["replacement"],
                form,
                entry.get("when", ""),
            )
        )
    return found
