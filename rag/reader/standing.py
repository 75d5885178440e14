"""What a line gains or loses by where it stands: under a heading, behind a label, beside the topic."""

from __future__ import annotations

from collections.abc import Sequence

from rag.reader.breadth import is_broad
from rag.reader.features import Line
from rag.reader.labels import CELLS, is_under, naming_words, repeats, says_another, value_asked_for
from rag.reader.questions import Question
from rag.reader.shapes import shape_of
from rag.reader.surroundings import BULLET, is_fragment, is_numbered_caption
from rag.reader.times import timely
from rag.reader.tokens import tokens

_SAID_BY_SENTENCES = ("who", "when", "where", "number", "amount", "why", "how")
"""Kinds of questions that no heading with a number answers."""
_UNDER = 12.0
"""What a line gets that stands under a heading which says all that is asked, and has a figure or time where one is."""
_HEADS_LIST = 8.0
"""What the heading of a list gets that a broad question names."""
_ANOTHER = 12.0
"""What is taken from a line that is labelled as something else, that only repeats words of the question, or that does
not look like an answer where another one does."""
_OFF_TOPIC = 3.0
"""What is taken from a line that does not name what a Japanese question is about, where another one does."""


def standing(question: Question, lines: Sequence[Line]) -> list[float]:
    """What is added to the score of each line, in logits."""
    own = [_of_line(question, line, _below(lines, n)) for n, line in enumerate(lines)]
    said = [_said(line, question.language) for line in lines]
    shape = shape_of(question)
    if question.topic and any(question.topic <= words for words in said):
        own = [more if question.topic <= words else more - _OFF_TOPIC for more, words in zip(own, said, strict=True)]
    shaped = [shape is None or CELLS in line.text or shape.is_in(line.text) for line in lines]
    if any(shaped):
        own = [more if fits else more - _ANOTHER for more, fits in zip(own, shaped, strict=True)]
    asked = naming_words(question.text, question.language)
    known = [asked & words for words in said]
    less = [_says_less(question, n, lines, known) for n in range(len(lines))]
    return [more - _ANOTHER if one and more == 0 else more for more, one in zip(own, less, strict=True)]


def _said(line: Line, language: str) -> frozenset[str]:
    """The words of a line, and the naming ones of what stands above it."""
    return frozenset(token.term for token in tokens(line.text, language)) | naming_words(line.titles, language)


def _says_less(question: Question, n: int, lines: Sequence[Line], said: Sequence[frozenset[str]]) -> bool:
    """Whether a name or heading says less of the question than a line of its passage that it stands above."""
    line = lines[n]
    if question.kind == "yes/no" or not is_fragment(line.text) or BULLET.match(line.text) or CELLS in line.text:
        return False
    if _has_kind(question, line.text):
        return False
    return any(other.rank == line.rank and said[n] < more for other, more in zip(lines[n:], said[n:], strict=True))


def _of_line(question: Question, line: Line, below: str) -> float:
    if CELLS in line.text or question.kind in ("yes/no", "about"):
        return -_ANOTHER if is_numbered_caption(line.text, below) and repeats(question, line.text) else 0.0
    if question.kind in _SAID_BY_SENTENCES and is_numbered_caption(line.text, below):
        return -_ANOTHER
    if is_fragment(line.text):
        item, again = BULLET.match(line.text), repeats(question, line.text)
        if again and not item and BULLET.match(below):
            return _HEADS_LIST if is_broad(question) else 0.0
        if again or (not item and _lacks_head(question, line.text)):
            return -_ANOTHER
    if says_another(question, line.text) and not value_asked_for(question, line.text, line.titles):
        return -_ANOTHER
    return _UNDER if _has_kind(question, line.text) and is_under(question, line.heading, line.titles) else 0.0


def _below(lines: Sequence[Line], n: int) -> str:
    """The text right below a line, in the same passage."""
    return lines[n + 1].text if n + 1 < len(lines) and lines[n + 1].rank == lines[n].rank else ""


def _lacks_head(question: Question, fragment: str) -> bool:
    """Whether a name or heading does not have the thing that "what" asks for."""
    asks = question.kind in ("what", "which", "list") and bool(question.head)
    return asks and not question.head & {token.term for token in tokens(fragment, question.language)}


def _has_kind(question: Question, text: str) -> bool:
    """Whether a text has a time where the question asks for one, or a figure."""
    if question.kind == "when":
        return any(timely(tokens(text, question.language), question.language))
    return question.kind in ("number", "amount") and any(map(str.isdigit, text))
