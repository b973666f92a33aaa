"""Finds what can be mutated in a file, and how the mutated text differs.

Each place is changed once, by a call that decides at run time what it gives back: the header
`runtime/mutant.hpp` has the functions.
"""

import re
from dataclasses import dataclass

from edits import Edits
from expressions import (
    begin_of_operand,
    begin_of_path,
    end_of_operand,
    end_of_statement,
    is_logical,
    is_outermost,
    is_truth,
)
from functions import Function, find_functions
from tokens import opens, split_at, text_of, tokenize

# kind: what the mutant does
KINDS = {
    "negated": "the condition is negated",
    "true": "the condition always holds",
    "false": "the condition never holds",
    "dropped": "this operand of the condition is left out",
    "ignored": "the error is ignored",
    "any tenant": "the SQL does not ask for the tenant",
    "other tenant": "another tenant's number is used",
}

_TENANT_PREDICATE = re.compile(r"(?:\b\w+\.)?\btenant_id = (?P<with>\?\d+|\w+\.tenant_id\b)")
_UNEVALUATED = {"static_assert", "noexcept", "requires", "decltype", "sizeof", "alignof", "typeid"}


@dataclass(frozen=True)
class Mutant:
    number: int
    kind: str
    file: str
    line: int
    function: str
    text: str
    key: str


@dataclass(frozen=True)
class Skipped:
    file: str
    line: int
    reason: str
    text: str


class Finder:
    """Of one file. The numbers of its mutants begin with `first_number`."""

    def __init__(self, file: str, source: str, first_number: int, edits: Edits):
        self.file, self.source = file, source
        self.tokens = tokenize(source)
        self.next_number = first_number
        self.edits = edits
        self.mutants: list[Mutant] = []
        self.skipped: list[Skipped] = []
        self._keys: dict[str, int] = {}
        self._done: set[int] = set()  # Logical operators that belong to a chain that was met.
        self._function = Function("", 0, 0, False)

    def find(self) -> None:
        functions = find_functions(self.tokens)
        at = 0
        for function in functions:
            self._look_outside(at, function.first)
            self._function = function
            self._look_inside(function.first, function.last)
            at = function.last
        self._look_outside(at, len(self.tokens))

    # --- bookkeeping ------------------------------------------------------------------------------

    def _line(self, at: int) -> int:
        return self.source.count("\n", 0, self.tokens[at].start) + 1

    def _text(self, first: int, last: int) -> str:
        return text_of(self.source, self.tokens, first, last)

    def _add(self, kinds: list[str], first: int, last: int) -> int:
        number = self.next_number
        text = self._text(first, last)
        for kind in kinds:
            key = f"{self.file} | {self._function.name} | {text} | {kind}"
            self._keys[key] = self._keys.get(key, 0) + 1
            if self._keys[key] > 1:
                key += f" | {self._keys[key]}"
            name = self._function.name
            line = self._line(first)
            self.mutants.append(
                Mutant(self.next_number, kind, self.file, line, name, text, key)
            )
            self.next_number += 1
        return number

    def _skip(self, reason: str, first: int, last: int) -> None:
        self.skipped.append(Skipped(self.file, self._line(first), reason, self._text(first, last)))

    def _wrap(self, first: int, last: int, before: str, after: str) -> None:
        self.edits.wrap(self.tokens[first].start, self.tokens[last - 1].end, before, after)

    # --- outside of functions ---------------------------------------------------------------------

    def _look_outside(self, first: int, last: int) -> None:
        """Texts of statements, which stand in variables."""
        self._function = Function("", 0, 0, False)
        at = first
        while at < last:
            token = self.tokens[at]
            if token.kind == "string":
                at = self._string_run(at, first, last)
                continue
            if token.text == "?" or (token.text in ("&&", "||") and is_logical(self.tokens, at)):
                self._skip("outside of functions", at, at + 1)
            at += 1

    def _string_run(self, at: int, first: int, last: int) -> int:
        """Adjacent string literals, macros between them included; returns what follows."""
        begin = end = at
        while begin > first and self._is_text(begin - 1):
            begin -= 1
        while end < last and self._is_text(end):
            end += 1
        run = self.source[self.tokens[begin].start : self.tokens[end - 1].end]
        if not _TENANT_PREDICATE.search(run):
            return end
        constant = self._constant_before(begin)
        if self.edits.replaces(self.tokens[begin].start, self.tokens[end - 1].end):
            self._skip("a text that a named mutant changes", begin, end)
            return end
        if self._function.is_constant:
            self._skip("a text written by a constant expression", begin, end)
            return end
        if constant is not None:
            token = self.tokens[constant]
            self.edits.replace(token.start, token.end, "const")
        # A parameter stays, so that the others keep their numbers.
        matches = list(_TENANT_PREDICATE.finditer(run))
        before = ""
        for match in matches:
            what = match["with"]
            changed = f"{run[: match.start()]}{what} = {what}{run[match.end() :]}"
            number = self._add(["any tenant"], begin, end)
            before += f"::tenancy_mutant::text({number}, {changed}, "
        self._wrap(begin, end, before, ")" * len(matches))
        return end

    def _is_text(self, at: int) -> bool:
        token = self.tokens[at]
        return token.kind == "string" or (token.kind == "word" and token.text.isupper())

    def _constant_before(self, at: int) -> int | None:
        """`constexpr` of the variable that the text initialises."""
        while at > 0:
            at -= 1
            token = self.tokens[at]
            if token.text in (";", "}"):
                return None
            if token.text == "constexpr":
                return at
        return None

    # --- inside of functions ----------------------------------------------------------------------

    def _look_inside(self, first: int, last: int) -> None:
        at = first
        while at < last:
            at = self._look_at(at, first, last)

    def _look_at(self, at: int, first: int, last: int) -> int:
        """Returns where to go on."""
        tokens, token = self.tokens, self.tokens[at]
        following = tokens[at + 1].text if at + 1 < last else ""
        if token.kind == "string":
            return self._string_run(at, first, last)
        if token.text == "<" and opens(token):
            return token.partner + 1
        if token.text == "if" and following == "constexpr":
            self._skip("if constexpr", at, tokens[at + 2].partner + 1)
            return tokens[at + 2].partner + 1
        if token.text in _UNEVALUATED and following == "(":
            return tokens[at + 1].partner + 1
        if token.text == "TENANCY_ASSERT":
            self._skip("an assertion", at, tokens[at + 1].partner + 1)
            return tokens[at + 1].partner + 1
        if token.text == "constexpr":
            end = end_of_statement(self.tokens, at, last)
            self._skip("a constant", at, end)
            return end
        if token.text == "if":
            self._test(at + 1, ["negated", "true", "false"])
        elif token.text in ("while", "for"):
            self._loop(at + 1)
        elif token.text == "return":
            self._truth(at + 1, end_of_statement(self.tokens, at, last) - 1)
        elif token.text == "bool" and following.isidentifier() and tokens[at + 2].text in "={":
            self._flag(at, last)
        elif token.text == "BOOST_OUTCOME_TRY":
            self._try(at + 1)
        elif token.text == "?":
            self._choice(at, first)
        elif token.text in ("&&", "||") and at not in self._done and is_logical(self.tokens, at):
            self._chain(at, first, last)
        elif token.text in ("bind_tenant", "tenant_value", "value"):
            self._tenant(at)
        return at + 1

    def _condition(self, first: int, last: int, kinds: list[str], call: str) -> None:
        number = self._add(kinds, first, last)
        self._wrap(first, last, f"::tenancy_mutant::{call}({number}, static_cast<bool>(", "))")

    def _test(self, parenthesis: int, kinds: list[str]) -> None:
        """The parentheses of an if or a while."""
        first, last = parenthesis + 1, self.tokens[parenthesis].partner
        call = "condition" if len(kinds) == 3 else "loop"
        parts = split_at(self.tokens, first, last, {";"})
        first, last = parts[-1]
        declared = split_at(self.tokens, first, last, {"="})
        if len(declared) == 1:
            self._condition(first, last, kinds, call)
        elif len(parts) == 1 and call == "condition":
            # What is declared is also what is asked.
            name = self.tokens[declared[0][1] - 1].text
            number = self._add(kinds, first, last)
            test = f"; ::tenancy_mutant::{call}({number}, static_cast<bool>({name}))"
            self._wrap(first, last, "", test)
        else:
            self._skip("a declaration is the condition of a loop", first, last)

    def _loop(self, parenthesis: int) -> None:
        # A condition that always holds seldom differs from a negated one but in the time it takes.
        kinds = ["negated", "false"]
        if self.tokens[parenthesis - 1].text == "while":
            if self.tokens[parenthesis + 1].text != "true":
                self._test(parenthesis, kinds)
            return
        last = self.tokens[parenthesis].partner
        parts = split_at(self.tokens, parenthesis + 1, last, {";"})
        if len(parts) == 3 and parts[1][0] < parts[1][1]:
            self._condition(*parts[1], kinds, "loop")

    def _truth(self, first: int, last: int) -> None:
        if is_truth(self.tokens, first, last):
            number = self._add(["negated"], first, last)
            self._wrap(first, last, f"::tenancy_mutant::truth<{number}>(", ")")

    def _flag(self, at: int, last: int) -> None:
        """`bool name = …;`"""
        begin = at + 3
        end = self.tokens[at + 2].partner if self.tokens[at + 2].text == "{" else (
            end_of_statement(self.tokens, at, last) - 1
        )
        self._truth(begin, end)

    def _try(self, parenthesis: int) -> None:
        last = self.tokens[parenthesis].partner
        parts = split_at(self.tokens, parenthesis + 1, last, {","})
        first = parts[1][0] if len(parts) > 1 else parts[0][0]
        number = self._add(["ignored"], first, last)
        self._wrap(first, last, f"::tenancy_mutant::ignored<{number}>(", ")")

    def _choice(self, question: int, first: int) -> None:
        begin = begin_of_operand(self.tokens, question, first)
        self._condition(begin, question, ["negated"], "condition_only_negated")

    def _chain(self, at: int, first: int, last: int) -> None:
        """The operands of `a && b || c`, each of which is dropped once."""
        begin, end = begin_of_operand(self.tokens, at, first), end_of_operand(self.tokens, at, last)
        for i in range(begin, end):
            if self.tokens[i].text in ("&&", "||") and is_outermost(self.tokens, i, begin):
                self._done.add(i)
        alternatives = split_at(self.tokens, begin, end, {"||"})
        for low, high in alternatives:
            if len(alternatives) > 1:
                self._condition(low, high, ["dropped"], "alternative")
            conjuncts = split_at(self.tokens, low, high, {"&&"})
            for inner in conjuncts if len(conjuncts) > 1 else []:
                self._condition(*inner, ["dropped"], "conjunct")

    def _tenant(self, at: int) -> None:
        """`bind_tenant(…)`, `tenant_value()`, `tenant().value()`, `tenant.value()`."""
        tokens, token = self.tokens, self.tokens[at]
        if at + 1 >= len(tokens) or tokens[at + 1].text != "(":
            return
        end = tokens[at + 1].partner + 1
        if token.text == "bind_tenant" and end - at > 3:
            begin, end = at + 2, end - 1
            if tokens[begin].text == "tenant_value":
                return  # Which is met by itself.
        elif token.text == "bind_tenant" or end - at > 3:
            return
        else:
            begin = begin_of_path(self.tokens, at)
            if token.text == "value" and "tenant" not in self._text(begin, at):
                return
        if self._is_declared(begin):
            return
        number = self._add(["other tenant"], begin, end)
        self._wrap(begin, end, f"::tenancy_mutant::other_tenant({number}, ", ")")

    def _is_declared(self, at: int) -> bool:
        before = self.tokens[at - 1]
        return before.kind == "word" and before.text not in ("return", "co_return")
