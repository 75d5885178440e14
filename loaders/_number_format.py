"""A cell's value as the workbook shows it: number formats of ECMA-376 part 1, 18.8.31, the ones that people use."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from loaders._date_format import moment

_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_CONDITION = re.compile(r"\[(?:>|<|=)[^\]]*\]|\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)\]", re.I)
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_EXPONENT = re.compile(r"[0#?]E[+-]0", re.IGNORECASE)
_FRACTION = re.compile(r"([#0?]+ +)?[#0?]+ */ *([0?#]+|[1-9]\d*)")
_DIGITS = re.compile(r"[#0?,]+(?:\.[#0?]*)?|\.[#0?]+")
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
        return moment(value, plain_section(_section(number_format, 1.0)))
    return " ".join(str(value)[:_MAX_CHARACTERS].split())


def _number(value: float, number_format: str) -> str:
    section = _section(number_format, value)
    if not section or section.lower() == "general":
        return _general(value)
    text, digits = plain_section(section), _DIGITS.search(plain_section(section))
    if _EXPONENT.search(text):
        return _scientific(value, text)
    if (fraction := _fraction(value, text)) is not None:
        return fraction
    if "@" in text:
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


def _scientific(value: float, section: str) -> str:
    """ "1.23E+07" for 0.00E+00."""
    mantissa, _, exponent = section.upper().partition("E")
    decimals = sum(mantissa.partition(".")[2].count(digit) for digit in "0#?")
    found, _, power = f"{value:.{decimals}E}".partition("E")
    sign = "-" if power[0] == "-" else "+" if exponent[:1] == "+" else ""
    return f"{found}E{sign}{power[1:].lstrip('0').rjust(exponent.count('0'), '0')}"


def _fraction(value: float, section: str) -> str | None:
    """ "1 1/4" for # ?/?; None where the format is no fraction."""
    found = _FRACTION.search(section)
    if not found:
        return None
    whole, below = found.groups()
    near = Fraction(abs(value)).limit_denominator(10 ** min(len(below), 6) - 1)
    if below.strip("0?#"):
        near = Fraction(round(abs(value) * int(below)), int(below))
    over = near.numerator
    full, over = divmod(near.numerator, near.denominator) if whole else (0, over)
    unit = int(below) if below.strip("0?#") else near.denominator
    part = f"{over * unit // near.denominator}/{unit}" if over else ""
    text = " ".join(filter(None, (str(full) if full or not part else "", part)))
    return f"-{text}" if value < 0 else text


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
def plain_section(section: str) -> str:
    """A section without colours, conditions and padding, its quoted text bare."""
    section = _CURRENCY.sub(lambda match: match[1], _CONDITION.sub("", section))
    return _LITERAL.sub(lambda match: match[1] or match[2] or "", section)
