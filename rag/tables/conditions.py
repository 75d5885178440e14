"""The conditions in a question: comparisons with numbers, stretches of time, cells that are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.tables import cues
from rag.tables.cells import Column
from rag.tables.cues import COLUMN, NUMBER, PERIOD, VALUE
from rag.tables.mentions import Asked, Named
from rag.tables.plan import Comparison, Filter
from rag.tables.table import Table

_IS = r"\s*(?:\b(?:is|are|was|were|of|called|named|=)\b|[がは:=])?\s*[「『“\"'(]?\s*"
_LISTED = re.compile(
    r"[\s,、・/&」』”\"'「『“]*(?:\b(?:and|or)\b|と|や|か|または|もしくは|および|及び|,|、|・|/|&)?[\s,]*(?:\b(?:in|the)\b\s*)*[「『“\"']?"
)
_YEAR_NAMES = ("year", "年", "年度", "西暦")
_PERIOD_BETWEEN = (
    rf"\b(?:from|between) (?P<low>{PERIOD}) (?:to|and|until) (?P<high>{PERIOD})",
    rf"(?P<low>{PERIOD})(?:から|〜|~)(?P<high>{PERIOD})(?:まで|の間)?",
)


class Unclear(Exception):
    """The question may mean more than one thing."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell named in the question, at `place` of the text as it was then; `column` where the question says which."""

    named: Named
    place: int
    column: str = ""


class Conditions:
    """The question's text, from which what is understood is taken out; and the conditions found in it."""

    def __init__(self, asked: Asked, table: Table) -> None:
        self.asked = asked
        self.text = asked.text
        self._table = table
        self._filters: list[Filter] = []
        self._cells: list[_Cell] = []

    def read(self) -> None:
        """Finds every condition; raises Unclear where one could be of several columns."""
        self._read_cells()
        self._read_periods()
        self._read_ranges()
        self._read_comparisons()
        self._read_equalities()

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first match, taken out of the text; a column in it stays unless it is what the group `c` matches."""
        match = re.search(pattern, self.text)
        if match:
            own = match.span("c") if "c" in match.re.groupindex else (-1, -1)
            for place in range(*match.span()):
                if own[0] <= place < own[1] or not re.match(COLUMN, self.text[place]):
                    self._blank(place, place + 1)
        return match

    def column(self, character: str) -> Column:
        """The column that a character stands for."""
        return self.asked.column(character)

    def unread(self) -> bool:
        """Whether a cell, a number or a stretch of time is left that nothing was made of."""
        return bool(re.search(rf"{VALUE}|{NUMBER}|{PERIOD}", self.text))

    def filters(self, asked_for: Sequence[Column], *, by_name: bool) -> tuple[Filter, ...]:
        """All conditions; a cell that stands in several columns is taken for the row's name, or for a kind of rows.

        Raises Unclear where that does not decide, or where two cells of a column are named that are not listed.
        """
        found: dict[str, list[_Cell]] = {}
        for cell in sorted(self._cells, key=lambda cell: cell.place):
            name = cell.column or self._column_of(cell, asked_for, by_name)
            if name in found and not self._listed(found[name][-1].place, cell.place):
                raise Unclear
            found.setdefault(name, []).append(cell)
        made = [
            Filter(
                column,
                "=",
                tuple(dict.fromkeys(way for cell in found[column.name] for way in cell.named.where[column.name])),
            )
            for column in self._table.columns
            if column.name in found
        ]
        every = (*made, *self._filters)
        if len(every) > 1 and re.search(cues.EITHER, self.text):
            raise Unclear  # conditions hold together; cells of one column that are listed are one condition
        return every

    def _column_of(self, cell: _Cell, asked_for: Sequence[Column], by_name: bool) -> str:
        names = [name for name in cell.named.where if name not in {column.name for column in asked_for}]
        if len(names) == 1:
            return names[0]
        label = self._table.label.name if self._table.label else ""
        if by_name and label in names:
            return label
        kinds = [name for name in names if name != label]
        if len(kinds) != 1:
            raise Unclear
        return kinds[0]

    def _listed(self, before: int, after: int) -> bool:
        between = self.asked.text[before + 1 : after]
        return bool(_LISTED.fullmatch(re.sub(rf"{COLUMN}|{VALUE}", "", between)))

    def _read_cells(self) -> None:
        for match in list(re.finditer(VALUE, self.text)):
            named, place = self.asked.value(match.group()), match.start()
            before = re.search(rf"({COLUMN}){_IS}$", self.text[:place])
            said = self.column(before[1]).name if before else ""
            if before and said in named.where:
                self._blank(before.start(), place + 1)
                self._cells.append(_Cell(named, place, said))
            else:
                self._blank(place, place + 1)
                self._cells.append(_Cell(named, place))

    def _read_periods(self) -> None:
        dates = [column for column in self._table.columns if column.kind == "date"]
        for pattern in _PERIOD_BETWEEN:
            while match := self.take(pattern):
                low, high = self.asked.period(match["low"]), self.asked.period(match["high"])
                if low.month or high.month:
                    raise Unclear
                self._filters.append(Filter(self._dated(match, dates), "between", (low.first, high.last)))
        for comparison, pattern in cues.PERIODS:
            while match := self.take(pattern):
                self._filters.append(self._in_period(match, comparison, self._dated(match, dates)))

    def _in_period(self, match: re.Match[str], comparison: str, column: Column) -> Filter:
        period = self.asked.period(match["p"] or match["p2"])
        if period.month:
            if comparison != "between":
                raise Unclear
            return Filter(column, "month", (Decimal(period.month),))
        match comparison:
            case ">" | "<=":
                return Filter(column, comparison, (period.last,))
            case ">=" | "<":
                return Filter(column, comparison, (period.first,))
            case _:
                one = period.first == period.last
                return Filter(
                    column, "=" if one else "between", (period.first,) if one else (period.first, period.last)
                )

    def _dated(self, match: re.Match[str], dates: Sequence[Column]) -> Column:
        """The column of dates that a stretch of time is one of: the one named right before it, or the only one."""
        before = re.search(rf"({COLUMN})(?:{cues.BEFORE_COMPARISON})$", self.text[: match.start()])
        if before and self.column(before[1]).kind == "date":
            self._blank(*before.span())
            return self.column(before[1])
        if len(dates) != 1:
            raise Unclear
        return dates[0]

    def _read_ranges(self) -> None:
        for pattern in cues.BETWEEN:
            while match := re.search(pattern, self.text):
                column = self._compared(match)
                ends = tuple(self._scaled(match[name], column) for name in ("low", "high"))
                self._filters.append(Filter(column, "between", ends))

    def _read_comparisons(self) -> None:
        for comparison, pattern in cues.COMPARISONS:
            while match := re.search(pattern, self.text):
                column = self._compared(match)
                self._filters.append(Filter(column, _comparison(comparison), (self._scaled(match["n"], column),)))

    def _read_equalities(self) -> None:
        """ "Wins is 94", "94 wins", 年齢が30; a year where a column of years is the only one that it can be of."""
        pattern = (
            rf"(?P<c>{COLUMN})\s*(?:\b(?:is|are|was|were|of)\b|[がは=:])?\s*(?P<n>{NUMBER})"
            rf"|(?P<n2>{NUMBER})\s?(?P<c2>{COLUMN})"
        )
        while match := re.search(pattern, self.text):
            column = self.column(match["c"] or match["c2"])
            if column.kind != "number":
                raise Unclear
            self._blank(*match.span())
            self._filters.append(Filter(column, "=", (self._scaled(match["n"] or match["n2"], column),)))
        years = [c for c in self._table.columns if c.kind == "number" and c.name.casefold() in _YEAR_NAMES]
        if len(years) == 1 and (match := self.take(rf"\b(?:in|during|for|of) (?P<n>{NUMBER})|(?P<n2>{NUMBER})年度?")):
            self._filters.append(Filter(years[0], "=", (self.asked.number(match["n"] or match["n2"]),)))

    def _compared(self, match: re.Match[str]) -> Column:
        """The column of numbers that is compared: right before, right behind, or the only one that is named."""
        before = re.search(rf"({COLUMN})(?:{cues.BEFORE_COMPARISON})$", self.text[: match.start()])
        after = re.match(rf"(?:{cues.AFTER_COMPARISON})({COLUMN})", self.text[match.end() :])
        for near, start in ((before, 0), (after, match.end())):
            if near and self.column(near[1]).kind == "number":
                first, last = near.start() + start, near.end() + start
                self._blank(min(first, match.start()), max(last, match.end()))
                return self.column(near[1])
        named = [place for place in re.finditer(COLUMN, self.text) if self.column(place.group()).kind == "number"]
        if len(named) != 1:
            raise Unclear
        self._blank(*match.span())
        self._blank(*named[0].span())
        return self.column(named[0].group())

    def _scaled(self, character: str, column: Column) -> Decimal:
        number = self.asked.number(character)
        if re.search(r"thousand|million|billion|千|万|億", column.name.casefold()) and abs(number) >= 1000:
            raise Unclear  # the column counts in millions: does the question too?
        return number

    def _blank(self, start: int, end: int) -> None:
        """Takes a part out; everything else keeps its place."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]


def _comparison(text: str) -> Comparison:
    return text  # type: ignore[return-value]  # the patterns are named by nothing else
