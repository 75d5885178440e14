"""Which words of a sentence say when: dates, years, times of day, days of the week, spans of years; whole measures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reader.tokens import KINDS, Token

_ALONE = {
    "en": re.compile(
        r"(?:1[0-9]|20)\d\d$|\d{3,4}s$|\d{1,2}[:/.-]\d{1,2}|\d+(?:st|nd|rd|th)$|\d{1,2}(?:am|pm)$"
        r"|(?:today|yesterday|tomorrow|daily|weekly|monthly|yearly|annually|noon|midnight|morning|evening|night"
        r"|spring|summer|autumn|winter|\w+days|weekends?|weekdays?|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$"
    ),
    "ja": re.compile(
        r"(?:1[0-9]|20)\d\d$|\d{1,4}[:：/.-]\d{1,2}|[月火水木金土日]曜|毎[年月週日朝晩]|平日|週末|祝日|年末|年始|昨[年日]|翌[年日]"
        r"|今[年日]|(?:明治|大正|昭和|平成|令和)$|午[前後]|[春夏秋冬]$|初期$|末期$|時代$|世紀$"
    ),
}
_UNIT = {
    "en": re.compile(r"(?:years?|months?|weeks?|days?|hours?|minutes?|centur(?:y|ies)|decades?|[ap]\.?m|o'clock)$"),
    "ja": re.compile(r"[年月日時分秒週歳才]|世紀|曜"),
}
_OTHER_UNITS = ("号", "番", "円", "人", "名", "個", "台", "点", "件", "社", "冊", "本", "枚", "部")
"""What stands behind a number of four figures that is no year."""
_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)?$")
_FOUR = re.compile(r"\d{4}$")
_MEASURE = re.compile(
    r"(?:%|percent|yen|euros?|dollars?|pounds?|cents?|years?|months?|weeks?|days?|hours?|minutes?|seconds?|km|kilometers?"
    r"|kilometres?|miles?|meters?|metres?|feet|inches|kg|grams?|tons?|tonnes?|litres?|liters?|degrees?|million|billion"
    r"|trillion|thousand|hundred)$"
)
_NEAR = 2
"""How many tokens behind a number its unit may stand."""


def timely(row: Sequence[Token], language: str) -> list[bool]:
    """Of each token of a sentence, whether it says when."""
    folded = [token.text.casefold() for token in row]
    found: list[bool] = []
    for at, token in enumerate(row):
        kind = KINDS[language][token.kind]
        counts = (kind == "number" or has_digit(token)) and any(
            _UNIT[language].match(text) for text in folded[at + 1 : at + 1 + _NEAR]
        )
        alone = kind == "month" or token.text == "May" or bool(_ALONE[language].match(folded[at]))
        counts_else = at + 1 < len(row) and row[at + 1].text in _OTHER_UNITS
        found.append((alone and not counts_else) or counts)
    return found


def whole_measure(row: Sequence[Token], first: int, last: int, language: str) -> tuple[int, int]:
    """A span of English tokens with what belongs to its number or date: "10 yen" of "10", "26 June 1968" of "June"."""
    if language != "en":
        return first, last
    if _is_month(row[first]) and first and _DAY.match(row[first - 1].text):
        first -= 1
    if _is_month(row[last]) and last + 1 < len(row) and _FOUR.match(row[last + 1].text):
        last += 1
    if row[last].text[:1].isdigit() and last + 1 < len(row) and _MEASURE.match(row[last + 1].text.casefold()):
        last += 1
    return first, last


def _is_month(token: Token) -> bool:
    return token.text == "May" or (KINDS["en"][token.kind] == "month" and token.text[:1].isupper())


def has_digit(token: Token) -> bool:
    """Whether a figure stands in it."""
    return any(map(str.isdigit, token.text))
