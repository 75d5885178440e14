"""Reads the sentences of the passages found: which one answers, and with which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.reader.breadth import topic_of
from rag.reader.definitions import defines
from rag.reader.features import Array, Line, Seen, see
from rag.reader.labels import CELLS, cell_asked_for, is_of, value_asked_for
from rag.reader.questions import Question
from rag.reader.standing import standing
from rag.reader.times import has_digit, timely, whole_measure
from rag.reader.tokens import KINDS, Token
from rag.reader.weights import Weights, load_weights

KEPT = 10
"""Lines that are searched for spans: the best by their own features."""
_UNFIT = 4.0
"""What is taken from the logit of a span that cannot be what is asked for."""
_SMALL = ("in", "by", "to", "for", "of", "article", "and")
"""Kinds of words that name no place beside a time or number: "on Friday 22"."""
_ABBREVIATION = 6
"""How many letters a short form has at most."""
_COUNTING = ("number", "month")
Cosines = Callable[[Sequence[str]], Array]
"""Cosines of texts with the question, (n,)."""
_LINE_SHARE = 0.5
"""What the score of a line itself counts beside the spans in it."""
_LABELLED = 8.0
"""What a line gets whose label is what is asked for ("Invoice number: …"), in logits: it stands before sentences."""
_LABELLED_SURE = 0.9
_LONGEST_VALUE = 40
"""A longer value has more in it than the answer, and is not marked, in characters."""
_OWN_ROW = 4.0
"""What a table's row gets beside that if it is about what the question names, and does not only mention it."""
_DEFINES = 6.0
"""What a sentence gets that says what the thing is that a question wants defined, in logits."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A line (its place among those given), how well it answers, and its best span in characters.

    `certainty` (0 to 1) is the likelihood of that span among all spans of all lines, and no answer at all; `about` that
    of it and all that overlap it.
    """

    line: int
    score: float
    span: tuple[int, int] | None = None
    certainty: float = 0.0
    about: float = 0.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """The lines, best first. `doubt` (0 to 1) is the likelihood that none of them answers; `read` is what was read.

    `nearest` is the largest cosine of a line with the question; None where vectors do not know the language.
    """

    lines: list[Weighed]
    doubt: float
    seen: Seen
    read: Sequence[Line]
    nearest: float | None = None


def weigh(
    question: Question, lines: Sequence[Line], cosines: Cosines | None = None, weights: Weights | None = None
) -> Weighing:
    """Weighs lines that stand in falling order of their hits; `cosines` where vectors know the language.

    `weights` are those of the language that come with the install, where none are given.
    """
    seen = see(question, lines)
    if not lines:
        return Weighing([], 1.0, seen, lines)
    weights = weights or load_weights(question.language)
    scores = seen.sentences @ weights.line
    order = np.argsort(-scores, kind="stable")
    values = {n: value for n, line in enumerate(lines) if (value := _value(question, line))}
    topic = topic_of(question)
    defining = {n for n, line in enumerate(lines) if topic and defines(topic, line.text, question.language)}
    added = standing(question, lines)
    sure = {*values, *defining, *(n for n, more in enumerate(added) if more > 0)}
    kept = [n for place, n in enumerate(order.tolist()) if place < KEPT or n in sure]
    near = cosines([lines[n].text for n in kept]) if cosines else None
    found = [(n, *spans) for n, spans in zip(kept, spans_of(seen, kept, scores, near), strict=True)]
    logits = [
        weights.spans(features) - _UNFIT * _unfit(question, seen.tokens[n], first, last)
        for n, first, last, features in found
    ]
    whole = float(np.logaddexp.reduce([0.0, *(_total(one) for one in logits)]))
    weighed = [
        _weighed(seen, n, float(scores[n]), list(zip(first.tolist(), last.tolist(), strict=True)), one, whole)
        for (n, first, last, _), one in zip(found, logits, strict=True)
    ]
    weighed = [_labelled(one, values[one.line], question, lines) if one.line in values else one for one in weighed]
    weighed = [replace(one, score=one.score + _DEFINES) if one.line in defining else one for one in weighed]
    weighed = [replace(one, score=one.score + added[one.line]) for one in weighed]
    weighed.sort(key=lambda one: -one.score)
    least = weighed[-1].score - float(scores[order[0]])
    read = set(kept)
    others = [n for n in order.tolist() if n not in read]
    rest = [Weighed(n, least + float(scores[n] - scores[order[0]])) for n in others]
    nearest = None if near is None else float(near.max())
    return Weighing([*weighed, *rest], float(np.exp(-whole)), seen, lines, nearest)


def spans_of(
    seen: Seen, kept: Sequence[int], scores: Array, cosines: Array | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Array]]:
    """Of each line kept: first and last tokens of its spans, and their features beside those of the line."""
    near = np.zeros((len(kept), 3), np.float32)
    if cosines is not None:
        near = np.stack([cosines, cosines - cosines.max(), np.ones(len(kept))], axis=1).astype(np.float32)
    for n, vector in zip(kept, near, strict=True):
        spans = seen.spans(n)
        own = np.concatenate([seen.sentences[n], [scores[n] - scores.max()], vector]).astype(np.float32)
        repeated = np.broadcast_to(own, (len(spans.first), len(own)))
        yield spans.first, spans.last, np.concatenate([spans.features, repeated], axis=1)


def _unfit(
    question: Question, row: Sequence[Token], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Spans that cannot be what is asked for: a time or number without one, a person or place that is only a number.

    Nor are those that reach from one cell of a table into the next.
    """
    kinds = KINDS[question.language]
    cells = _within([token.text == "|" for token in row], first, last) > 0
    times = _within(timely(row, question.language), first, last)
    if question.kind == "when":
        return cells | (times == 0)
    counts = _within([kinds[token.kind] in _COUNTING or has_digit(token) for token in row], first, last)
    if question.kind in ("number", "amount"):
        return cells | (counts == 0)
    if question.kind == "where":
        small = _within([kinds[token.kind] in _SMALL for token in row], first, last)
        return cells | (np.maximum(counts, times) + small > last - first) | _is_short_form(question, row, first)
    return cells | (counts > last - first) if question.kind == "who" else cells


def _is_short_form(question: Question, row: Sequence[Token], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Spans that begin with a short form of a word of the question: "the defibrillator (AED)"."""
    opens = [KINDS[question.language][token.kind] == "open" for token in row]
    named = [token.term in question.terms for token in row]
    short = [token.text.isupper() and len(token.text) <= _ABBREVIATION for token in row]
    at = [i for i in range(2, len(row)) if named[i - 2] and opens[i - 1] and short[i]]
    return np.isin(first, [*at, *(i - 1 for i in at)])


def _within(flags: Sequence[bool], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the tokens of each span are flagged."""
    sums = np.concatenate([[0], np.cumsum(flags)])
    return sums[last + 1] - sums[first]


def _value(question: Question, line: Line) -> tuple[int, int] | None:
    """Where the line itself says that it holds what is asked for."""
    if CELLS in line.text:
        return cell_asked_for(question, line.text, line.columns)
    return value_asked_for(question, line.text, line.titles)


def _labelled(line: Weighed, value: tuple[int, int], question: Question, lines: Sequence[Line]) -> Weighed:
    """A line whose label is what is asked for, its value being the answer."""
    own_row = CELLS in lines[line.line].text and is_of(question, lines[line.line].text)
    score = line.score + _LABELLED + (_OWN_ROW if own_row else 0.0)
    about = _LABELLED_SURE if value[1] - value[0] <= _LONGEST_VALUE else 0.0
    return Weighed(line.line, score, value, _LABELLED_SURE, about)


def _total(logits: NDArray[np.floating]) -> float:
    return float(np.logaddexp.reduce(logits)) if len(logits) else -np.inf


def _weighed(
    seen: Seen, line: int, score: float, spans: list[tuple[int, int]], logits: NDArray[np.floating], whole: float
) -> Weighed:
    if not spans:
        return Weighed(line, _LINE_SHARE * score - 50)  # behind every line that has one
    best = int(logits.argmax())
    first, last = spans[best]
    row = seen.tokens[line]
    begin, end = whole_measure(row, first, last, seen.question.language)
    characters = row[begin].start, row[end].end
    overlapping = [logit for (i, j), logit in zip(spans, logits, strict=True) if i <= last and first <= j]
    certainty, about = np.exp(logits[best] - whole), np.exp(np.logaddexp.reduce(overlapping) - whole)
    return Weighed(line, _total(logits) + _LINE_SHARE * score, characters, float(certainty), min(1.0, float(about)))
