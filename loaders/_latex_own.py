"""Macros that a LaTeX document defines for itself, written out where it uses them; nothing is executed."""

from __future__ import annotations

import re
from typing import NamedTuple

_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))"
    r"\s*(?:\[(\d)\])?\s*(?:\[([^\]]*)\])?\s*(?=\{)|\\def\s*\\([A-Za-z]+)((?:#\d)*)\s*(?=\{)"
)
_PARAMETER = re.compile(r"#([1-9])")
_SPACE = re.compile(r"[ \t]*\n?[ \t]*")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s{}]")
_LONGEST = 2000  # characters of a definition
_MOST = 500  # definitions
_DEEPEST = 4  # macros inside macros
_GROWTH = 4  # times the source: who defines macros that grow faster wants to fill the memory


class _Macro(NamedTuple):
    parameters: int
    default: str | None
    body: str


def written_out(text: str) -> str:
    """The source with its own macros replaced by what they stand for; its lines keep their numbers."""
    macros, rest = _definitions(text)
    if not macros:
        return text
    names = "|".join(sorted(macros, key=len, reverse=True))
    use = re.compile(rf"(?<!\\)\\({names})(?![A-Za-z])")
    for _ in range(_DEEPEST):
        found = _replaced(rest, use, macros)
        if found is None or found == rest:
            break
        rest = found
    return rest


def _definitions(text: str) -> tuple[dict[str, _Macro], str]:
    """The macros by name, and the text without their definitions."""
    macros: dict[str, _Macro] = {}
    kept: list[str] = []
    at = 0
    while (match := _DEFINITION.search(text, at)) and len(macros) < _MOST:
        body = _group(text, match.end())
        end = match.end() + len(body) + 2 if body is not None else match.end()
        if body is None or len(body) > _LONGEST:
            kept.append(text[at:end])
            at = end
            continue
        braced, bare, count, default, defined, parameters = match.groups()
        name = braced or bare or defined
        macros[name] = _Macro(int(count or 0) or len(parameters or "") // 2, default, body.replace("\\xspace", "{}"))
        kept += [text[at : match.start()], _lines(text[match.start() : end])]
        at = end
    return macros, "".join(kept) + text[at:]


def _replaced(text: str, use: re.Pattern[str], macros: dict[str, _Macro]) -> str | None:
    """The text with each use written out once; None where it would grow too much."""
    parts: list[str] = []
    at = size = 0
    for match in use.finditer(text):
        if match.start() < at:
            continue  # in the argument of another one: the next round writes it out
        macro = macros[match[1]]
        arguments, end = _arguments(text, match.end(), macro)
        written = _PARAMETER.sub(lambda p, a=arguments: a[int(p[1]) - 1] if int(p[1]) <= len(a) else "", macro.body)
        source = text[match.start() : end]
        written += _lines(source)[written.count("\n") :] if "\n" in source else ""
        parts += [text[at : match.start()], written]
        at, size = end, size + len(written)
        if size > _GROWTH * len(text) + _LONGEST:
            return None
    return "".join(parts) + text[at:]


def _arguments(text: str, at: int, macro: _Macro) -> tuple[list[str], int]:
    found: list[str] = []
    for number in range(macro.parameters):
        start = _after_space(text, at)
        if number == 0 and macro.default is not None:
            optional = re.compile(r"\[([^\]]*)\]").match(text, start)
            found.append(optional[1] if optional else macro.default)
            at = optional.end() if optional else at
        elif (group := _group(text, start)) is not None:
            found.append(group)
            at = start + len(group) + 2
        elif token := _TOKEN.match(text, start):
            found.append(token[0])
            at = token.end()
    return found, at


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _group(text: str, at: int) -> str | None:
    """What is between the brace at this place and the one that closes it; None where there is no such group."""
    if text[at : at + 1] != "{":
        return None
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, at):
        depth += (match[0] == "{") - (match[0] == "}")
        if not depth:
            return text[at + 1 : match.start()]
        if match.start() > at + 20 * _LONGEST:
            break
    return None


def _lines(text: str) -> str:
    """The line ends of a text alone, each after a comment sign, which makes it no space."""
    return "%\n" * text.count("\n")
