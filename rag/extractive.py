"""Answers without a model: the sentences of the passages found that answer the question, quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations import Quote
from rag.confidence import inverse_document_frequency
from rag.languages import analyze, detect_language, sentences
from rag.protocols import Embedder
from rag.types import Hit

MAX_SENTENCES = 3
CLOSE = 0.75
"""Another sentence is quoted too where its score is at least this share of the best one's."""
_SIMILAR = 0.6
_CELLS = " | "  # what stands between the cells of a table's row
_PASSAGE_WEIGHT = 1.0
_DENSE_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence (or a table's row) of a hit, and how well it answers."""

    quote: Quote
    text: str
    score: float


def rank_sentences(question: str, hits: Sequence[Hit], embedder: Embedder) -> list[RankedSentence]:
    """All sentences of the hits, the one that answers best first.

    The score is the sum of three z-scores over the sentences: of the passage that it stands in, of the share of
    the question's words that it holds (weighted by their rarity among these sentences), and of its cosine with
    the question, where `embedder` knows the language.
    """
    quotes = [(n, hit, start, end) for n, hit in enumerate(hits, 1) for start, end in sentences(hit.chunk.text)]
    texts = [hit.chunk.text[start:end] for _, hit, start, end in quotes]
    if not texts:
        return []
    read = [_with_header(hit.chunk.text, start, end) for _, hit, start, end in quotes]
    shares = _shares(question, read)
    score = _PASSAGE_WEIGHT * _z([hit.score for _, hit, _, _ in quotes]) + _z(shares)
    if embedder.covers(detect_language(question)):
        score = score + _DENSE_WEIGHT * _z(embedder.embed_passages(read) @ embedder.embed_query(question))
    ranked = [
        RankedSentence(Quote(n, start, end, float(share)), text, float(value))
        for (n, _, start, end), text, share, value in zip(quotes, texts, shares, score, strict=True)
    ]
    return sorted(ranked, key=lambda sentence: -sentence.score)


def _with_header(text: str, start: int, end: int) -> str:
    """A table's row with the header row above it, which says what its cells are; any other sentence as it is.

    The rows of a CSV ("column: value | column: value") say so themselves.
    """
    row = text[start:end]
    if _CELLS not in row or all(": " in cell for cell in row.split(_CELLS)):
        return row
    header = ""
    for line in reversed(text[:start].splitlines()):
        if _CELLS not in line:
            break
        header = line
    return f"{header}\n{row}"


def choose_sentences(ranked: Sequence[RankedSentence]) -> list[RankedSentence]:
    """The best sentence, and others nearly as good that say something else; at most MAX_SENTENCES."""
    chosen: list[RankedSentence] = []
    for sentence in ranked:
        if len(chosen) == MAX_SENTENCES or (chosen and sentence.score < CLOSE * chosen[0].score):
            break
        terms = _terms(sentence.text)
        if terms and all(_overlap(terms, _terms(other.text)) < _SIMILAR for other in chosen):
            chosen.append(sentence)
    return chosen


def _shares(question: str, texts: Sequence[str]) -> list[float]:
    wanted = _terms(question)
    found = [wanted & _terms(text) for text in texts]
    weights = {t: inverse_document_frequency(sum(t in terms for terms in found), len(texts)) for t in wanted}
    whole = sum(weights.values()) or 1.0
    return [sum(weights[term] for term in terms) / whole for terms in found]


def _terms(text: str) -> set[str]:
    analyzed = analyze(text)
    return {*analyzed.words, *analyzed.bigrams}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _z(values: Sequence[float] | np.ndarray) -> np.ndarray:
    array = np.asarray(values, np.float64)
    spread = array.std()
    return (array - array.mean()) / spread if spread > 0 else np.zeros_like(array)
