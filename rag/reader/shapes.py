"""What an answer must look like, whatever its words: money, a telephone number, an address of mail, an age."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.reader.questions import Question
from rag.text.numbers import quantities_in


@dataclass(frozen=True, slots=True)
class Shape:
    """What a question asks for (its folded text), and what a text has that can say it.

    `needed`: where no text has it, nothing answers. Of others there are ways to say them that are not known here.
    """

    asked: re.Pattern[str]
    had: re.Pattern[str] | None
    needed: bool = True

    def is_in(self, text: str) -> bool:
        """Whether a text has it."""
        if self.had is None:
            return any(unit in ("money", "share") for _, unit in quantities_in(text)) or bool(_NO_MONEY.search(text))
        return bool(self.had.search(text))


_NO_MONEY = re.compile(r"\bfree\b|\bno (?:fee|charge|cost)\b|\bincluded\b|無料|負担|含ま|込み", re.IGNORECASE)
_MONEY = Shape(
    re.compile(
        r"^(?:and )?how much (?:do|does|did|is|are|was|were)\b.*\b(?:costs?|fees?|price|rent|pay|paid|charged?)\b"
        r"|\bwhat (?:do|does|did) .*\bcost\b|(?:費|料|料金|価格|値段|代金|家賃|賃料|金額)は(?:毎月)?いくら"
    ),
    None,
    needed=False,
)
_SHAPES = (
    Shape(
        re.compile(r"\bfax\b|ファックス|ファクス|fax番号"),
        re.compile(r"\bfax\b|ファックス|ファクス", re.IGNORECASE),
    ),
    Shape(
        re.compile(r"\b(?:tele)?phone number\b|電話番号"),
        re.compile(r"[0-9０-９][0-9０-９()（） -]{5,}|内線"),
    ),
    Shape(re.compile(r"\be-?mail address\b|メールアドレス"), re.compile(r"[@＠]")),
    Shape(re.compile(r"\bceo\b|\bchief executive\b"), re.compile(r"\bCEO\b|\bchief executive\b", re.IGNORECASE)),
    Shape(
        re.compile(r"^how old (?:is|was)\b|何歳"),
        re.compile(r"\b(?:aged?|old|born|birth|years?|centur\w+)\b|歳|才|生まれ|誕生|年", re.IGNORECASE),
    ),
    _MONEY,
)


def shape_of(question: Question) -> Shape | None:
    """What an answer of this question must look like; None for most."""
    return next((shape for shape in _SHAPES if shape.asked.search(question.folded)), None)
