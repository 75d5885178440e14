"""Office's formulas (OMML: ECMA-376 part 1, 22.1) as one line of text: (a+b)/2, x^2, √(x), ∑_(i=1)^n i."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element

from loaders._office_package import tag

_SIMPLE = frozenset("()[]{}|⟨⟩")


def linear(formula: _Element) -> str:
    """What a formula says, read from left to right; parts of more than one character stand in parentheses."""
    return "".join(_of(child) for child in formula if isinstance(child.tag, str))


def _of(element: _Element) -> str:
    name = element.tag.rpartition("}")[2]
    if name.endswith("Pr") or name in ("del", "moveFrom", "instrText"):
        return ""
    if name == "t":
        return element.text or ""
    if name == "br":
        return " "
    form = _FORMS.get(name)
    return form(element) if form else linear(element)


def _part(element: _Element, name: str) -> str:
    found = element.find(tag(f"m:{name}"))
    return "" if found is None else linear(found).strip()


def _property(element: _Element, name: str, default: str) -> str:
    """What a formula's properties state; "" where they state that there is nothing."""
    found = element.find(f"./*/{tag(f'm:{name}')}")
    return default if found is None else found.get(tag("m:val"), "")


def grouped(text: str) -> str:
    """In parentheses, unless it is one word or has them already."""
    whole = len(text) < 2 or text.isalnum() or (text[0] == "(" and text[-1] == ")" and ")" not in text[1:-1])
    return text if whole else f"({text})"


def _fraction(element: _Element) -> str:
    above, below = _part(element, "num"), _part(element, "den")
    if _property(element, "type", "bar") == "noBar":
        return f"({above} ¦ {below})"  # as a binomial coefficient is written
    return f"{grouped(above)}/{grouped(below)}"


def _script(element: _Element, *, before: bool = False) -> str:
    below, above = _part(element, "sub"), _part(element, "sup")
    scripts = (f"_{grouped(below)}" if below else "") + (f"^{grouped(above)}" if above else "")
    base = _part(element, "e")
    return f"{scripts} {base}" if before else f"{base}{scripts}"


def _root(element: _Element) -> str:
    degree, base = _part(element, "deg"), _part(element, "e")
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"^{grouped(degree)}√")
    return f"{sign}({base})"


def _n_ary(element: _Element) -> str:
    sign = _property(element, "chr", "∫")
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{grouped(below)}" if below else "") + (f"^{grouped(above)}" if above else "")
    return f"{sign}{limits} {_part(element, 'e')}"


def _delimited(element: _Element) -> str:
    parts = [linear(part).strip() for part in element.findall(tag("m:e"))]
    inside = _property(element, "sepChr", "|").join(parts)
    return f"{_property(element, 'begChr', '(')}{inside}{_property(element, 'endChr', ')')}"


def _matrix(element: _Element) -> str:
    rows = ([linear(part).strip() for part in row.findall(tag("m:e"))] for row in element.findall(tag("m:mr")))
    return "[" + "; ".join(", ".join(row) for row in rows) + "]"


def _lines(element: _Element) -> str:
    return "; ".join(linear(part).strip() for part in element.findall(tag("m:e")))


def _function(element: _Element) -> str:
    argument = _part(element, "e")
    return f"{_part(element, 'fName')}{argument if argument[:1] in _SIMPLE else f' {argument}'}"


def _limit(element: _Element, sign: str) -> str:
    return f"{_part(element, 'e')}{sign}{grouped(_part(element, 'lim'))}"


def _accent(element: _Element) -> str:
    base, mark = _part(element, "e"), _property(element, "chr", "\u0302")
    return f"{base}{mark}" if len(base) == 1 else f"({base}){mark}"


_FORMS: dict[str, Callable[[_Element], str]] = {
    "f": _fraction,
    "sSub": _script,
    "sSup": _script,
    "sSubSup": _script,
    "sPre": lambda element: _script(element, before=True),
    "rad": _root,
    "nary": _n_ary,
    "d": _delimited,
    "m": _matrix,
    "eqArr": _lines,
    "func": _function,
    "limLow": lambda element: _limit(element, "_"),
    "limUpp": lambda element: _limit(element, "^"),
    "acc": _accent,
}
