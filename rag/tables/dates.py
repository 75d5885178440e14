"""Days, months and years that a question names, in English and Japanese."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMBER_OF = {name[:3]: number for number, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_NAME = rf"(?P<month>{'|'.join(_MONTHS)}|{'|'.join(_NUMBER_OF)})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)",
        rf"\b{_DAY}(?: of)? {_NAME},? {_YEAR}\b",
        rf"\b{_NAME} {_DAY},? {_YEAR}\b",
        rf"{_YEAR}年\s*(?P<month>\d{{1,2}})月\s*(?P<day>\d{{1,2}})日",
        rf"{_YEAR}年\s*(?P<month>\d{{1,2}})月(?!\d)",
        rf"\b{_NAME},? {_YEAR}\b",
        rf"\b{_YEAR}-(?P<month>\d\d)\b",
        rf"{_YEAR}年(?!\d)",
        *(rf"(?<=\b{word} ){_YEAR}\b" for word in ("in", "since", "before", "after", "during", "until", "from")),
        *(rf"(?<=\b{word} ){_NAME}(?![\w.])(?! \d)" for word in ("in", "during")),
        r"(?<![\d年])(?P<month>\d{1,2})月(?!\d)",
    )
)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; a `month` without a year is that of any year."""

    first: date
    last: date
    month: int = 0


def periods(text: str) -> Iterator[tuple[int, int, Period]]:
    """Where the folded text names a stretch of time, and which; the longer reading goes first."""
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < stop and begin < end for begin, stop in taken):
                continue
            if period := _period({name: value for name, value in match.groupdict().items() if value}):
                taken.append((start, end))
                yield start, end, period


def _period(found: dict[str, str]) -> Period | None:
    month = found.get("month", "")
    number = int(month) if month.isdigit() else _NUMBER_OF.get(month[:3], 0)
    if "month" in found and not 1 <= number <= 12:
        return None
    if "year" not in found:
        return Period(date.min, date.max, number)
    year = int(found["year"])
    if not number:
        return Period(date(year, 1, 1), date(year, 12, 31))
    last = monthrange(year, number)[1]
    if "day" not in found:
        return Period(date(year, number, 1), date(year, number, last))
    day = int(found["day"])
    return Period(date(year, number, day), date(year, number, day)) if 1 <= day <= last else None
