"""Lines that say what they hold: "label: value", as forms, invoices and minutes have them, and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.reader.questions import Question
from rag.reader.tokens import KINDS, tokens

# Label and value begin and end with something: a run of spaces that could be part of several would be tried as each.
LABELLED = re.compile(r"^[-*•・\s]*(?P<label>[^:：|\s][^:：|]{0,59}?)\s*[:：]\s*(?P<value>\S(?:.*\S)?)\s*$")
CELLS = " | "
"""What stands between the cells of a table's row."""
_OR = re.compile(r"\s+or\s+|[/／・、]|または")
_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_SIGNS = frozenset(["comma", "mark", "open", "close"])
_NAMING = {
    "en": frozenset(["name", "word", "plural", "number", "past", "ing", "adverb", "unit", "month"]),
    "ja": frozenset(["noun", "name", "person", "place", "katakana", "latin", "number", "counter", "suffix", "prefix"]),
}


def value_asked_for(question: Question, text: str) -> tuple[int, int] | None:
    """Characters of a line's value, where its label names what the question asks for; else None.

    All words of the label must be the question's, and either what it asks for among them, or at least half of it.
    """
    line = LABELLED.match(text)
    if line is None:
        return None
    label = naming_words(_ASIDE.sub("", line["label"]), question.language)
    asked = naming_words(question.text, question.language)
    if not label or not label <= asked:
        return None
    fits = bool(label & question.head) or 2 * len(label) >= len(asked)
    return line.span("value") if fits else None


def cell_asked_for(question: Question, row: str, columns: Sequence[str]) -> tuple[int, int] | None:
    """Characters of the cell that the question asks for by its column's name and by another cell of its row; else None.

    Of a row whose cells name their columns ("column: value") those count.
    """
    asked = naming_words(question.text, question.language)
    every = frozenset(token.term for token in question.tokens)
    cells = list(_cells(row, columns))
    keys = [cell for cell in cells if (terms := _terms(cell.value, question.language)) and terms <= every]
    named = [cell for cell in cells if cell not in keys and cell.value and _is_named(cell.column, question, asked)]
    if not keys or not named:
        return None
    best = max(named, key=lambda cell: len(naming_words(cell.column, question.language)))
    return best.start, best.start + len(best.value)


def is_of(question: Question, row: str) -> bool:
    """Whether a row is about what the question names: that is what its first cell says."""
    cell = next(_cells(row, ()))
    terms = _terms(cell.value, question.language)
    return bool(terms) and terms <= {token.term for token in question.tokens}


@dataclass(frozen=True, slots=True)
class _Cell:
    column: str
    value: str
    start: int


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
    return frozenset(token.term for token in tokens(text, language) if KINDS[language][token.kind] in _NAMING[language])
