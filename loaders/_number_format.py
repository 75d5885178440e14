"""A cell's value as the workbook shows it: number formats of ECMA-376 part 1, 18.8.31, the ones that people use."""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_CONDITION = re.compile(r"\[(?:>|<|=)[^\]]*\]|\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)\]", re.I)
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_DIGITS = re.compile(r"[#0?,]+(?:\.[#0?]*)?|\.[#0?]+")
_DATE = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|am/pm|a/p|\[h+\]|\[m+\]|\[s+\]|\.0+|ggg?e?", re.I)
_MAX_CHARACTERS = 32_767
"""Excel's own limit of a cell."""
_SIGNIFICANT = 11
"""Digits that a General cell shows at most."""


def shown(value: object, number_format: str) -> str:
    """The text of a cell: "1,234.50", "12%", "2024-03-01", "TRUE"; what its format cannot say is shown plainly."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value, number_format)
    return " ".join(str(value)[:_MAX_CHARACTERS].split())


def _number(value: float, number_format: str) -> str:
    section = _section(number_format, value)
    if not section or section.lower() == "general":
        return _general(value)
    text, digits = _plain(section), _DIGITS.search(_plain(section))
    if "E+" in section.upper() or "?/" in section or "@" in text:
        return _general(value)
    if digits is None:
        return text.strip() or _general(value)
    minus = "-" if value < 0 and not any(_sections(number_format)[1:2]) else ""
    amount = Decimal(repr(abs(value))) * (100 if "%" in text else 1)
    whole, _, decimals = digits.group().partition(".")
    amount /= 1000 ** (len(whole) - len(whole.rstrip(",")))
    rounded = amount.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    optional = len(decimals) - len(decimals.rstrip("#?"))
    number = f"{rounded:,f}" if "," in whole.rstrip(",") else f"{rounded:f}"
    if optional and "." in number:
        number = number[: len(number) - optional] + number[len(number) - optional :].rstrip("0")
        number = number.rstrip(".")
    wanted = whole.count("0")
    if len(number.split(".")[0]) < wanted:
        number = "0" * (wanted - len(number.split(".")[0])) + number
    return f"{minus}{text[: digits.start()]}{number}{text[digits.end() :]}".strip()


def _general(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.{_SIGNIFICANT}g}"


def _moment(value: date | time | timedelta, number_format: str) -> str:
    if isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    section = _plain(_section(number_format, 1.0))
    if not _DATE.search(section):
        return value.isoformat(*(" ",) if isinstance(value, datetime) else ())
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    twelve = "am/pm" in section.lower() or "a/p" in section.lower()
    parts: list[str] = []
    at, last = 0, ""
    for match in _DATE.finditer(section):
        parts.append(section[at : match.start()])
        token, at = match.group().lower(), match.end()
        following = _DATE.search(section, match.end())
        minutes = token in ("m", "mm") and (
            last in ("h", "hh") or (following and following.group().lower() in ("s", "ss"))
        )
        parts.append(f"{value.minute:02}" if minutes else _token(token, value, twelve))
        last = token
    return "".join([*parts, section[at:]]).strip()


def _token(token: str, value: datetime, twelve: bool) -> str:
    hour = (value.hour % 12 or 12) if twelve else value.hour
    known = {
        "yyyy": f"{value.year:04}",
        "yy": f"{value.year % 100:02}",
        "mmmm": month_name[value.month],
        "mmm": month_abbr[value.month],
        "mm": f"{value.month:02}",
        "m": str(value.month),
        "dddd": day_name[value.weekday()],
        "ddd": day_abbr[value.weekday()],
        "dd": f"{value.day:02}",
        "d": str(value.day),
        "hh": f"{hour:02}",
        "h": str(hour),
        "ss": f"{value.second:02}",
        "s": str(value.second),
        "am/pm": "AM" if value.hour < 12 else "PM",
        "a/p": "A" if value.hour < 12 else "P",
    }
    return known.get(token, "")


@lru_cache(maxsize=256)
def _sections(number_format: str) -> list[str]:
    """What the semicolons part; at least one, if only an empty one."""
    sections: list[str] = []
    at = 0
    while at <= len(number_format):
        match = _SECTION.match(number_format, at)
        sections.append(match.group() if match else "")
        at = (match.end() if match else at) + 1
    return sections


def _section(number_format: str, value: float) -> str:
    """The one for positive, negative or zero numbers (18.8.31: up to four, separated by semicolons)."""
    sections = _sections(number_format)
    if value < 0 and len(sections) > 1:
        return sections[1] or sections[0]
    if value == 0 and len(sections) > 2:
        return sections[2] or sections[0]
    return sections[0]


@lru_cache(maxsize=256)
def _plain(section: str) -> str:
    """A section without colours, conditions and padding, its quoted text bare."""
    section = _CURRENCY.sub(lambda match: match[1], _CONDITION.sub("", section))
    return _LITERAL.sub(lambda match: match[1] or match[2] or "", section)
