"""Which columns, cells, numbers and dates of a table a question names: each becomes one private character in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from rag.tables.cells import Column, fold
from rag.tables.cues import CUE_WORDS, NUMBER_WORDS, PERSON, SPELLED
from rag.tables.dates import Period, periods
from rag.tables.table import Table
from rag.text.languages import stem

_FIRST = {"column": 0xE000, "value": 0xE400, "number": 0xE800, "period": 0xEC00}
_CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_UNIT_IN_NAME = re.compile(r"[(\[（].*?[)\]）]")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_DIGITS = re.compile(
    r"(?<![a-z0-9_.])[$€£¥]?(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)(?:\s*(?:(thousand|million|billion)\b|([千万億])))?"
)
_IDIOM = re.compile(r"\b(?:takes?|took|taking) place\b")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "千": 10**3, "万": 10**4, "億": 10**8}
_LONGEST = 40
"""Tokens of the longest cell that is looked for."""
_MOST_PARTS = 300
"""Of a longer table, a part of a name does not stand for the whole."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a Chinese or Japanese character, of a folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """A cell that the question names: the columns it stands in, each with the ways it is written there.

    `kind` where it names rows by what they are ("lamps" for "Desk lamp" and "Floor lamp"), not one of them.
    """

    where: dict[str, tuple[str, ...]]
    kind: bool = False


@dataclass(slots=True)
class Asked:
    """A question with a private character for each thing of the table; what the characters mean is in the lists."""

    text: str
    columns: list[Column] = field(default_factory=list)
    values: list[Named] = field(default_factory=list)
    numbers: list[Decimal] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)

    def put(self, start: int, end: int, kind: str, count: int) -> None:
        """Puts the character of the newest of a kind in the place of what was said."""
        self.text = self.text[:start] + chr(_FIRST[kind] + count - 1) + self.text[end:]

    def column(self, character: str) -> Column:
        """The column that this character stands for."""
        return self.columns[ord(character) - _FIRST["column"]]

    def value(self, character: str) -> Named:
        """The cell that this character stands for."""
        return self.values[ord(character) - _FIRST["value"]]

    def number(self, character: str) -> Decimal:
        """The number that this character stands for."""
        return self.numbers[ord(character) - _FIRST["number"]]

    def period(self, character: str) -> Period:
        """The stretch of time that this character stands for."""
        return self.periods[ord(character) - _FIRST["period"]]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    what: Column | Named


class Vocabulary:
    """Every name and every cell of text of one table, to be looked up by its words."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.title = {root for name in table.names for root in _roots(tokens(fold(_split(name))))}
        self._columns = {column.name: column for column in table.columns}
        self._names: dict[Key, list[Column]] = {}
        self._name_parts: dict[Key, set[str]] = {}
        self._cells: dict[Key, dict[str, set[str]]] = {}
        self._cell_parts: dict[Key, set[str]] = {}
        self._kinds: dict[Key, set[str]] = {}
        for column in table.columns:
            self._add_name(column)
            if column.kind == "text":
                self._add_cells(column)

    def find(self, question: str) -> Asked:
        """The question, folded, with a private character for each column, cell, number and date in it."""
        asked = Asked(_IDIOM.sub("take", fold(question)))
        found = tokens(asked.text)
        spans = _apart(self._wholes(found))
        for parts in (self._parts_of_cells, self._parts_of_names, self._kinds_of_cells):
            spans += _apart(parts([token for token in found if not _taken(token, spans)], asked.text))
        for span in sorted(spans, key=lambda span: -span.start):
            if isinstance(span.what, Column):
                asked.columns.append(span.what)
                asked.put(span.start, span.end, "column", len(asked.columns))
            else:
                asked.values.append(span.what)
                asked.put(span.start, span.end, "value", len(asked.values))
        if any(column.kind == "date" for column in self.table.columns):
            _find_periods(asked)
        _find_numbers(asked, self.title)
        return asked

    def _add_name(self, column: Column) -> None:
        bare = _UNIT_IN_NAME.sub(" ", column.name)
        names = (column.name, bare, bare.strip().removesuffix("名"))
        for key in {_roots(tokens(fold(_split(name)))) for name in names} - {()}:
            self._names.setdefault(key, []).append(column)
        whole = _roots(tokens(fold(_split(bare))))
        for key in _pieces(whole):
            self._name_parts.setdefault(key, set()).add(column.name)

    def _add_cells(self, column: Column) -> None:
        named = column is self.table.label and len(column.values) <= _MOST_PARTS
        for written in {value for value in column.values if isinstance(value, str)}:
            key = tuple(token.text for token in tokens(fold(written))[: _LONGEST + 1])
            if not 0 < len(key) <= _LONGEST:
                continue
            if not _is_common(key):
                self._cells.setdefault(key, {}).setdefault(column.name, set()).add(written)
            for piece in _pieces(key) if named else ():
                self._cell_parts.setdefault(piece, set()).add(written)
            if named and len(key) > 1 and not PERSON.search(fold(column.name)):
                self._add_kinds(_roots(tokens(fold(written))), written)

    def _add_kinds(self, roots: Key, written: str) -> None:
        """What the thing is stands last in its name, in English as in Japanese: a desk lamp is a lamp."""
        least = 1 if roots[-1].isascii() else 2  # characters of a Japanese word
        for start in range(1, len(roots) - least + 1):
            self._kinds.setdefault(roots[start:], set()).add(written)

    def _wholes(self, found: Sequence[Token]) -> Iterator[_Span]:
        roots = _roots(found)
        for start, end in _ranges(len(found)):
            columns = self._names.get(roots[start:end], [])
            cells = self._cells.get(tuple(token.text for token in found[start:end]), {})
            if len(columns) == 1:
                yield _Span(found[start].start, found[end - 1].end, columns[0])
            elif cells and not columns:
                where = {name: tuple(sorted(ways)) for name, ways in cells.items()}
                yield _Span(found[start].start, found[end - 1].end, Named(where))

    def _parts_of_names(self, found: Sequence[Token], text: str) -> Iterator[_Span]:
        """Words that only one column has in its name: "payroll" for "Payroll per season"."""
        roots = _roots(found)
        for start, end in _ranges(len(found)):
            names = self._name_parts.get(roots[start:end], set())
            if len(names) == 1 and _tells(found[start:end], text, 1):
                yield _Span(found[start].start, found[end - 1].end, self._columns[next(iter(names))])

    def _parts_of_cells(self, found: Sequence[Token], text: str) -> Iterator[_Span]:
        """Words, two at least, that only one name has in it: "chess tournament" for "Halloween chess tournament"."""
        label = self.table.label
        for start, end in _ranges(len(found)):
            cells = self._cell_parts.get(tuple(token.text for token in found[start:end]), set())
            if label and len(cells) == 1 and _tells(found[start:end], text, 2):
                yield _Span(found[start].start, found[end - 1].end, Named({label.name: tuple(cells)}))

    def _kinds_of_cells(self, found: Sequence[Token], text: str) -> Iterator[_Span]:
        """Words that name what rows are: "lamps" for "Desk lamp" and "Floor lamp"."""
        label, roots = self.table.label, _roots(found)
        for start, end in _ranges(len(found)):
            cells = self._kinds.get(roots[start:end], set())
            if label and cells and _tells(found[start:end], text, 1):
                named = Named({label.name: tuple(sorted(cells))}, kind=True)
                yield _Span(found[start].start, found[end - 1].end, named)


def tokens(text: str) -> list[Token]:
    """The tokens of a folded text."""
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(text)]


def _roots(found: Sequence[Token]) -> Key:
    return tuple(stem(token.text) for token in found)


def _split(name: str) -> str:
    return _JOINED.sub(" ", name)


def _ranges(length: int) -> Iterator[tuple[int, int]]:
    for start in range(length):
        for end in range(start + 1, min(length, start + _LONGEST) + 1):
            yield start, end


def _pieces(key: Key) -> Iterator[Key]:
    for start, end in _ranges(len(key)):
        if end - start < len(key):
            yield key[start:end]


def _is_common(key: Key) -> bool:
    """Whether it is no name by itself: words of any question, figures, single letters."""
    if len(key) == 1 and len(key[0]) == 1 and key[0].isascii():
        return True
    return all(word in CUE_WORDS or (word.isdecimal() and word[0] != "0") for word in key)


def _tells(found: Sequence[Token], text: str, least: int) -> bool:
    """Whether tokens stand side by side and enough of them are words that mean something; two characters are a word."""
    gaps = (text[before.end : after.start] for before, after in pairwise(found))
    if any(any(character.isalnum() for character in gap) for gap in gaps):
        return False
    words = [token for token in found if token.text not in CUE_WORDS and not token.text.isdecimal()]
    characters = sum(len(token.text) == 1 for token in words)
    return len(words) - characters + characters // 2 >= least


def _apart(spans: Iterable[_Span]) -> list[_Span]:
    """The longest first, a column before a cell of the same length; what overlaps goes."""
    chosen: list[_Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, isinstance(s.what, Named), s.start)):
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return chosen


def _taken(token: Token, spans: Sequence[_Span]) -> bool:
    return any(span.start <= token.start < span.end for span in spans)


def _find_periods(asked: Asked) -> None:
    for start, end, period in sorted(periods(asked.text), key=lambda found: -found[0]):
        asked.periods.append(period)
        asked.put(start, end, "period", len(asked.periods))


def _find_numbers(asked: Asked, title: Collection[str]) -> None:
    """Numbers that the table's name has ("sales 2026") are words of it."""
    found: list[tuple[int, int, Decimal]] = []
    for match in _DIGITS.finditer(asked.text):
        scale = _SCALES.get(match[2] or match[3], 1)
        if match.group() in title:
            continue
        found.append((match.start(), match.end(), Decimal(match[1].replace(",", "")) * scale))
    for match in NUMBER_WORDS.finditer(asked.text):
        found.append((match.start(), match.end(), Decimal(SPELLED[match.group()])))
    for start, end, number in sorted(found, reverse=True):
        asked.numbers.append(number)
        asked.put(start, end, "number", len(asked.numbers))
