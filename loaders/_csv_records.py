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

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
_SEGMENT = 1 << 18
_MB = 1_000_000
_KEPT = 4
_BETWEEN = "\0"  # no table has it: `load` takes it for binary data
_MARK = _BETWEEN
_ODD_SPACES = (
    "  ",
    f" {_BETWEEN}",
    f"{_BETWEEN} ",
    *"\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000",
    *map(chr, range(0x2000, 0x200B)),
)


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
        self._pattern = " | ".join(f"{column.replace('%', '%%')}: %s" if column else "%s" for column in columns)
        self._line_end = b"\n" if b"\n" in data else b"\r"
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
        begin, row, self._length = 0, 1, 0
        while begin < len(self._data):
            end, text, records = self._whole_records(begin)
            self._segments.append(_Segment(begin, row, self._length))
            blocks, characters = self._sizes(row, records)
            paragraphs = sum(any(map(str.strip, record)) for record in records[: max(self._header_row - row, 0)])
            self._length += blocks
            self.counted += Counted(characters, blocks - paragraphs, suspicious(text, self._data[begin:end]))
            begin, row = end, row + len(records)
            beat(begin // _MB, len(self._data) // _MB, "megabytes")

    def _whole_records(self, begin: int) -> tuple[int, str, list[list[str]]]:
        """About a segment: where it ends, its text and its records.

        A line end may stand inside a quoted field. So a line that nothing else has is read behind the segment: where
        that is no record of its own, the field goes on, and more is read.
        """
        size, more = _SEGMENT, 64
        while True:
            end = self._data.find(self._line_end, begin + size) + 1 or len(self._data)
            text = self._data[begin:end].decode(errors="replace")
            lines = io.StringIO(text, newline="")
            if end == len(self._data):
                return end, text, list(self._dialect.reader(lines))
            records = list(self._dialect.reader(itertools.chain(lines, [_MARK])))
            if records.pop() == [_MARK]:
                return end, text, records
            size, more = end - begin + more, 4 * more

    def _sizes(self, row: int, records: list[list[str]]) -> tuple[int, int]:
        """How many blocks these records are, and of how many characters."""
        width = len(self._columns)
        if width and row > self._header_row and set(map(len, records)) == {width}:
            fields = _tidy_fields(records)
            if _BETWEEN * 2 not in fields:  # all have a value in each column: no need to make their texts
                written = len(fields) - width * len(records) - 1
                return len(records), written + len(records) * len(self._pattern % (("",) * width))
        sizes = [len(text) for text in self._texts(row, records) if text]
        return len(sizes), sum(sizes)

    def _read(self, number: int) -> Iterator[Block]:
        segment = self._segments[number]
        after = self._segments[number + 1].offset if number + 1 < len(self._segments) else None
        text = self._data[segment.offset : after].decode(errors="replace")
        records = list(self._dialect.reader(io.StringIO(text, newline="")))
        for row, text in enumerate(self._texts(segment.row, records), start=segment.row):
            if text:
                yield Block("table" if row > self._header_row else "paragraph", text, 0, Location(row=row))

    def _texts(self, row: int, records: list[list[str]]) -> list[str]:
        """The text of each record, "" where there is none."""
        fields = iter(_tidy_fields(records)[1:-1].split(_BETWEEN))
        tidy = [tuple(itertools.islice(fields, len(record))) for record in records]
        above = max(self._header_row - row, 0)
        texts = [" | ".join(filter(None, record)) for record in tidy[:above]]
        if above < len(records) and row + above == self._header_row:
            texts.append("")
        width = len(self._columns)
        texts += [
            self._pattern % record if len(record) == width and "" not in record else self._text(record)
            for record in itertools.islice(tidy, len(texts), None)
        ]
        return texts

    def _text(self, record: tuple[str, ...]) -> str:
        if not self._columns:  # only its place says what a value is
            last = max((n for n, value in enumerate(record) if value), default=-1)
            return " | ".join(record[: last + 1])
        return " | ".join(
            f"{column}: {value}" if column else value
            for column, value in itertools.zip_longest(self._columns, record, fillvalue="")
            if value
        )


def _tidy_fields(records: list[list[str]]) -> str:
    """All fields as `cell` makes them, each between two `_BETWEEN`: at once, as a table has millions of them."""
    fields = _BETWEEN.join(["", *itertools.chain.from_iterable(records), ""])
    for line_end in ("\r\n", "\n", "\r"):
        fields = fields.replace(line_end, " ")
    if any(odd in fields for odd in _ODD_SPACES):
        fields = " ".join(fields.split()).replace(f" {_BETWEEN}", _BETWEEN).replace(f"{_BETWEEN} ", _BETWEEN)
    return fields
