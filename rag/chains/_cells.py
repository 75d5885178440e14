"""Values that are to stand in a table: where in passages they stand, and what of a sentence is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from rag.citations.citing import BlocksOf, Quote, citation, cite
from rag.reader.labels import LABELLED
from rag.reader.rows import header_of
from rag.results import Cell, ColumnKind
from rag.tables.cells import fold
from rag.tables.dates import periods
from rag.text.languages import sentences
from rag.text.numbers import numbers_in, spelled_numbers_in
from rag.types import Hit, Problem, Sentence

_CELLS = " | "
_NUMBER = re.compile(
    r"[-−△▲]?\s?[$€£¥₩]?\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:%|[万億兆千]?[円個人冊本枚回件名台㎡]|[a-zA-Z]{2,}))?"
)
_YES, _NO = {"en": "yes", "ja": "はい"}, {"en": "no", "ja": "いいえ"}


def shown(value: object, language: str) -> str:
    """A value as text: whole numbers without a point, days in ISO 8601."""
    spoken = "ja" if language == "ja" else "en"
    match value:
        case None:
            return ""
        case bool():
            return (_YES if value else _NO)[spoken]
        case float():
            return f"{value:.15g}"
        case date():
            return value.isoformat()
        case list():
            return "; ".join(shown(item, language) for item in value)
    return " ".join(str(value).split())


def supported(value: object, hits: Sequence[Hit], blocks_of: BlocksOf, language: str) -> Cell:
    """The value as a cell that cites where in the passages it stands; with its problem where it stands nowhere."""
    text = shown(value, language)
    if not text:
        return Cell("")
    parts = value if isinstance(value, list) else [value]
    found = [_where(part, hits) for part in parts if not isinstance(part, bool)]
    if found and all(found):
        return Cell(text, tuple(citation(quote, hits, blocks_of) for quote in dict.fromkeys(found) if quote))
    if isinstance(value, bool):  # a yes or no stands nowhere: its reason is what the search found best
        return Cell(text, problem="words")
    checked = cite(text, hits, blocks_of)
    problems: list[Problem] = [sentence.problem for sentence in checked if sentence.problem]
    cited = tuple(one for sentence in checked for one in sentence.citations)
    return Cell(text, cited, problems[0] if problems else "" if cited else "words")


def _where(value: object, hits: Sequence[Hit]) -> Quote | None:
    """The first sentence of the passages that holds a value."""
    for number, hit in enumerate(hits, 1):
        for start, end in sentences(hit.chunk.text):
            if _holds(hit.chunk.text[start:end], value):
                return Quote(number, start, end, 1.0)
    return None


def _holds(sentence: str, value: object) -> bool:
    if isinstance(value, float):
        return value in numbers_in(sentence) | spelled_numbers_in(sentence)
    if isinstance(value, date):
        return value in _days(sentence)
    return " ".join(fold(str(value)).split()) in " ".join(fold(sentence).split())


def _days(text: str) -> set[date]:
    return {period.first for _, _, period in periods(fold(text)) if period.first == period.last}


def labelled(name: str, kind: ColumnKind, hits: Sequence[Hit], blocks_of: BlocksOf) -> Cell | None:
    """What stands behind the column's name in the passages ("name: value", or beside it in a table's row); None where
    it stands nowhere."""
    for number, hit in enumerate(hits, 1):
        for start, end in sentences(hit.chunk.text):
            text = hit.chunk.text[start:end]
            below_header = bool(header_of(hit.chunk.text, start, end))
            if value := _labelled(text, name) or (_beside(text, name) if below_header else ""):
                text = _of_kind(value, value, kind)
                return Cell(text, (citation(Quote(number, start, end, 1.0), hits, blocks_of),)) if text else None
    return None


def read_from(sentence: Sentence, name: str, kind: ColumnKind) -> Cell:
    """The part of an answer's sentence that fits the column: the value behind the column's name, a number, a day, the
    words that the reader marked, or all of it; empty where a number or a day is wanted and there is none."""
    text = " ".join(sentence.text.split())
    value = _labelled(text, name) or _of_kind(text, sentence.answer, kind)
    return Cell(value, sentence.citations[:1]) if value else Cell("")


def _of_kind(text: str, marked: str, kind: ColumnKind) -> str:
    if kind == "number":
        return next((match.group().strip() for match in _NUMBER.finditer(marked or text)), "")
    if kind == "date":
        return next((day.isoformat() for day in sorted(_days(text))), "")
    return marked or text


def _labelled(text: str, name: str) -> str:
    """The value of "name: value", alone or in a row of such cells."""
    wanted = fold(name).strip()
    for label, value in _labels(text):
        if wanted == label or wanted in label.split():
            return value
    return ""


def _beside(row: str, name: str) -> str:
    """The cell behind the one that is the name, unless several values stand there."""
    cells = [cell.strip() for cell in row.split("|") if cell.strip()]
    for n, (label, value) in enumerate(pairwise(cells)):
        alone = not any(map(str.isdigit, "".join(cells[n + 2 : n + 3])))
        if alone and fold(label).strip(" :：#") == fold(name).strip(" :：#"):
            return value
    return ""


def _labels(text: str) -> Iterator[tuple[str, str]]:
    for piece in text.split(_CELLS):
        if match := LABELLED.match(piece):
            yield fold(match["label"]).strip(), match["value"]
