"""C++ source as tokens: their places, and which brackets belong together.

The sources are formatted by clang-format, which makes of white space what a grammar would have to
tell: `a < b` compares and `a<b>` is a template, `a && b` is a conjunction and `a&& b` a reference.
"""

import re
from dataclasses import dataclass

_PATTERN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<directive>\#(?:\\\n|[^\n])*)
  | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)")
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
  | (?P<character>(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
  | (?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign><=>|->\*|\.\.\.|<<=|>>=|->|::|&&|\|\||==|!=|<=|>=|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|
      \+\+|--|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {")", "]", "}"}


@dataclass(slots=True)
class Token:
    kind: str  # word, number, string, character, sign
    text: str
    start: int
    end: int
    spaced: bool  # white space stands before it
    partner: int | None = None  # of a bracket: the index of the other one
    is_angle: bool = False


class SourceError(Exception):
    """A file that is not as the tool expects it."""


def tokenize(source: str) -> list[Token]:
    """The tokens without comments and preprocessor directives, brackets matched."""
    tokens: list[Token] = []
    at, spaced = 0, True
    while at < len(source):
        match = _PATTERN.match(source, at)
        kind = match.lastgroup
        at = match.end()
        if kind in ("space", "comment", "directive"):
            spaced = True
            continue
        if kind == "mark":
            kind = "raw"
        if kind == "raw":
            kind = "string"
        tokens.append(Token(kind, match.group(), match.start(), match.end(), spaced))
        spaced = False
    _split_double_angles(tokens)
    _match_brackets(tokens)
    return tokens


def _split_double_angles(tokens: list[Token]) -> None:
    """`>>` that closes two lists of template arguments is two tokens already, since no operator
    `>>` is in the pattern; what is an operator is joined again."""
    at = 0
    while at + 1 < len(tokens):
        first, second = tokens[at], tokens[at + 1]
        if first.text == ">" and second.text == ">" and first.spaced and not second.spaced:
            tokens[at : at + 2] = [Token("sign", ">>", first.start, second.end, True)]
        at += 1


def _opens_angle(tokens: list[Token], at: int) -> bool:
    if tokens[at].text != "<" or at == 0:
        return False
    before = tokens[at - 1]
    if before.text == "template":
        return True
    return before.kind == "word" and before.text != "operator" and not tokens[at].spaced


def _match_brackets(tokens: list[Token]) -> None:
    open_ones: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        if token.text in _OPENING or _opens_angle(tokens, at):
            open_ones.append(at)
        elif token.text == ">" and not token.spaced:
            if open_ones and tokens[open_ones[-1]].text == "<":
                _marry(tokens, open_ones.pop(), at)
                token.is_angle = tokens[token.partner].is_angle = True
        elif token.text in _CLOSING:
            while open_ones and tokens[open_ones[-1]].text == "<":
                open_ones.pop()
            if not open_ones or _OPENING[tokens[open_ones[-1]].text] != token.text:
                raise SourceError(f"offset {token.start}: '{token.text}' closes nothing")
            _marry(tokens, open_ones.pop(), at)
    if any(tokens[at].text != "<" for at in open_ones):
        raise SourceError(f"offset {tokens[open_ones[-1]].start}: a bracket is never closed")


def _marry(tokens: list[Token], first: int, second: int) -> None:
    tokens[first].partner = second
    tokens[second].partner = first


def opens(token: Token) -> bool:
    return token.partner is not None and (token.text in _OPENING or token.text == "<")


def closes(token: Token) -> bool:
    return token.partner is not None and not opens(token)


def split_at(tokens: list[Token], first: int, last: int, signs: set[str]) -> list[tuple[int, int]]:
    """The ranges [from, to) between `signs` that stand outside of brackets in [first, last)."""
    parts, begin, at = [], first, first
    while at < last:
        token = tokens[at]
        if opens(token):
            at = token.partner
        elif token.kind == "sign" and token.text in signs:
            parts.append((begin, at))
            begin = at + 1
        at += 1
    parts.append((begin, last))
    return parts


def text_of(source: str, tokens: list[Token], first: int, last: int) -> str:
    """The source of [first, last), white space collapsed and comments left out."""
    words = []
    for at in range(first, last):
        token = tokens[at]
        words.append((" " if token.spaced and at > first else "") + token.text)
    return re.sub(r"\s+", " ", "".join(words)).strip()
