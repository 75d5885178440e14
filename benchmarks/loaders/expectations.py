"""What a file of the zoo must give: `made.jsonl` (by independent readers) and `by_hand.json` (by looking at pages)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MADE = HERE / "made.jsonl"
BY_HAND = HERE / "by_hand.json"
Place = int | str | None
"""A page, a slide (from 1) or a sheet; None where the format has none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in the row that has `row` in it, under the column that is headed `column` ("(none)" where none is)."""

    row: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one file must give.

    `errors` are the codes of the right errors, empty where the file must load. With a `password`, the file must give
    EncryptedDocument without it and its texts with it. `absent` are whole lines that must not be read (on that place):
    navigation, running headers and footers.
    """

    file: str
    reader: str
    errors: tuple[str, ...] = ()
    password: str | None = None
    snippets: tuple[tuple[str, Place], ...] = ()
    absent: tuple[tuple[str, Place], ...] = ()
    cells: tuple[Cell, ...] = field(default=())

    @property
    def format(self) -> str:
        """The folder of the zoo, or the extension in its folders of mixed formats."""
        folder, name = self.file.split("/")
        if name.endswith((".mht", ".json")):
            return name.rsplit(".", 1)[1]
        return name.rsplit(".", 1)[1].lower() if folder in ("large", "other") else folder


def read_expectations(made: Path = MADE, by_hand: Path = BY_HAND) -> list[Expectation]:
    """One per file: what is by hand is added to what was made.

    By hand, `wrong` lists what a reader got wrong (a text, or a text with its place) and `why`
    says how that is known; `layout_tables` says that the tables of a page hold no data, `only`
    that no reader could be trusted with the file.
    """
    written: Mapping[str, Mapping[str, Any]] = json.loads(by_hand.read_text(encoding="utf-8"))
    rows = {row["file"]: row for row in map(json.loads, made.read_text(encoding="utf-8").splitlines())}
    return [_expectation(file, rows.get(file, {}), written.get(file, {})) for file in sorted({*rows, *written})]


def _expectation(file: str, made: Mapping[str, Any], written: Mapping[str, Any]) -> Expectation:
    wrong = {one if isinstance(one, str) else tuple(one) for one in written.get("wrong", ())}
    if written.get("only"):
        made = {}
    snippets = [tuple(pair) for pair in (*made.get("snippets", ()), *written.get("snippets", ()))]
    absent = [tuple(pair) for pair in (*made.get("absent", ()), *written.get("absent", ()))]
    made_cells = () if written.get("layout_tables") else made.get("cells", ())
    cells = [Cell(*cell) for cell in (*made_cells, *written.get("cells", ()))]
    return Expectation(
        file,
        made.get("reader", "by hand"),
        tuple(written.get("errors", ())),
        written.get("password"),
        tuple(pair for pair in snippets if wrong.isdisjoint((pair[0], pair))),
        tuple(pair for pair in absent if wrong.isdisjoint((pair[0], pair))),
        tuple(cell for cell in cells if cell.value not in wrong),
    )
