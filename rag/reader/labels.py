"""Lines that say what they hold: "label: value", as forms, invoices and minutes have them, and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.reader.questions import Question
from rag.reader.tokens import KINDS, tokens
from rag.text.languages import stem

# Label and value begin and end with something: a run of spaces that could be part of several would be tried as each.
LABELLED = re.compile(r"^[-*•・\s]*(?P<label>[^:：|\s][^:：|]{0,59}?)\s*[:：]\s*(?P<value>\S(?:.*\S)?)\s*$")
CELLS = " | "
"""What stands between the cells of a table's row."""
_OR = re.compile(r"\s+or\s+|[/／・、]|または")
_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_NUMBERED = re.compile(r"^\s*(?:第\s*[0-9一二三四五六七八九十百]+\s*[条章節項]|[0-9]+[.．)]?)\s*")
_LABELLED_ASIDE = re.compile(r"[(（](?P<label>[^:：()（）\s]{1,20})[:：]\s*(?P<value>[^()（）:：]{1,40})[)）]")
_DOER = re.compile(r"(?<=[a-z]{3})(?:er|or)$")
"""The ending of a word for somebody who does something: what a question calls "who leads", a label calls "leader"."""
_NO_LABEL = re.compile(r"\d:\d|://")
_LABEL = re.compile(r"[^\s()（）「」『』、,]{1,20}(?: [^\s()（）「」『』、,]{1,20}){0,2}")
_HOW_MUCH = frozenset(["much", "mani"])
_DUE = "due"  # "because", too, but on a label it says which date or sum
_FREE = frozenset(["御", _DUE])
"""Words that a label may have though the question has not."""
_SIGNS = frozenset(["comma", "mark", "open", "close"])
_NAMING = {
    "en": frozenset(["name", "word", "plural", "number", "past", "ing", "adverb", "unit", "month"]),
    "ja": frozenset(["noun", "name", "person", "place", "katakana", "latin", "number", "counter", "suffix", "prefix"]),
}

_KINDS_OF_VALUE: dict[str, dict[str, frozenset[str]]] = {
    "en": {
        "when": frozenset(["date", "day", "time", "year"]),
        "who": frozenset(["name", "person"]),
        "where": frozenset(["address", "place", "locat", "venu", "room"]),
        "amount": frozenset(["price", "amount", "cost", "fee", "rate"]),
        "number": frozenset(["number", "amount", "quantiti"]),
    },
    "ja": {
        "when": frozenset(["日", "期日", "日付", "日時", "日程", "時刻", "時間", "年月日", "日数", "期間"]),
        "who": frozenset(["名", "氏名", "名前", "者", "人"]),
        "where": frozenset(["場所", "住所", "会場", "所在", "地"]),
        "amount": frozenset(["料金", "価格", "金額", "額", "料", "代金"]),
        "number": frozenset(["数", "数量", "人数", "件数"]),
    },
}
"""What a label says of the kind of its value, which a question of that kind need not say again."""


@dataclass(frozen=True, slots=True)
class _Cell:
    column: str
    value: str
    start: int


def value_asked_for(question: Question, text: str, titles: str = "") -> tuple[int, int] | None:
    """Characters of a line's value, where its label names what the question asks for; else None.

    All words of the label must be the question's, and either what it asks for among them, or at least half of it; what
    the `titles` above say is not counted. Or they are, but for the kind of thing that is asked for: "When is it due?",
    "Due date: …". Of a label in brackets (担当：…) nothing that is asked may be left unsaid.
    """
    asides = (one for one in _LABELLED_ASIDE.finditer(text) if is_under(question, one["label"], titles))
    if aside := next(asides, None):
        return aside.span("value")
    line = LABELLED.match(text)
    return line.span("value") if line and _names(question, line["label"], titles) else None


def _names(question: Question, written: str, titles: str) -> bool:
    """Whether a label names what the question asks for."""
    language, asked = question.language, _asked(question)
    label = naming_words(_ASIDE.sub("", written), language) - (_FREE - asked)
    above = naming_words(titles, language)
    if question.kind == "who" and language == "en" and _does(written, asked):
        return True
    if label and label <= asked:
        return bool(label & question.head) or 2 * len(label) >= len(asked - above)
    own = label - _KINDS_OF_VALUE[language].get(question.kind, frozenset())
    return label != own and bool(own - above) and own <= asked


def _does(label: str, asked: frozenset[str]) -> bool:
    """Whether a label's last word is for somebody who does what is asked: "Group leader" to "Who leads …?"."""
    last = label.split()[-1].casefold()
    return bool(_DOER.search(last)) and stem(_DOER.sub("", last)) in asked


def says_another(question: Question, text: str) -> bool:
    """Whether a line is labelled with something that the question does not speak of: its value is no answer."""
    line = LABELLED.match(text)
    if line is None or _NO_LABEL.search(text[: line.start("value") + 2]) or not _LABEL.fullmatch(line["label"]):
        return False
    kind = _KINDS_OF_VALUE[question.language].get(question.kind, frozenset())
    return not naming_words(line["label"], question.language) & (_asked(question) | kind)


def _asked(question: Question) -> frozenset[str]:
    return naming_words(question.text, question.language) - _HOW_MUCH


def repeats(question: Question, text: str) -> bool:
    """Whether a text has no other words than the question, and so tells nothing."""
    return naming_words(_NUMBERED.sub("", text), question.language) <= naming_words(question.text, question.language)


def is_under(question: Question, heading: str, titles: str) -> bool:
    """Whether a heading, and those above it, name all that the question names: what stands below is about just that."""
    named, asked = naming_words(_NUMBERED.sub("", heading), question.language), _asked(question)
    kind = _KINDS_OF_VALUE[question.language].get(question.kind, frozenset())
    return bool(named) and named <= asked and asked - kind <= named | naming_words(titles, question.language)


def cell_asked_for(question: Question, row: str, columns: Sequence[str]) -> tuple[int, int] | None:
    """Characters of the cell that the question asks for by its column's name and by another cell of its row; else None.

    Of a row whose cells name their columns ("column: value") those count.
    """
    asked = naming_words(question.text, question.language)
    every = frozenset(token.term for token in question.tokens)
    cells = list(_cells(row, columns))
    keys = [cell for n, cell in enumerate(cells) if _is_key(cell, question, every, first=n == 0)]
    others = [cell for cell in cells if cell not in keys and cell.value]
    named = [cell for cell in others if _is_named(cell.column, question, asked)]
    of_kind = [cell for cell in others if _is_kind(cell.column, question, asked)]
    named = named or (of_kind if len(of_kind) == 1 else [])
    if not keys or not named:
        return None
    best = max(named, key=lambda cell: len(naming_words(cell.column, question.language)))
    return best.start, best.start + len(best.value)


def _is_key(cell: _Cell, question: Question, every: frozenset[str], first: bool) -> bool:
    """Whether the question names a cell: all its words but those of its column.

    Of the first cell the word is enough that says what it is: "gluten-free *brownie*", 「*アモキシリン*カプセル」.
    """
    language = question.language
    terms = _terms(cell.value, language)
    if terms and terms - _terms(cell.column, language) <= every:
        return True
    row = tokens(cell.value, language) if first else ()
    return bool(row) and row[-1 if language == "en" else 0].term in every


def _is_kind(column: str, question: Question, asked: frozenset[str]) -> bool:
    """Whether a column's name says the kind of thing that is asked for, and else only what the question says.

    Not of times: several columns may have them.
    """
    if question.kind == "when":
        return False
    words = naming_words(_ASIDE.sub("", column), question.language)
    kind = _KINDS_OF_VALUE[question.language].get(question.kind, frozenset())
    return bool(words & kind) and words - kind <= asked


def is_of(question: Question, row: str) -> bool:
    """Whether a row is about what the question names: that is what its first cell says."""
    cell = next(_cells(row, ()))
    terms = _terms(cell.value, question.language)
    return bool(terms) and terms <= {token.term for token in question.tokens}


def _cells(row: str, columns: Sequence[str]) -> Iterator[_Cell]:
    """The cells of a row with the names of their columns; none where there are more or fewer of them."""
    values = row.split(CELLS)
    if len(columns) not in (0, len(values)):
        return
    start = 0
    for n, value in enumerate(values):
        column, said, own = ("", "", value) if columns else value.partition(": ")
        yield _Cell(columns[n] if columns else column if said else "", own, start + len(value) - len(own))
        start += len(value) + len(CELLS)


def _is_named(column: str, question: Question, asked: frozenset[str]) -> bool:
    """Whether all words of a column's name, or of one of its names ("Speaker or host"), are the question's."""
    names = (naming_words(_ASIDE.sub("", name), question.language) for name in (column, *_OR.split(column)))
    return any(words and words <= asked for words in names)


def _terms(text: str, language: str) -> frozenset[str]:
    return frozenset(t.term for t in tokens(text, language) if KINDS[language][t.kind] not in _SIGNS)


@lru_cache(maxsize=256)
def naming_words(text: str, language: str) -> frozenset[str]:
    """The words that name something, as they are compared."""
    naming, kinds = _NAMING[language], KINDS[language]
    return frozenset(t.term for t in tokens(text, language) if kinds[t.kind] in naming or t.term == _DUE)
