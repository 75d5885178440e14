"""Tables of the zoo, read by Python's csv and by openpyxl alone: what is right is told by these."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which table of which file: `label` names a row, `kinds` are columns of categories, `numbers` of numbers."""

    file: str
    label: str
    kinds: tuple[str, ...]
    numbers: tuple[str, ...]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    skipped: int = 0
    rows: str = ""


SHEETS = (
    Sheet("csv/langchain-community__mlb_teams_2012.csv", "Team", (), ("Payroll (millions)", "Wins")),
    Sheet("csv/world-cities__world-cities.csv", "name", ("country", "subcountry"), ("geonameid",), rows="cities"),
    Sheet("csv/markitdown__test_mskanji.csv", "名前", ("住所",), ("年齢",), "cp932"),
    Sheet(
        "csv/langchain-community__example-non-utf8.csv",
        "製品名",
        ("顧客名", "製品カテゴリ", "都道府県"),
        ("売上", "価格", "送料", "割引"),
        "cp932",
    ),
    Sheet("csv/unstructured__stanley-cups-utf-16.csv", "Team", ("Location",), ("Stanley Cups",), "utf-16", skipped=1),
    Sheet("csv/unstructured__stanley-cups-with-emoji.csv", "Team", ("Location",), ("Stanley Cups",), skipped=1),
    Sheet("csv/unstructured__stanley-cups.tsv", "Team", ("Location",), ("Stanley Cups",), delimiter="\t", skipped=1),
    Sheet("csv/csv-spectrum__newlines.csv", "a", (), ("b", "c")),
    Sheet("xlsx/markitdown__test.xlsx", "", (), ("Alpha", "Gamma", "Delta")),
)


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A table's cells as text; its numbers by `number`."""

    sheet: Sheet
    rows: tuple[dict[str, str], ...]

    def where(self, column: str, value: str) -> TrueTable:
        """Only the rows that hold this value."""
        return TrueTable(self.sheet, tuple(row for row in self.rows if row[column] == value))

    def numbers(self, column: str) -> list[Decimal]:
        """The numbers of a column, cells without one left out."""
        return [n for row in self.rows if (n := number(row[column])) is not None]


def number(text: str) -> Decimal | None:
    """The number that a cell is."""
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def read(zoo: Path, sheet: Sheet) -> TrueTable:
    """The table as the file has it."""
    path = zoo / sheet.file
    records = _workbook(path) if path.suffix == ".xlsx" else _records(path, sheet)
    header, *rows = records[sheet.skipped :]
    cells = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows if any(row)]
    return TrueTable(sheet, tuple(cells))


def _records(path: Path, sheet: Sheet) -> list[list[str]]:
    text = path.read_bytes().decode(sheet.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sheet.delimiter, skipinitialspace=True)
    return [[" ".join(cell.split()) for cell in row] for row in reader]


def _workbook(path: Path) -> list[Sequence[str]]:
    from openpyxl import load_workbook

    first = load_workbook(path, data_only=True).worksheets[0]
    rows = [["" if v is None else str(v) for v in row] for row in first.iter_rows(values_only=True)]
    return [row for row in rows if any(row)]
