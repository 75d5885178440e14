"""The numbers that Word shows before list items and headings (ECMA-376 part 1, 17.9): "1.", "第2条", "(b)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from lxml.etree import _Element

from loaders._docx_styles import Numbering
from loaders._list_labels import label
from loaders._office_package import tag, value
from loaders._text import cell

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


class _Level(NamedTuple):
    form: str = "decimal"
    text: str = ""
    start: int = 1
    restarts: bool = True
    legal: bool = False
    style: str = ""


class Numbers:
    """The numbering part; asked for each paragraph once, in the document's order."""

    def __init__(self, root: _Element | None) -> None:
        lists = [] if root is None else root.findall(tag("w:abstractNum"))
        self._abstract = {value(one, "w:abstractNumId"): _levels(one) for one in lists}
        self._resolve_styles(lists)
        self._used: dict[str, str] = {}
        self._overrides: dict[str, Mapping[int, _Level]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        for num in [] if root is None else root.findall(tag("w:num")):
            self._add(value(num, "w:numId"), num)
        self._counts: dict[str, list[int | None]] = {}

    def _resolve_styles(self, lists: list[_Element]) -> None:
        """A list may only name the style that has its levels."""
        by_style = {value(one.find(tag("w:styleLink"))): value(one, "w:abstractNumId") for one in lists}
        for one in lists:
            style = value(one.find(tag("w:numStyleLink")))
            if style and (linked := by_style.get(style)):
                self._abstract[value(one, "w:abstractNumId")] = self._abstract[linked]

    def _add(self, list_id: str, num: _Element) -> None:
        self._used[list_id] = value(num.find(tag("w:abstractNumId")))
        overrides: dict[int, _Level] = {}
        restarts: dict[int, int] = {}
        for override in num.findall(tag("w:lvlOverride")):
            depth = _integer(value(override, "w:ilvl"), 0)
            level = override.find(tag("w:lvl"))
            if level is not None:
                overrides[depth] = _level(level)
            start = override.find(tag("w:startOverride"))
            if start is not None:
                restarts[depth] = _integer(value(start), 1)
        self._overrides[list_id], self._restarts[list_id] = overrides, restarts

    def place(self, numbering: Numbering) -> int:
        """The level, 1 for the outermost, of an item; 0 of a paragraph in no list."""
        return self._depth(numbering) + 1 if numbering.list_id in self._used else 0

    def next(self, numbering: Numbering) -> str:
        """The label of the next item; "" for a bullet and for a paragraph in no list."""
        list_id, depth = numbering.list_id, self._depth(numbering)
        if list_id not in self._used:
            return ""
        levels = self._levels_of(list_id)
        counts = self._counts.setdefault(self._used[list_id], [None] * _LEVELS)
        restart = self._restarts[list_id].pop(depth, None)
        reached = counts[depth]
        if restart is not None:
            counts[depth] = restart
        else:
            counts[depth] = levels[depth].start if reached is None else reached + 1
        for above in range(depth):
            if counts[above] is None:
                counts[above] = levels[above].start
        for below in range(depth + 1, _LEVELS):
            if levels[below].restarts:
                counts[below] = None
        return _shown(levels, counts, depth)

    def _levels_of(self, list_id: str) -> list[_Level]:
        levels = self._abstract.get(self._used[list_id], {})
        overrides = self._overrides[list_id]
        return [overrides.get(depth) or levels.get(depth) or _Level() for depth in range(_LEVELS)]

    def _depth(self, numbering: Numbering) -> int:
        """A style in a list stands at the level that names the style."""
        if numbering.style:
            levels = self._abstract.get(self._used.get(numbering.list_id, ""), {})
            for depth, level in levels.items():
                if level.style == numbering.style:
                    return min(depth, _LEVELS - 1)
        return min(numbering.level, _LEVELS - 1)


def _shown(levels: list[_Level], counts: list[int | None], depth: int) -> str:
    level = levels[depth]
    if level.form == "bullet":
        return ""

    def number(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        form = "decimal" if level.legal else levels[at].form
        return "" if form in ("none", "bullet") else label(counts[at] or 0, form)

    return cell(_PLACE.sub(number, level.text))


def _levels(abstract: _Element) -> dict[int, _Level]:
    return {_integer(value(level, "w:ilvl"), 0): _level(level) for level in abstract.findall(tag("w:lvl"))}


def _level(level: _Element) -> _Level:
    form, legal = value(level.find(tag("w:numFmt"))), level.find(tag("w:isLgl"))
    return _Level(
        form or "decimal",
        value(level.find(tag("w:lvlText"))),
        _integer(value(level.find(tag("w:start"))), 0),
        value(level.find(tag("w:lvlRestart"))) != "0",
        legal is not None and value(legal) not in ("0", "false", "off"),
        value(level.find(tag("w:pStyle"))),
    )


def _integer(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default
