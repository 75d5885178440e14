"""The records of a CSV table as blocks that are made when they are asked for: a gigabyte of table takes no more.

A table is its bytes and the places at which its segments begin; a segment is about 256 KB of whole records.
"""

from __future__ import annotations

import copyreg
import csv
import io
import itertools
import operator
import pickle
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, SupportsIndex, overload

from loaders._content import Counted
from loaders._document import Block, Location
from loaders._pulse import beat
from loaders._report import suspicious
from loaders._text import cell

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
_SEGMENT = 1 << 18
_MB = 1_000_000
_KEPT = 4
_ODD_SPACES = [
    c.encode()
    for c in ("  ", " \n", " \r", ' "', "\v", "\f", "\u3000", "\xa0", "\u2028", "\u2029", "\x85", "\x1c", "\x1e")
]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written, in UTF-8."""

    delimiter: str
    quoting: Quoting

    def reader(self, lines: Iterable[str]) -> Any:
        """The fields of each record."""
        return csv.reader(lines, delimiter=self.delimiter, quoting=self.quoting, skipinitialspace=True)


@dataclass(frozen=True, slots=True)
class _Segment:
    """Where a run of whole records begins: in the bytes, among the records (from 1), among the blocks (from 0)."""

    offset: int
    row: int
    block: int


class Records(Sequence[Block]):
    """The blocks of a table: one per record with a value, "column: value | column: value".

    `header_row` is the number of the header's record, 0 without one; records before it are paragraphs.
    An access by number reads one segment; the last few are kept, as splitting looks at rows before and behind.
    """

    def __init__(self, data: bytes, dialect: Dialect, header_row: int, columns: Sequence[str]) -> None:
        self._data = data
        self._dialect = dialect
        self._header_row = header_row
        self._columns = columns
        self._segments: list[_Segment] = []
        self._recent: dict[int, list[Block]] = {}
        self.counted = Counted()
        self._count()
        self._starts = [segment.block for segment in self._segments]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Block]:
        for number in range(len(self._segments)):
            yield from self._read(number)

    @overload
    def __getitem__(self, index: int) -> Block: ...
    @overload
    def __getitem__(self, index: slice) -> list[Block]: ...
    def __getitem__(self, index: int | slice) -> Block | list[Block]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(self._length))]
        index = index + self._length if index < 0 else index
        if not 0 <= index < self._length:
            raise IndexError(index)
        number = bisect_right(self._starts, index) - 1
        blocks = self._recent.get(number)
        if blocks is None:
            blocks = list(self._read(number))
            self._recent = {**dict(list(self._recent.items())[1 - _KEPT :]), number: blocks}
        return blocks[index - self._starts[number]]

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """The file's data goes as a buffer, which whoever has it already can leave out (pickle's protocol 5)."""
        state = self.__dict__ | {"_recent": {}}
        if operator.index(protocol) >= 5:
            state["_data"] = pickle.PickleBuffer(self._data)
        return copyreg.__newobj__, (type(self),), state  # pyright: ignore[reportAttributeAccessIssue]

    def _count(self) -> None:
        """One pass over the table: where its segments begin, and what the report says of it."""
        feed = _Feed(self._data)
        reader = self._dialect.reader(feed)
        feed.reader = reader
        offset, row, first, lines, self._length = 0, 1, 0, 0, 0
        fields: list[list[str]] = []
        for record in reader:
            if feed.begin > offset and feed.lines_before == lines:  # the record is the first of a piece
                self._close(_Segment(offset, row, self._length), fields, self._data[offset : feed.begin], lines - first)
                offset, row, fields, first = feed.begin, row + len(fields), [], lines
            fields.append(record)
            lines = reader.line_num
        self._close(_Segment(offset, row, self._length), fields, self._data[offset:], lines - first)

    def _close(self, segment: _Segment, records: list[list[str]], data: bytes, lines: int) -> None:
        texts = self._texts(segment.row, records, self._is_plain(data, lines == len(records)))
        sizes = [len(text) for text in texts if text]
        tables = len(sizes) - sum(map(bool, texts[: max(self._header_row - segment.row, 0)]))
        beat((segment.offset + len(data)) // _MB, len(self._data) // _MB, "megabytes")
        self._segments.append(segment)
        self._length += len(sizes)
        self.counted += Counted(sum(sizes), tables, suspicious(data.decode(errors="replace")))

    def _read(self, number: int) -> Iterator[Block]:
        segment = self._segments[number]
        after = self._segments[number + 1].offset if number + 1 < len(self._segments) else None
        data = self._data[segment.offset : after]
        reader = self._dialect.reader(io.StringIO(data.decode(errors="replace"), newline=""))
        records = list(reader)
        texts = self._texts(segment.row, records, self._is_plain(data, reader.line_num == len(records)))
        for row, text in enumerate(texts, start=segment.row):
            if text:
                yield Block("table" if row > self._header_row else "paragraph", text, 0, Location(row=row))

    def _is_plain(self, data: bytes, one_line_each: bool) -> bool:
        """Whether no field of these records has white space that a cell's text lacks: nothing need be done to them."""
        blank = f" {self._dialect.delimiter}".encode()
        return (
            one_line_each
            and blank not in data
            and not any(odd in data for odd in _ODD_SPACES)
            and (self._dialect.delimiter == "\t" or b"\t" not in data)
        )

    def _texts(self, row: int, records: list[list[str]], plain: bool) -> list[str]:
        """The text of each record, "" where there is none."""
        above = max(self._header_row - row, 0)
        texts = [" | ".join(filter(None, map(cell, record))) for record in records[:above]]
        if above < len(records) and row + above == self._header_row:
            texts.append("")
        width = len(self._columns)
        pattern = " | ".join(f"{column.replace('%', '%%')}: %s" if column else "%s" for column in self._columns)
        texts += [
            pattern % tuple(record)
            if len(record) == width and "" not in record and (plain or _is_tidy(record))
            else self._text(record, pattern)
            for record in itertools.islice(records, len(texts), None)
        ]
        return texts

    def _text(self, record: list[str], pattern: str) -> str:
        values = [" ".join(value.split()) for value in record]
        if len(values) == len(self._columns) and "" not in values:
            return pattern % tuple(values)
        if not self._columns:
            return " | ".join(value for value in values if value)
        return " | ".join(
            f"{column}: {value}" if column else value
            for column, value in itertools.zip_longest(self._columns, values, fillvalue="")
            if value
        )


def _is_tidy(record: list[str]) -> bool:
    """Whether `cell` changes no field: asked of all fields at once, as most records of most tables are."""
    joined = "\0".join(record)
    return " ".join(joined.split()) == joined and "\0 " not in joined and " \0" not in joined


class _Feed:
    """The lines of UTF-8 bytes, in pieces that end with a line, so that no more is decoded at a time.

    `begin` is where the piece being read begins, `lines_before` how many lines the reader had taken by then.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._end = b"\n" if b"\n" in data else b"\r"
        self.reader: Any = None
        self.begin = 0
        self.lines_before = 0

    def __iter__(self) -> Iterator[str]:
        begin = 0
        while begin < len(self._data):
            end = self._data.find(self._end, begin + _SEGMENT) + 1 or len(self._data)
            self.begin, self.lines_before = begin, self.reader.line_num
            yield from io.StringIO(self._data[begin:end].decode(errors="replace"), newline="")
            begin = end
