"""What the reader sees of each candidate: of the sentences, and of the spans of words in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.confidence import inverse_document_frequency
from rag.reader.questions import ASKED, Question
from rag.reader.tokens import KINDS, PARTICLES, Token, tokens
from rag.text.languages import analyze

Array = NDArray[np.float32]
LONGEST = {"en": 12, "ja": 16}
"""The longest span, in tokens."""
_NEVER_FIRST = {
    "en": ("comma", "close", "of", "be", "auxiliary", "and"),
    "ja": ("comma", "close", *PARTICLES, "particle", "copula", "auxiliary"),
}
_NEVER_LAST = {
    "en": ("comma", "open", "of", "in", "by", "to", "for", "article", "be", "auxiliary", "and", "that"),
    "ja": ("comma", "open", *PARTICLES, "particle", "prefix", "copula"),
}
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d$")
_REACH = 5.0
SENTENCE = (
    *("rank", "score", "best", "covered", "covered gap", "covered with title", "title adds", "before adds", "pairs"),
    *("position", "first", "length", "names missing", "numbers missing", "most missing", "terms"),
    *("alike", "alike gap"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a hit: the hit's place (from 0) and score, the titles above it, the sentence before it.

    `columns` are the names of a row's columns, where a header stands above it; `heading` is what stands right above.
    """

    text: str
    rank: int
    score: float
    titles: str
    before: str
    position: int
    columns: tuple[str, ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Spans:
    """Candidates of one sentence: first and last token of each, and their features (n, f)."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    features: Array


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be weighed: features of each line (n, len(SENTENCE)), its tokens, the question's words by rarity."""

    question: Question
    sentences: Array
    tokens: list[tuple[Token, ...]]
    weights: dict[str, float]

    def spans(self, line: int) -> Spans:
        """The candidates of a line."""
        return _spans(self.question, self.tokens[line], self.weights)


def see(question: Question, lines: Sequence[Line]) -> Seen:
    """Reads the lines, which stand in falling order of their hits."""
    read = [tokens(line.text, question.language) for line in lines]
    asked = _asked(question, read)
    rows = [_line_features(asked, line, row, lines[0].score) for line, row in zip(lines, read, strict=True)]
    sentences = np.array(rows, np.float32).reshape(-1, len(SENTENCE))
    for of, gap in (("covered", "covered gap"), ("alike", "alike gap")):
        values = sentences[:, SENTENCE.index(of)]
        sentences[:, SENTENCE.index(gap)] = values - values.max(initial=-1.0)
    return Seen(question, sentences, read, asked.weights)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks for among some lines: its words by their rarity there (as shares), pairs of neighbours,
    those that are names and those that are numbers, and what is shared by words of the same root."""

    question: Question
    weights: dict[str, float]
    pairs: dict[tuple[str, str], float]
    names: frozenset[str]
    numbers: frozenset[str]
    pieces: frozenset[str]


def _asked(question: Question, read: Sequence[tuple[Token, ...]]) -> _Asked:
    language = question.language
    own = [frozenset(token.term for token in row) for row in read]
    rarity = {
        term: inverse_document_frequency(sum(term in terms for terms in own), len(own)) for term in question.terms
    }
    whole = sum(rarity.values()) or 1.0
    return _Asked(
        question,
        {term: value / whole for term, value in rarity.items()},
        {(one, two): rarity[one] + rarity[two] for one, two in pairwise(question.terms)},
        frozenset(t.term for t in question.tokens if t.term in rarity and _is_name(t, language)),
        frozenset(t.term for t in question.tokens if KINDS[language][t.kind] == "number" and t.text[:1].isdigit()),
        _pieces(question.text, language),
    )


def _line_features(asked: _Asked, line: Line, row: tuple[Token, ...], best: float) -> tuple[float, ...]:
    """In the order of SENTENCE; the gaps to the best line are filled in when all are known."""
    language, weights = asked.question.language, asked.weights
    terms = {token.term for token in row}
    known = terms | _terms(line.titles, language)
    share, with_title, with_before = (
        sum(weight for term, weight in weights.items() if term in seen)
        for seen in (terms, known, known | _terms(line.before, language))
    )
    near = set(pairwise([token.term for token in row if token.term in weights]))
    pairs = sum(value for pair, value in asked.pairs.items() if pair in near) / (sum(asked.pairs.values()) or 1.0)
    missing = {term: weight for term, weight in weights.items() if term not in known}
    return (
        1 / (1 + line.rank),
        line.score - best,
        float(line.rank == 0),
        share,
        0.0,
        with_title,
        with_title - share,
        with_before - with_title,
        pairs,
        line.position / 10,
        float(line.position == 0),
        float(np.log1p(len(row))) / 4,
        sum(missing.get(name, 0.0) for name in asked.names),
        float(bool(asked.numbers - known)),
        max(missing.values(), default=0.0),
        len(weights) / 10,
        _alike(asked.pieces, line.text, language),
        0.0,
    )


def _terms(text: str, language: str) -> set[str]:
    return {token.term for token in tokens(text, language)}


def _pieces(text: str, language: str) -> frozenset[str]:
    """What two words of the same root share: neighbouring characters in Japanese, else the first five letters."""
    if language == "ja":
        return frozenset(analyze(text).bigrams)
    return frozenset(word[:5] for word in analyze(text).words)


def _alike(pieces: frozenset[str], text: str, language: str) -> float:
    return len(pieces & _pieces(text, language)) / (len(pieces) or 1)


def _is_name(token: Token, language: str) -> bool:
    kind = KINDS[language][token.kind]
    if language == "en":
        return kind == "name" and token.start > 0
    return kind in ("person", "place", "name", "katakana", "latin")


def _spans(question: Question, row: Sequence[Token], weights: dict[str, float]) -> Spans:
    language = question.language
    kinds = np.array([t.kind for t in row], np.int64)
    first, last = _candidates(kinds, language)
    asked = np.array([weights.get(t.term, 0.0) for t in row], np.float32)
    edge = np.zeros(1, np.int64)
    padded = np.concatenate([edge, edge, kinds, edge, edge])  # kind 0 is the edge
    n = len(KINDS[language])
    length = last - first + 1
    columns: list[Array] = [
        _one_hot(padded[first + 1], n),
        _one_hot(padded[first + 2], n),
        _one_hot(padded[last + 2], n),
    ]
    columns += [_one_hot(padded[last + 3], n), _one_hot(padded[first], n), _one_hot(padded[last + 4], n)]
    columns += [_inside(kinds, n, first, last), _one_hot(np.searchsorted([2, 3, 4, 5, 7, 10], length, "right"), 7)]
    columns += [
        _numeric(question, row, asked, first, last),
        _one_hot(np.full(len(first), ASKED.index(question.kind)), len(ASKED)),
    ]
    return Spans(first, last, np.concatenate(columns, axis=1))


def _candidates(kinds: NDArray[np.int64], language: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    names = KINDS[language]
    begins = ~np.isin(kinds, [names.index(k) for k in _NEVER_FIRST[language]])
    ends = ~np.isin(kinds, [names.index(k) for k in _NEVER_LAST[language]])
    mark = names.index("mark")
    starts = np.flatnonzero(begins & (kinds != mark))
    grid = starts[:, None] + np.arange(LONGEST[language])[None, :]
    inside = grid < len(kinds)
    fits = inside & ends[np.where(inside, grid, 0)]
    first = np.repeat(starts, LONGEST[language]).reshape(grid.shape)[fits]
    last = grid[fits]
    keep = kinds[last] != mark
    return first[keep], last[keep]


def _one_hot(values: NDArray[np.int64], n: int) -> Array:
    return np.eye(n, dtype=np.float32)[values]


def _inside(kinds: NDArray[np.int64], n: int, first: NDArray[np.int64], last: NDArray[np.int64]) -> Array:
    """The share of each kind among the tokens of each span."""
    sums = np.concatenate([np.zeros((1, n), np.float32), np.cumsum(_one_hot(kinds, n), axis=0)])
    return ((sums[last + 1] - sums[first]) / (last - first + 1)[:, None]).astype(np.float32)


def _numeric(
    question: Question, row: Sequence[Token], asked: Array, first: NDArray[np.int64], last: NDArray[np.int64]
) -> Array:
    """Where the question's words stand around and in each span, and whether it is what they ask for."""
    n = len(row)
    total = np.concatenate([[0.0], np.cumsum(asked)]).astype(np.float32)
    places = np.arange(n)
    fade = np.exp(-np.abs(places[:, None] - places[None, :]) / _REACH).astype(np.float32)  # (place, other place)
    left = np.tril(fade, -1) @ asked
    right = np.triu(fade, 1) @ asked
    is_asked = asked > 0
    gap_left, gap_right = _gaps(is_asked)
    head = np.array([t.term in question.head for t in row], np.float32)
    heads = np.concatenate([[0.0], np.cumsum(head)]).astype(np.float32)
    year = np.array([bool(_YEAR.match(t.text)) for t in row], np.float32)
    years = np.concatenate([[0.0], np.cumsum(year)]).astype(np.float32)
    digits = np.array([any(c.isdigit() for c in t.text) for t in row], np.float32)
    digit = np.concatenate([[0.0], np.cumsum(digits)]).astype(np.float32)
    length = (last - first + 1).astype(np.float32)
    inner = total[last + 1] - total[first]
    asked_inside = np.concatenate([[0.0], np.cumsum(is_asked)]).astype(np.float32)
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, n - 1)
    near = heads[np.minimum(last + 4, n)] - heads[last + 1] + heads[first] - heads[np.maximum(first - 3, 0)]
    return np.stack(
        [
            inner, (asked_inside[last + 1] - asked_inside[first]) / length, is_asked[first], is_asked[last],
            left[first], right[last], np.exp(-gap_left[first] / 3), np.exp(-gap_right[last] / 3),
            is_asked[before] * (first > 0), is_asked[after] * (last < n - 1), heads[last + 1] - heads[first] > 0,
            head[last], head[after] * (last < n - 1), near > 0, years[last + 1] - years[first] > 0,
            digit[last + 1] - digit[first] > 0, length == n, total[first], total[-1] - total[last + 1],
            np.full(len(first), total[-1]), length / 10, first / 20, (n - 1 - last) / 20,
            np.full(len(first), bool(question.head)),
        ],
        axis=1,
    ).astype(np.float32)  # fmt: skip


def _gaps(is_asked: NDArray[np.bool_]) -> tuple[Array, Array]:
    """How many tokens lie between each token and the nearest of the question's to its left, and to its right."""
    n = len(is_asked)
    left, right = np.full(n, 50.0, np.float32), np.full(n, 50.0, np.float32)
    last = -50
    for at in range(n):
        left[at] = at - last
        if is_asked[at]:
            last = at
    last = n + 50
    for at in reversed(range(n)):
        right[at] = last - at
        if is_asked[at]:
            last = at
    return left, right


__all__ = ["LONGEST", "SENTENCE", "Line", "Seen", "Spans", "see"]
