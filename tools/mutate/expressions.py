"""Where expressions begin and end, which no grammar tells here but the house's formatting."""

from tokens import Token, closes, opens

_STOPS = {";", ",", "?", ":", "=", "+=", "-=", "|=", "&=", "<<"}
_STOP_WORDS = {"return", "co_return", "co_yield", "throw", "case", "else", "do"}
_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}


def is_logical(tokens: list[Token], at: int) -> bool:
    """Not a reference, and not a fold expression."""
    before, after = tokens[at - 1], tokens[at + 1]
    is_fold = "..." in (before.text, after.text)
    return tokens[at].spaced and after.spaced and not is_fold


def end_of_statement(tokens: list[Token], at: int, last: int) -> int:
    while at < last and tokens[at].text != ";":
        at = tokens[at].partner + 1 if opens(tokens[at]) else at + 1
    return min(at + 1, last)


def begin_of_operand(tokens: list[Token], at: int, first: int) -> int:
    """Where the expression begins that ends before `at`."""
    while at > first:
        token = tokens[at - 1]
        if closes(token):
            opening = token.partner
            if token.text == "}" and not is_value(tokens, opening):
                return at
            at = opening
            continue
        if token.text in _STOPS or token.text in _STOP_WORDS or opens(token):
            return at
        at -= 1
    return at


def is_value(tokens: list[Token], brace: int) -> bool:
    """Whether braces hold values and not statements."""
    before = tokens[brace - 1]
    is_name = before.kind == "word" and before.text not in ("else", "do", "try", "const")
    return is_name or before.text in ("(", ",", "return", "{", "=") or before.is_angle


def end_of_operand(tokens: list[Token], at: int, last: int) -> int:
    while at < last:
        token = tokens[at]
        if token.text in _STOPS or closes(token):
            return at
        at = token.partner + 1 if opens(token) else at + 1
    return at


def is_outermost(tokens: list[Token], at: int, begin: int) -> bool:
    i = begin
    while i < at:
        i = tokens[i].partner + 1 if opens(tokens[i]) else i + 1
    return i == at


def begin_of_path(tokens: list[Token], at: int) -> int:
    """Of `a.b().c`, before `c` at `at`."""
    while at > 0:
        before = tokens[at - 1]
        if before.text in (".", "->", "::"):
            at -= 1
        elif before.kind == "word" and tokens[at].text in (".", "->", "::", "("):
            if before.text == "return":
                return at
            at -= 1
        elif before.text == ")" and tokens[at].text in (".", "->"):
            at = before.partner
        else:
            return at
    return at


def is_truth(tokens: list[Token], first: int, last: int) -> bool:
    """Whether an expression is a bool, by its outermost operators."""
    signs = {tokens[first].text} if first < last else set()
    at = first
    while at < last:
        token = tokens[at]
        if token.text in ("[", "{") and at == first:
            return False
        if token.text in ("?", "=", "<<", "<=>"):
            return False
        if token.kind == "sign" and token.partner is None and token.text != "!":
            signs.add(token.text)
        at = token.partner + 1 if opens(token) else at + 1
    return "!" in signs or bool(signs & (_COMPARISONS | {"&&", "||"}))
