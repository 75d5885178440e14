"""Dates, times and durations as a workbook shows them (ECMA-376 part 1, 18.8.31), Japanese eras and weekdays too."""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from datetime import date, datetime, time, timedelta

_TOKEN = re.compile(
    r"yyyy|yy|m{1,5}|dddd|ddd|dd|d|hh|h|ss|s|am/pm|a/p|a{3,4}|\[(?:h+|m+|s+)\]|\.0+|g{1,3}|e{1,2}", re.IGNORECASE
)
_MINUTES = ("m", "mm")
_ERAS = (  # first day, letter, name
    (date(2019, 5, 1), "R", "令和"), (date(1989, 1, 8), "H", "平成"), (date(1926, 12, 25), "S", "昭和"),
    (date(1912, 7, 30), "T", "大正"), (date(1868, 1, 25), "M", "明治"),
)  # fmt: skip
_WEEKDAYS = "月火水木金土日"


def moment(value: date | time | timedelta, section: str) -> str:
    """The text of a cell whose format, its quoted text bare, is this section."""
    tokens = list(_TOKEN.finditer(section))
    if isinstance(value, timedelta):
        return _duration(value, section, tokens)
    if not tokens:
        return value.isoformat(*(" ",) if isinstance(value, datetime) else ())
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    names = [match.group().lower() for match in tokens]
    known = _known(value, twelve="am/pm" in names or "a/p" in names)
    return _filled(section, tokens, [known.get(name, "") for name in _with_minutes(names)])


def _with_minutes(names: list[str]) -> list[str]:
    """The tokens, where an m beside hours or seconds is not a month."""
    found: list[str] = []
    for n, name in enumerate(names):
        after_hours = n and names[n - 1] in ("h", "hh", "[h]", "[hh]")
        before_seconds = names[n + 1 : n + 2] and names[n + 1] in ("s", "ss")
        found.append(f"minute {name}" if name in _MINUTES and (after_hours or before_seconds) else name)
    return found


def _filled(section: str, tokens: list[re.Match[str]], texts: list[str]) -> str:
    parts: list[str] = []
    at = 0
    for match, text in zip(tokens, texts, strict=True):
        parts += (section[at : match.start()], text)
        at = match.end()
    return "".join([*parts, section[at:]]).strip()


def _duration(value: timedelta, section: str, tokens: list[re.Match[str]]) -> str:
    """Hours, minutes and seconds: those in brackets count on past a day, an hour or a minute."""
    seconds = int(abs(value).total_seconds())
    names = _with_minutes([match.group().lower() for match in tokens])
    if not any(name.startswith("[") for name in names):
        names, tokens, section = [], [], ""
    texts: list[str] = []
    for name in names:
        unit, width = name.strip("[]").removeprefix("minute "), len(name.strip("[]").removeprefix("minute "))
        size, limit = {"h": (3600, 24), "m": (60, 60), "s": (1, 60)}.get(unit[0], (0, 0))
        number = (seconds // size % (seconds + 1 if name.startswith("[") else limit)) if size else None
        texts.append("" if number is None else str(number).rjust(width, "0"))
    whole = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ("-" if value < timedelta(0) else "") + (_filled(section, tokens, texts) if names else whole)


def _known(value: datetime, *, twelve: bool) -> dict[str, str]:
    hour = (value.hour % 12 or 12) if twelve else value.hour
    return {
        "yyyy": f"{value.year:04}",
        "yy": f"{value.year % 100:02}",
        "mmmmm": month_name[value.month][:1],
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
        "minute mm": f"{value.minute:02}",
        "minute m": str(value.minute),
        "ss": f"{value.second:02}",
        "s": str(value.second),
        "am/pm": "AM" if value.hour < 12 else "PM",
        "a/p": "A" if value.hour < 12 else "P",
        "aaaa": f"{_WEEKDAYS[value.weekday()]}曜日",
        "aaa": _WEEKDAYS[value.weekday()],
        **_era(value.date()),
    }


def _era(day: date) -> dict[str, str]:
    """The year in the Japanese way; before Meiji it is that of the calendar."""
    for first, letter, name in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return {"g": letter, "gg": name[0], "ggg": name, "e": str(year), "ee": f"{year:02}"}
    return {"e": str(day.year), "ee": str(day.year)}
