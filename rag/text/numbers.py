"""The numbers that a text names, by value: digits of any width, English words, Japanese numerals."""

from __future__ import annotations

import re
import unicodedata

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


def numbers_in(text: str) -> set[float]:
    """Every number that is written in digits, with the scale behind it: "3 million" and 300万 are 3e6."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return {_scaled(match) for match in _DIGITS.finditer(folded)}


def spelled_numbers_in(text: str) -> set[float]:
    """Every number that is spelled out: "twenty-one", "two hundred thousand", 二十一, 二〇二三."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = {_english(match.group()) for match in _WORDS.finditer(folded)}
    for match in _KANJI.finditer(folded):
        found.add(_kanji(match.group()))
    return found


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
