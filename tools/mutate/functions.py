"""Where a file's functions are: their names and bodies, as ranges of tokens."""

from dataclasses import dataclass

from tokens import Token, closes, opens

_TYPE_WORDS = {"class", "struct", "union"}
_NOT_NAMES = {"alignas", "decltype", "noexcept", "explicit", "requires", "if", "__attribute__"}


@dataclass(frozen=True)
class Function:
    name: str
    first: int  # of the body, behind its brace
    last: int  # its closing brace
    is_constant: bool  # constexpr or consteval


def find_functions(tokens: list[Token]) -> list[Function]:
    found: list[Function] = []
    _scan_scope(tokens, 0, len(tokens), [], found)
    return found


def _scan_scope(tokens, first, last, names, found) -> None:
    """Of a namespace or a class."""
    header = at = first
    while at < last:
        token = tokens[at]
        if token.text == ";" or (
            token.text == ":" and tokens[at - 1].text in ("public", "private", "protected")
        ):
            header = at + 1
        elif token.text == "{":
            end = token.partner
            outside = _outside_brackets(tokens, header, at)
            words = [tokens[i].text for i in outside]
            if "namespace" in words:
                _scan_scope(tokens, at + 1, end, names, found)
                header = end + 1
            elif "enum" in words or "concept" in words:
                header = end + 1
            elif "(" not in words:
                if _TYPE_WORDS & set(words) and "=" not in words:
                    inner = [*names, _type_name(tokens, outside)]
                    _scan_scope(tokens, at + 1, end, inner, found)
                    header = end + 1
                # Else it initialises something, and the header goes on.
            elif "=" in words[: words.index("(")] and "operator" not in words:
                pass  # A variable that a call or lambda initialises.
            elif _is_member_initialiser(tokens, outside, at):
                pass
            else:
                name = "::".join([*names, _function_name(tokens, outside)])
                is_constant = "constexpr" in words or "consteval" in words
                found.append(Function(name, at + 1, end, is_constant))
                header = end + 1
            at = end
        elif opens(token):
            at = token.partner
        at += 1


def _outside_brackets(tokens, first, last) -> list[int]:
    """The tokens of [first, last) that stand in no brackets; of brackets the opening one."""
    kept, at = [], first
    while at < last:
        kept.append(at)
        if opens(tokens[at]):
            at = tokens[at].partner
        at += 1
    return kept


def _type_name(tokens, outside) -> str:
    name, is_behind = "", False
    for at in outside:
        text = tokens[at].text
        if text in _TYPE_WORDS:
            is_behind = True
        elif is_behind and text in ("final", ":"):
            break
        elif is_behind and tokens[at].kind == "word":
            name = text
    return name


def _is_member_initialiser(tokens, outside, brace) -> bool:
    """`: first_{…}, second_{` of a constructor, not its body."""
    seen_parenthesis = False
    for at in outside:
        if tokens[at].text == "(":
            seen_parenthesis = True
        elif tokens[at].text == ":" and seen_parenthesis:
            before = tokens[brace - 1]
            return before.kind == "word" or (before.is_angle and closes(before))
    return False


def _function_name(tokens, outside) -> str:
    texts = [tokens[at].text for at in outside]
    if "operator" in texts:
        begin = texts.index("operator")
        if texts[begin + 1] == "(":
            return "operator()"
        end = next(i for i in range(begin + 1, len(texts)) if texts[i] == "(")
        return "operator" + "".join(texts[begin + 1 : end])
    for i, text in enumerate(texts):
        if text != "(" or i == 0 or texts[i - 1] in _NOT_NAMES:
            continue
        name, j = "", i - 1
        while j >= 0:
            token = tokens[outside[j]]
            if token.text == "<" and token.is_angle:
                j -= 1
                continue
            is_part = token.kind == "word" or token.text in ("::", "~")
            joins = name == "" or name.startswith("::") or token.text in ("::", "~")
            if not is_part or not joins:
                break
            name = token.text + name
            j -= 1
        if name:
            return name
    return "?"
