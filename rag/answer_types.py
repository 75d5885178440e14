"""What kind of thing a question asks for, and which kinds a sentence holds: a date, a number, a name."""

from __future__ import annotations

import re

DATE, NUMBER, NAME = "d", "n", "w"

_EXPECTED = {
    DATE: r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century)\b|いつ|何年|何月|何日|何世紀|時期|年代",
    NUMBER: (
        r"\bhow (?:many|much|long|old|far|large|big|tall|often|high)\b|\bwhat (?:percent|number|amount|percentage)\b"
        r"|いくつ|いくら|何人|何個|何[つ本回円歳位番度件種名匹頭冊台枚]|どれ(?:くらい|ぐらい|ほど)|どの(?:くらい|程度)"
        r"|何パーセント|[量数率]は"
    ),
    NAME: r"\bwho(?:m|se)?\b|誰|だれ|何という人",
}
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_HELD = {
    DATE: re.compile(
        rf"\b1\d{{3}}\b|\b20\d\d\b|\bcentury\b|\b(?:{_MONTHS})\b|\d{{1,4}}年|\d{{1,2}}月|世紀|時代|年代", re.IGNORECASE
    ),
    NUMBER: re.compile(
        r"\d|[一二三四五六七八九十百千万億]+(?:年|月|日|人|つ|個|本|回|円|歳|位|番|代)|\b(?:one|two|three|four|five|six|"
        r"seven|eight|nine|ten|hundred|thousand|million|billion|first|second|third|half|dozen)\b",
        re.IGNORECASE,
    ),
    NAME: re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+|[ァ-ヴー]{3,}|氏|さん"),
}
_QUESTIONS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _EXPECTED.items()}


def expected_kind(question: str) -> str:
    """DATE, NUMBER or NAME where the question's own words ask for one, else ""."""
    return next((kind for kind, pattern in _QUESTIONS.items() if pattern.search(question)), "")


def kinds_held(sentence: str) -> str:
    """Those of DATE, NUMBER and NAME that the sentence seems to hold, one letter each."""
    return "".join(kind for kind, pattern in _HELD.items() if pattern.search(sentence))
