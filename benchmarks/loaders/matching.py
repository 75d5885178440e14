"""Whether a text, a line or a table cell is in what was read, whatever the markup, the spacing and the code points."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from benchmarks.loaders.expectations import Cell, Expectation, Place

Grid = list[list[str]]
_MARKUP = re.compile(r"\]\([^)\s]*\)|[*_#|`\\~\[\]<>^${}・•●▪◦‣–—−‐‑-]+")
_QUOTES = str.maketrans("“”„‟«»‘’‚‛′″´", '""""""\'\'\'\'\'\'"')
_WIDE = r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<={_WIDE})\s+|\s+(?={_WIDE})")


def normal(text: str) -> str:
    """Compatibility forms folded, markup and bullets gone, spaces collapsed (none beside CJK)."""
    text = unicodedata.normalize("NFKC", text.replace("\xad", "")).translate(_QUOTES)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = " ".join(_MARKUP.sub(" ", text).split())
    return _SPACE_BESIDE_WIDE.sub("", text).casefold()


class Reading:
    """What one tool read of one file: its text, by place where the tool tells places, and its tables."""

    def __init__(self, texts: Mapping[Place, str], grids: Sequence[Grid]) -> None:
        self.characters = sum(map(len, texts.values()))
        self._places = {place: normal(text) for place, text in texts.items()}
        self._all = " ".join(self._places.values())
        self._lines = {place: {normal(line) for line in text.split("\n")} for place, text in texts.items()}
        self._rows: dict[str, list[tuple[list[str], list[str]]]] = {}
        for grid in grids:
            self._index(grid)

    def _index(self, grid: Grid) -> None:
        rows = [[normal(cell) for cell in row] for row in grid]
        for row in rows:
            for cell in set(row):
                self._rows.setdefault(cell, []).append((rows[0], row))

    def has(self, text: str) -> bool:
        """Whether the text was read at all."""
        return normal(text) in self._all

    def has_at(self, text: str, place: Place) -> bool:
        """Whether the text was read and is known to stand there."""
        return normal(text) in self._places.get(place, "")

    def leaks(self, line: str, place: Place) -> bool:
        """Whether the line stands there by itself; for tools that tell no places, whether it does anywhere."""
        lines = self._lines.get(place if place in self._lines else None, set())
        return normal(line) in lines

    def has_cell(self, cell: Cell) -> bool:
        """Whether some table has the value in a row with that key, under a column with that header."""
        value, column = normal(cell.value), "" if cell.column == "(none)" else normal(cell.column)
        for header, row in self._rows.get(normal(cell.row), ()):
            if any(v == value and (not column or header[n : n + 1] == [column]) for n, v in enumerate(row)):
                return True
        return False


def misses(expectation: Expectation, reading: Reading) -> dict[str, list[str]]:
    """What is missing ("text", "cell"), is said to be elsewhere ("place"), or should not have been read ("leak")."""
    texts = [text for text, _ in expectation.snippets if not reading.has(text)]
    return {
        "text": texts,
        "place": [
            f"{text} @ {place}"
            for text, place in expectation.snippets
            if place is not None and text not in texts and not reading.has_at(text, place)
        ],
        "cell": [
            f"{cell.row} / {cell.column} = {cell.value}" for cell in expectation.cells if not reading.has_cell(cell)
        ],
        "leak": [f"{line} @ {place}" for line, place in expectation.absent if reading.leaks(line, place)],
    }
