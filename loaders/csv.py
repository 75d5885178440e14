"""CSV and TSV: each record is a block that keeps its column names.

`Location.row` counts records as a spreadsheet counts rows: from 1, the header and empty ones included.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from loaders._collection import no_collection
from loaders._content import Content
from loaders._csv_records import Dialect, Quoting, Records
from loaders._document import Block, Location
from loaders._encoding import as_utf8, detect_encoding
from loaders._errors import DamagedDocument, EmptyDocument
from loaders._text import cell

NAME = "a CSV table"
EXTENSIONS = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".tab": "text/tab-separated-values"}
BINARY = False

_DELIMITERS = ",\t;|"
_SINGLE_COLUMN = "\x1f"  # ASCII's unit separator: nothing is cut by it
_MIN_REGULARITY = 0.35
_SAMPLE_ROWS = 300
_MAX_FIELD = 4 << 20
_MAX_FIELD_LINES = 40
_MAX_HEADER_ROW = 20
_VALUE = re.compile(
    r"[-+]?[\d.,:/ %$€¥£()-]*\d[\d.,:/ %$€¥£()-]*(e[-+]?\d+)?|true|false|null|n/?a|[\w.+-]+@[\w.-]+", re.I
)
_YEAR = re.compile(r"(19|20)\d\d")


def recognises(data: bytes) -> bool:
    """Never: commas stand in any text."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """One block per record, "column: value | column: value"; empty values are left out, others are as written."""
    del password
    encoding = detect_encoding(data)
    data = as_utf8(data, encoding)
    if b"\0" in data:
        raise DamagedDocument("This is not a table of text: it has binary data in it.", "Export it once more as CSV.")
    csv.field_size_limit(_MAX_FIELD)
    odd = data.count(b'"') % 2 == 1
    dialect = Dialect(_delimiter(data, name, csv.QUOTE_NONE if odd else csv.QUOTE_MINIMAL), csv.QUOTE_MINIMAL)
    if odd and _swallows(data, dialect):
        dialect = Dialect(dialect.delimiter, csv.QUOTE_NONE)
    header_row, columns = _header(data, dialect)
    with no_collection():
        blocks: Sequence[Block] = Records(data, dialect, header_row, columns)
    if columns and not blocks.counted.tables:
        blocks = [*blocks, Block("table", " | ".join(columns), location=Location(row=header_row))]
    if not any(character.isalnum() for block in blocks for character in block.text):
        raise EmptyDocument("There are no values in this table.", "Check that it is the file that you meant.")
    names = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", _SINGLE_COLUMN: "none"}
    counted = blocks.counted if isinstance(blocks, Records) else None
    return Content(blocks, metadata={"delimiter": names[dialect.delimiter]}, encoding=encoding, counted=counted)


def _records(data: bytes, dialect: Dialect) -> Iterator[list[str]]:
    return dialect.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace", newline=""))


def _swallows(data: bytes, dialect: Dialect) -> bool:
    """Whether a quote that never closes would take much of the file into one field."""
    try:
        return any(field.count("\n") > _MAX_FIELD_LINES for record in _records(data, dialect) for field in record)
    except csv.Error:
        return True


def _delimiter(data: bytes, name: str, quoting: Quoting) -> str:
    """The character that cuts most records into the same number of fields, more than one."""
    preferred = "\t" if name.lower().endswith((".tsv", ".tab")) else ","
    candidates = preferred + _DELIMITERS.replace(preferred, "")
    found = {delimiter: _regularity(data, Dialect(delimiter, quoting)) for delimiter in candidates}
    best = max(candidates, key=lambda delimiter: found[delimiter])
    return best if found[best] >= _MIN_REGULARITY else _SINGLE_COLUMN


def _regularity(data: bytes, dialect: Dialect) -> float:
    """The share of records with the usual number of fields; 0 where that is one."""
    try:
        rows = list(itertools.islice(_records(data, dialect), _SAMPLE_ROWS))
    except csv.Error:
        return 0.0
    cut = [row for row in rows if any(field.strip() for field in row)]
    widths = Counter(len(row) for row in cut if len(row) > 1)
    if widths.total() == len(cut) > 1 and not any(" " in field for row in cut for field in row):
        return max(widths.values()) / len(cut) + _MIN_REGULARITY  # all records are cut, and none of them is prose
    return max(widths.values()) / len(cut) if widths else 0.0


def _header(data: bytes, dialect: Dialect) -> tuple[int, list[str]]:
    """The header's record number and names, or (0, []).

    It is the first record of the usual width, unless one of its names looks like a value; the records before it
    are the table's title and remarks. A table of one column has none.
    """
    rows = list(itertools.islice(_records(data, dialect), _SAMPLE_ROWS))
    widths = Counter(_width(row) for row in rows if _width(row))
    if not widths:
        return 0, []
    usual = max(widths, key=lambda width: (widths[width], width))
    if usual == 1:
        return 0, []  # in a list of names the first is a name too
    for number, row in enumerate(rows[:_MAX_HEADER_ROW], start=1):
        if _width(row) >= usual or (number == 1 and _width(row) > 1):
            names = list(map(cell, row[: _width(row)]))
            return (number, names) if _are_names(names) else (0, [])
    return 0, []


def _width(row: list[str]) -> int:
    """How many fields a record has up to its last one with a value."""
    return max((n for n, field in enumerate(row, start=1) if field.strip()), default=0)


def _are_names(fields: list[str]) -> bool:
    named = [field for field in fields if field]
    years = bool(fields) and not _VALUE.fullmatch(fields[0])
    values = any(
        (_VALUE.fullmatch(field) and not (years and _YEAR.fullmatch(field))) or len(field) > 100 for field in named
    )
    return not values and 2 * len(named) > len(fields) and 2 * len(set(named)) > len(named)
