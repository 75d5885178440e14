"""The rows of a document's tables, read back from its blocks ("column: value | column: value")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loaders import Block

_CELLS = " | "
_NAMED = ": "
_MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row's block, and its cells by column; empty ones are left out."""

    block: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows under the same header; `columns` are in the header's order."""

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_tables(blocks: Iterable[tuple[int, Block]]) -> Iterator[RawTable]:
    """The tables whose rows name their columns; what has no header, or is cut in two ways at once, is left out."""
    for sheet, run in _runs(blocks):
        if table := _table(sheet, run):
            yield table


def _runs(blocks: Iterable[tuple[int, Block]]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Rows that stand together: those of a CSV all, those of a sheet up to a gap in their numbers."""
    run: list[tuple[int, str]] = []
    sheet, last = "", 0
    for ordinal, block in blocks:
        place = block.location
        if block.kind != "table" or place.row is None or "\n" in block.text:
            continue
        if run and ((place.sheet or "") != sheet or (place.sheet and place.row != last + 1)):
            yield sheet, run
            run = []
        sheet, last = place.sheet or "", place.row
        run.append((ordinal, block.text))
    if run:
        yield sheet, run


def _table(sheet: str, run: Sequence[tuple[int, str]]) -> RawTable | None:
    names = _names([text for _, text in run])
    if not names:
        return None
    rows = [_row(ordinal, text, names) for ordinal, text in run]
    twice = {name for row in rows for name, count in row[1].items() if count > 1}
    columns = tuple(name for name in names if name not in twice)
    if len(columns) < 2:
        return None
    return RawTable(sheet, columns, tuple(row for row, _ in rows))


def _names(texts: Sequence[str]) -> list[str]:
    """The columns that the rows name, in the header's order; none where they are rather values that have a colon."""
    counts: Counter[str] = Counter()
    order: dict[str, float] = {}
    widest = 0
    for text in texts:
        found = [piece.partition(_NAMED)[0] for piece in text.split(_CELLS) if _NAMED in piece]
        widest = max(widest, len(found))
        for place, name in enumerate(dict.fromkeys(found)):
            counts[name] += 1
            order[name] = max(order.get(name, 0), place)
        if len(counts) > _MOST_COLUMNS:
            return []
    often = [name for name, count in counts.items() if 2 * count > len(texts)]
    if 2 * len(often) < len(counts) or widest < 2:
        return []
    return sorted(counts, key=lambda name: order[name])


def _row(ordinal: int, text: str, names: Sequence[str]) -> tuple[Row, Counter[str]]:
    """A piece without a column's name goes on with the cell before it: its value has the mark " | " in it."""
    known = set(names)
    cells: dict[str, str] = {}
    times: Counter[str] = Counter()
    current = ""
    for piece in text.split(_CELLS):
        name, colon, value = piece.partition(_NAMED)
        if colon and name in known:
            current = name
            times[name] += 1
            cells[name] = value
        elif current:
            cells[current] += _CELLS + piece
    return Row(ordinal, cells), times


def cell_start(text: str, column: str) -> int:
    """Where a column's cell begins in the text of its row; 0 where it has none."""
    if text.startswith(column + _NAMED):
        return 0
    return text.find(_CELLS + column + _NAMED) + len(_CELLS) if _CELLS + column + _NAMED in text else 0
