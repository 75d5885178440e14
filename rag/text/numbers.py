"""The numbers that a text names, by value: digits of any width, English words, Japanese numerals."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH = {word: value for value, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_ORDINALS = (
    *("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
_ENGLISH |= {word: value for value, word in enumerate(_ORDINALS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_KANJI_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_KANJI_SCALES = {"十": 10, "百": 100, "千": 1000}
_KANJI_GROUPS = {"万": 10**4, "億": 10**8, "兆": 10**12}

_DIGITS = re.compile(
    r"(\d+(?:,\d{3})*(?:\.\d+)?)(?:\s*(?:(hundred|thousand|million|billion|trillion)\b|([千万億兆])))?"
)
_WORDS = re.compile(
    rf"\b(?:{'|'.join([*_ENGLISH, *_SCALES])})(?:[\s-]+(?:and\s+)?(?:{'|'.join([*_ENGLISH, *_SCALES])}))*\b"
)
_KANJI = re.compile(
    r"[〇一二三四五六七八九十百千万億兆]*[〇一二三四五六七八九十百千][〇一二三四五六七八九十百千万億兆]*"
)


_UNITS = {
    "month": r"か月|ヶ月|カ月|ケ月|ヵ月|箇月|月|months?\b",
    "year": r"年|years?\b",
    "week": r"週|weeks?\b",
    "day": r"日|days?\b",
    "hour": r"時|hours?\b",
    "minute": r"分(?!の)|minutes?\b",
    "article": r"条|章|節|項|号",
    "share": r"%|percent\b|per cent\b|パーセント",
    "money": r"円|ドル|ユーロ|ポンド|dollars?\b|euros?\b|pounds?\b|yen\b",
}
_UNIT = re.compile(r"[\s-]?(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()) + ")")
TIMES = frozenset(["year", "month", "week", "day", "hour", "minute"])
"""The units of time."""
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


class Quantity(NamedTuple):
    """A number and what it is a number of, as "year" or "money"; "" where that is not told."""

    value: float
    unit: str


def numbers_in(text: str) -> set[float]:
    """Every number that is written in digits, with the scale behind it: "3 million" and 300万 are 3e6."""
    return {value for value, _ in quantities_in(text)}


def spelled_numbers_in(text: str) -> set[float]:
    """Every number that is spelled out: "twenty-one", "two hundred thousand", 二十一, 二〇二三."""
    return {value for value, _ in spelled_quantities_in(text)}


def quantities_in(text: str) -> set[Quantity]:
    """The numbers in digits with their units: "3 months", ¥300, 5%. Four digits alone are a year."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return {_measured(_scaled(match), match) for match in _DIGITS.finditer(folded)}


def spelled_quantities_in(text: str) -> set[Quantity]:
    """The numbers that are spelled out with their units: "twenty-one days", 二〇二三年."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    english = {_measured(_english(match.group()), match) for match in _WORDS.finditer(folded)}
    return english | {_measured(_kanji(match.group()), match) for match in _KANJI.finditer(folded)}


def without_quantities(text: str) -> str:
    """The text, folded, with "0" for each number and its unit; those of Chinese characters stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for pattern in (_DIGITS, _WORDS):
        folded = re.sub(rf"[$€£¥]?(?:{pattern.pattern})(?:{_UNIT.pattern}間?)?", "0", folded)
    return folded


def _measured(value: float, match: re.Match[str]) -> Quantity:
    text, start = match.string, match.start()
    if text[start - 1 : start] in ("$", "€", "£", "¥"):
        return Quantity(value, "money")
    if (unit := _UNIT.match(text, match.end())) and unit.lastgroup:
        return Quantity(value, unit.lastgroup)
    return Quantity(value, "year" if _YEAR.fullmatch(match.group()) else "")


def _scaled(match: re.Match[str]) -> float:
    digits, english, japanese = match.groups()
    scale = _SCALES.get(english, 1) * (_KANJI_SCALES | _KANJI_GROUPS).get(japanese, 1)
    return float(digits.replace(",", "")) * scale


def _english(text: str) -> float:
    total, group = 0, 0
    for word in re.findall(r"[a-z]+", text):
        if word == "hundred":
            group = max(group, 1) * 100
        elif word in _SCALES:
            total, group = total + max(group, 1) * _SCALES[word], 0
        else:
            group += _ENGLISH.get(word, 0)
    return float(total + group)


def _kanji(text: str) -> float:
    if not set(text) & {*_KANJI_SCALES, *_KANJI_GROUPS}:
        return float("".join(str(_KANJI_DIGITS[digit]) for digit in text))
    total, group, digit = 0, 0, 0
    for character in text:
        if character in _KANJI_DIGITS:
            digit = digit * 10 + _KANJI_DIGITS[character]
        elif character in _KANJI_SCALES:
            group, digit = group + max(digit, 1) * _KANJI_SCALES[character], 0
        else:
            total, group, digit = total + max(group + digit, 1) * _KANJI_GROUPS[character], 0, 0
    return float(total + group + digit)
