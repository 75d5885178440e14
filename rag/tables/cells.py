"""What the cells of a column are: numbers of one notation and unit, dates of one order, or text as it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "number", "date"]
Value = str | Decimal | date | None

_EMPTY = frozenset(["", "-", "--", "–", "—", "n/a", "na", "null", "none", "nan", "unknown", "不明", "なし", "ー", "…"])
_LEAST_SHARE = 0.5
"""Of the cells of a column of numbers or dates, this many must be there: a few among dashes may be anything."""
_NUMBER = re.compile(
    r"""(?P<open>\()?\s*(?P<minus>[-+△▲])?\s*(?P<before>[$€£¥₩]|us\$|usd|eur|jpy|gbp)?\s*(?P<minus2>-)?
        (?P<digits>\d[\d.,' ]*|\.\d+)(?P<exponent>e[-+]?\d+)?
        \s*(?P<after>%|[^\W\d_]{1,12}|[€円])?\s*(?P<close>\))?""",
    re.VERBOSE,
)
_POINT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?|\d{1,3}(?: \d{3})+(?:,\d+)?")
_LEADING_ZERO = re.compile(r"0\d")
_MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[t ]00:00(?::00)?)?")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})\.?[ -]([a-z]{3})[a-z]*|([a-z]{3})[a-z]*\.? (\d{1,2}))[ ,-]+(\d{4})")
_SUMMARY = re.compile(r"(?:(?:grand |sub-?)?total|sums?|合\s*計|総\s*計|小\s*計|計)[::]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column as it was read, and its cells as they are written; `unit` stands at each of its numbers.

    `empty` cells hold nothing, or only a mark for that ("n/a"); `decimals` is the most that a number of it has.
    """

    name: str
    kind: Kind
    values: tuple[Value, ...]
    written: tuple[str, ...]
    empty: int = 0
    unit: str = ""
    unit_first: bool = False
    decimals: int = 0

    @property
    def unique(self) -> bool:
        """Whether no value stands in two rows."""
        there = [value for value in self.values if value is not None]
        return len(set(there)) == len(there)

    @property
    def worded(self) -> bool:
        """Whether most of its cells have a letter in them."""
        there = [text for text in self.written if text]
        return 2 * sum(any(map(str.isalpha, text)) for text in there) > len(there)

    @property
    def variety(self) -> float:
        """Different values per row, 0 to 1."""
        return len({value for value in self.values if value is not None}) / max(1, len(self.values))


def fold(text: str) -> str:
    """Width, case and runs of white space made one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_column(name: str, cells: Sequence[str]) -> Column:
    """The column of these cells, None for an empty one; it is text unless every cell reads as a number or date."""
    folded = [fold(cell) for cell in cells]
    there = [cell for cell in folded if cell not in _EMPTY]
    if there and len(there) >= _LEAST_SHARE * len(cells):
        for read in (_numbers, _dates):
            if column := read(name, cells, folded, there):
                return column
    return Column(name, "text", tuple(cell or None for cell in cells), tuple(cells), sum(not cell for cell in cells))


def is_summary(cells: Sequence[str]) -> bool:
    """Whether a row sums up those above it, as its first cell with text says."""
    first = next((cell for cell in cells if cell), "")
    return bool(_SUMMARY.fullmatch(first.strip()))


def _numbers(name: str, cells: Sequence[str], folded: Sequence[str], there: Sequence[str]) -> Column | None:
    """None unless all are numbers with the same unit and the same decimal mark; codes ("007") are not numbers."""
    matches = [_NUMBER.fullmatch(cell.replace("−", "-").replace("‐", "-")) for cell in there]
    found = [match for match in matches if match and bool(match["open"]) == bool(match["close"])]
    if len(found) < len(matches):
        return None
    digits = [match["digits"].strip().replace("'", "") for match in found]
    if any(_LEADING_ZERO.match(text) for text in digits):
        return None
    units = {(match["before"] or "", match["after"] or "") for match in found}
    marks = [mark for mark, notation in ((".", _POINT), (",", _COMMA)) if all(map(notation.fullmatch, digits))]
    if len(units) > 1 or not marks or all(next(iter(units))):
        return None
    values = iter([_value(match, text, marks[0]) for match, text in zip(found, digits, strict=True)])
    read = tuple(None if cell in _EMPTY else next(values) for cell in folded)
    before, after = units.pop()
    decimals = max(_decimals(value) for value in read if value is not None)
    return Column(name, "number", read, tuple(cells), len(folded) - len(there), before or after, bool(before), decimals)


def _value(match: re.Match[str], digits: str, mark: str) -> Decimal:
    plain = digits.replace("," if mark == "." else ".", "").replace(" ", "").replace(mark, ".")
    negative = match["open"] or match["minus"] in ("-", "△", "▲") or match["minus2"]
    return Decimal(plain + (match["exponent"] or "")) * (-1 if negative else 1)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _dates(name: str, cells: Sequence[str], folded: Sequence[str], there: Sequence[str]) -> Column | None:
    """None unless all are dates in the same order; 3/4/2026 counts only where another says which is the month."""
    for read in (_year_first, _named, _day_first, _month_first):
        found = {cell: read(cell) for cell in set(there)}
        if all(found.values()) and (read in (_year_first, _named) or not _either_order(found)):
            values = tuple(found.get(cell) for cell in folded)
            return Column(name, "date", values, tuple(cells), len(folded) - len(there))
    return None


def _either_order(found: dict[str, date | None]) -> bool:
    return all(_day_first(cell) and _month_first(cell) for cell in found)


def _year_first(cell: str) -> date | None:
    match = _YEAR_FIRST.fullmatch(cell)
    return _date(match[1], match[2], match[3]) if match else None


def _named(cell: str) -> date | None:
    match = _NAMED.fullmatch(cell)
    if not match:
        return None
    month = _MONTHS.get(match[2] or match[3])
    return _date(match[5], str(month), match[1] or match[4]) if month else None


def _day_first(cell: str) -> date | None:
    match = _NUMBERS.fullmatch(cell)
    return _date(match[3], match[2], match[1]) if match else None


def _month_first(cell: str) -> date | None:
    match = _NUMBERS.fullmatch(cell)
    return _date(match[3], match[1], match[2]) if match else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
