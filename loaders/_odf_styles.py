"""The styles of an OpenDocument file: which built-in style a paragraph has, and the numbers of its lists."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element

from loaders._list_labels import label
from loaders._odf_text import NAMES, named, repeated

_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEPEST = 10  # styles that others are made from


class Styles:
    """Those of the content and of `styles.xml`."""

    def __init__(self, roots: Iterable[_Element]) -> None:
        self._parents: dict[str, str] = {}
        self._levels: dict[tuple[str, int], _Element] = {}
        self._lists: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._counts: dict[tuple[str, int], int] = {}
        for root in roots:
            for style in root.iter(named("style:style")):
                name = style.get(named("style:name"), "")
                self._parents[name] = style.get(named("style:parent-style-name"), "")
                self._lists[name] = style.get(named("style:list-style-name"), "")
                properties = style.find("style:table-properties", NAMES)
                if properties is not None and properties.get(named("table:display")) == "false":
                    self._hidden.add(name)
            for style in root.iter(named("text:list-style")):
                for level in style.iterfind("text:list-level-style-number", NAMES):
                    self._levels[style.get(named("style:name"), ""), repeated(level, "text:level")] = level

    def lineage(self, name: str) -> Iterable[str]:
        """A style's name and those of the styles that it is made from: "P3", "Table", "Caption"."""
        for _ in range(_DEEPEST):
            if not name:
                return
            yield name.replace("_20_", " ")
            name = self._parents.get(name, "")

    def hides(self, name: str) -> bool:
        """Whether a table of this style, a sheet, is not shown."""
        return name in self._hidden

    def list_of(self, paragraph: str) -> str:
        """The list style that a paragraph style brings along; "" where it brings none."""
        return self._lists.get(paragraph, "")

    def begin(self, style: str, depth: int, *, goes_on: bool) -> None:
        """A list begins: it counts from its start, unless it goes on with the one before."""
        if not goes_on:
            level = self._levels.get((style, depth))
            self._counts[style, depth] = repeated(level, "text:start-value") - 1 if level is not None else 0

    def next_label(self, style: str, depth: int, item: _Element) -> str:
        """The number of the next item as it is shown, with a space; "" for a list without numbers."""
        level = self._levels.get((style, depth))
        if level is None:
            return ""
        start = item.get(named("text:start-value"), "")
        count = int(start) if start.isdigit() and len(start) < 8 else self._counts.get((style, depth), 0) + 1
        self._counts[style, depth] = count
        form = level.get(named("style:num-format"), "")
        if not form:
            return ""
        shown = min(repeated(level, "text:display-levels"), depth)
        numbers = [self._number(style, upper) for upper in range(depth - shown + 1, depth + 1)]
        prefix, suffix = level.get(named("style:num-prefix"), ""), level.get(named("style:num-suffix"), "")
        return f"{prefix}{'.'.join(number for number in numbers if number)}{suffix}".strip() + " "

    def _number(self, style: str, depth: int) -> str:
        level = self._levels.get((style, depth))
        form = level.get(named("style:num-format"), "") if level is not None else ""
        return label(max(self._counts.get((style, depth), 1), 1), _FORMS.get(form, "decimal")) if form else ""
