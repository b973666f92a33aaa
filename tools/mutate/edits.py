"""Changes of a text: what is put around ranges of it, nested ones too, and what replaces others."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wrap:
    start: int
    end: int
    before: str
    after: str


@dataclass
class Edits:
    wraps: list[Wrap] = field(default_factory=list)
    replacements: list[tuple[int, int, str]] = field(default_factory=list)

    def wrap(self, start: int, end: int, before: str, after: str) -> None:
        """Of two wraps around the same range the first is the outer one."""
        self.wraps.append(Wrap(start, end, before, after))

    def replace(self, start: int, end: int, text: str) -> None:
        self.replacements.append((start, end, text))

    def replaces(self, start: int, end: int) -> bool:
        """Whether a part of the range is replaced."""
        return any(first < end and start < last for first, last, _ in self.replacements)

    def apply(self, source: str) -> str:
        # What closes at a place comes before what opens there; of those that open the longest comes
        # first, of those that close the one that was opened last.
        events = []
        for order, wrap in enumerate(self.wraps):
            length = wrap.end - wrap.start
            events.append((wrap.start, 1, -length, order, wrap.start, wrap.before))
            events.append((wrap.end, 0, length, -order, wrap.end, wrap.after))
        for start, end, text in self.replacements:
            events.append((start, 2, 0, 0, end, text))
        pieces, at = [], 0
        for start, _, _, _, end, text in sorted(events):
            if start < at:
                raise ValueError(f"changes overlap at offset {start}")
            pieces += [source[at:start], text]
            at = end
        return "".join(pieces) + source[at:]
