"""MathML (W3C, MathML 3, chapter 3) as one line of text, in the way of `loaders._office_math`: (a+b)/2, x^2, √(x)."""

from __future__ import annotations

from typing import Any

from loaders._office_math import grouped
from loaders._xml_tree import name_of

_DEEPEST = 60
_SILENT = frozenset(["annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark", "none", "mprescripts"])
_SUMS = frozenset("∑∏∫∬∭∮⋃⋂⋁⋀")


def linear(element: Any, depth: int = 0) -> str:
    """What a formula says, read from left to right; parts of more than one character stand in parentheses."""
    name = name_of(element)
    if name in _SILENT or depth > _DEEPEST or not isinstance(element.tag, str):
        return ""
    children = [child for child in element if name_of(child) not in _SILENT]
    if not children:
        return "".join((element.text or "").split()) if name != "mtext" else f" {(element.text or '').strip()} "
    parts = [linear(child, depth + 1).strip() if name in _FORMS else linear(child, depth + 1) for child in children]
    form = _FORMS.get(name)
    return form(parts) if form else "".join(parts)


def _scripts(parts: list[str], signs: str) -> str:
    base, scripts = parts[0], parts[1:]
    space = " " if base in _SUMS else ""
    return base + "".join(f"{sign}{grouped(text)}" for sign, text in zip(signs, scripts, strict=False) if text) + space


def _fraction(parts: list[str]) -> str:
    return "/".join(map(grouped, parts))


def _root(parts: list[str]) -> str:
    base, degree = parts[0], parts[1] if len(parts) > 1 else ""
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"^{grouped(degree)}√")
    return f"{sign}({base})"


_FORMS = {
    "mfrac": _fraction,
    "msup": lambda parts: _scripts(parts, "^"),
    "msub": lambda parts: _scripts(parts, "_"),
    "msubsup": lambda parts: _scripts(parts, "_^"),
    "munder": lambda parts: _scripts(parts, "_"),
    "mover": lambda parts: _scripts(parts, "^"),
    "munderover": lambda parts: _scripts(parts, "_^"),
    "msqrt": lambda parts: f"√({''.join(parts)})",
    "mroot": _root,
    "mfenced": lambda parts: f"({', '.join(parts)})",
    "mtable": lambda parts: f"[{'; '.join(parts)}]",
    "mtr": ", ".join,
}  # fmt: skip
