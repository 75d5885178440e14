"""The read side: a question becomes hits, found by words and by vectors, put in order by what their words say."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.catalog import Catalog
from rag.confidence import Evidence, confidence
from rag.errors import ModelUnavailable
from rag.followups import rests_on_before, with_before
from rag.fusion import z_scores
from rag.indexes import Indexes
from rag.languages import analyze, detect_language
from rag.protocols import Embedder, Ids, Reranker, Vectors
from rag.readings import Reading
from rag.rerankers.word_evidence import FEATURES, Question, word_features, word_scores
from rag.scope import covers, is_whole
from rag.splitting import embedding_text
from rag.stores.layered_words import LayeredWordStore
from rag.types import AskOptions, DocumentInfo, Hit, Retrieved

CANDIDATES = 40
"""What each of the two searches proposes."""
RERANKED = 20
"""What a cross-encoder reads at most."""
DENSE_WEIGHT = 1.8
"""What one standard deviation of the cosines counts beside the scores of words; chosen on the development sets."""
CONTEXT_WEIGHTS = (1.0, 4.0)
"""What the cosines of a follow-up with its context count beside those of itself: where it stands alone, or not."""
Mode = Literal["hybrid", "dense", "lexical"]
_PRIOR_TEXTS = 1000
_JUDGED = 3
_RETRIES = 2

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to search: everything (None), or some documents and the chunks in them."""

    documents: frozenset[str] | None = None
    chunks: Ids | None = None


class _LastScope(NamedTuple):
    """The scope of the last question that had one, and what it was made for."""

    asked: AskOptions
    library: Mapping[str, DocumentInfo]
    generation: int
    scope: _Scope


@dataclass(frozen=True, slots=True)
class Context:
    """The question together with those before it; `needed` where it says too little by itself."""

    question: Question
    dense: dict[int, float]
    needed: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks that one of the searches has found.

    `lexical` is BM25 and `dense` the cosine, by id; `readings` are in the order of `ids`. `context` is there where
    questions came before.
    """

    ids: list[int]
    lexical: dict[int, float]
    dense: dict[int, float]
    question: Question
    readings: list[Reading]
    context: Context | None = None


class Retriever:
    """Finds passages by words (BM25) and by vectors (cosine), and orders what either has found by both.

    `embedder` gives None where the index's vectors are another model's: then only words are searched.
    """

    def __init__(
        self,
        catalog: Catalog,
        indexes: Indexes,
        embedder: Callable[[], Embedder | None],
        reranker: Reranker | None = None,
    ) -> None:
        self._catalog = catalog
        self._indexes = indexes
        self._embedder = embedder
        self._reranker = reranker
        self._last_scope: _LastScope | None = None

    def search(self, query: str, options: AskOptions) -> Retrieved:
        """The `options.k` best hits of the scope given, best first, and how likely they answer the query."""
        start = time.perf_counter()
        depth = max(options.k, RERANKED) if self._reranker else options.k
        found, ranked, hits = self._found(query, options, depth)
        for _ in range(_RETRIES):
            if len(hits) == len(ranked[:depth]):
                break
            found, ranked, hits = self._found(query, options, depth)  # something was deleted or reindexed in between
        if options.mode == "hybrid":
            hits = self._reranked(query, hits)
        sure = self._confidence(found, [n for n, _ in ranked])
        return Retrieved(query, hits[: options.k], sure, (time.perf_counter() - start) * 1000)

    def _confidence(self, found: Candidates, order: Sequence[int]) -> float:
        """A follow-up is answered where it is together with what it rests on."""
        alone, context = confidence(evidence(found, order)), found.context
        if context is None or not context.needed:
            return alone
        together = replace(found, question=context.question, dense=context.dense)
        return max(alone, confidence(evidence(together, order)))

    def _found(
        self, query: str, options: AskOptions, depth: int
    ) -> tuple[Candidates, list[tuple[int, float]], tuple[Hit, ...]]:
        """The candidates, their order, and the hits of its first `depth` places that are still in the catalog."""
        self._indexes.refresh()
        found = self.candidates(query, options, self._scope(options))
        ranked = in_order(found, options.mode)
        return found, ranked, self._hits([(found.ids[n], score) for n, score in ranked[:depth]], found)

    def candidates(self, query: str, options: AskOptions, scope: _Scope = _Scope()) -> Candidates:
        """What either search finds, and what the words of each say; of a follow-up, also together with its context."""
        words = self._indexes.words
        if words is None:
            return Candidates([], {}, {}, Question(analyze(query), {}, 0), [])
        question, lexical = self._by_words(words, query, options, scope)
        dense = self._by_vectors(query, options, scope, lexical)
        together = {**lexical, **dense}
        context = None
        if options.before and options.mode == "hybrid":
            whole = with_before(query, options.before)
            asked, more = self._by_words(words, whole, options, scope)
            near = self._by_vectors(whole, options, scope, {**together, **more})
            context = Context(asked, near, rests_on_before(query))
            together = {**together, **more, **near}
            dense = self._by_vectors(query, options, scope, together) if dense else dense
        readings = words.readings([*together])
        return Candidates(list(readings), lexical, dense, question, list(readings.values()), context)

    def _by_words(
        self, words: LayeredWordStore, query: str, options: AskOptions, scope: _Scope
    ) -> tuple[Question, dict[int, float]]:
        terms = analyze(query)
        found = [] if options.mode == "dense" else words.search(terms, max(CANDIDATES, options.k), scope.documents)
        return Question(terms, words.frequencies(terms), len(words)), dict(found)

    def _by_vectors(
        self, query: str, options: AskOptions, scope: _Scope, others: Mapping[int, float]
    ) -> dict[int, float]:
        """Cosines of the nearest chunks, and of the others given, so that all are judged by the same."""
        vector = self._query_vector(query, options)
        if vector is None:
            return {}
        nearest = dict(self._indexes.vectors.search(vector, max(CANDIDATES, options.k), scope.chunks))
        rest = [id_ for id_ in others if id_ not in nearest]
        scores = zip(rest, self._indexes.vectors.scores(vector, rest), strict=True)
        return {**nearest, **{id_: score for id_, score in scores if score is not None}}

    def _query_vector(self, query: str, options: AskOptions) -> Vectors | None:
        """None where vectors have no say: by request, or because the model does not know the language."""
        embedder = self._embedder()
        if options.mode == "lexical" or embedder is None:
            return None
        known = options.mode == "dense" or embedder.covers(detect_language(query))
        return embedder.embed_query(query) if known else None

    def _scope(self, options: AskOptions) -> _Scope:
        """Kept for the next question of the same scope, as long as the library stays as it is."""
        if is_whole(options):
            return _Scope()
        library, generation = self._catalog.documents(), self._indexes.generation
        asked = replace(options, k=0, before=(), mode="hybrid")
        last = self._last_scope
        if last is None or last.library is not library or (last.asked, last.generation) != (asked, generation):
            chosen = frozenset(info.id for info in library.values() if covers(options, info))
            scope = _Scope(chosen, self._catalog.chunk_ids_of(chosen, generation))
            last = self._last_scope = _LastScope(asked, library, generation, scope)
        return last.scope

    def _reranked(self, query: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The first hits in the cross-encoder's order, as far as its time went; scores stay in falling order."""
        if self._reranker is None or not hits:
            return hits
        texts = [embedding_text(hit.document.title, hit.chunk.headings, hit.chunk.text) for hit in hits[:RERANKED]]
        try:
            scores = self._reranker.scores(query, texts)
        except ModelUnavailable as error:
            _log.warning("Passages are not reranked: %s", error)
            return hits
        order = sorted(range(len(scores)), key=lambda n: -scores[n])
        first = (replace(hits[n], stages={**hits[n].stages, "reranker": scores[n]}) for n in order)
        return tuple(
            replace(hit, score=before.score) for hit, before in zip((*first, *hits[len(scores) :]), hits, strict=True)
        )

    def _hits(self, ranked: list[tuple[int, float]], found: Candidates) -> tuple[Hit, ...]:
        stages = {"dense": found.dense, "lexical": found.lexical}
        chunks = self._catalog.chunks([id_ for id_, _ in ranked])
        documents = self._catalog.documents_by_id([*{chunk.document_id for chunk in chunks.values()}])
        return tuple(
            Hit(
                chunks[id_],
                documents[chunks[id_].document_id],
                score,
                {name: scores[id_] for name, scores in stages.items() if id_ in scores},
            )
            for id_, score in ranked
            if id_ in chunks and chunks[id_].document_id in documents  # deleted since the index was read
        )


def in_order(found: Candidates, mode: Mode) -> list[tuple[int, float]]:
    """Positions of the candidates with their scores, best first."""
    scores = _scores(found, mode)
    return [(n, float(scores[n])) for n in sorted(range(len(scores)), key=lambda n: (-scores[n], found.ids[n]))]


def _scores(found: Candidates, mode: Mode) -> NDArray[np.float64]:
    """(n,): one search alone gives its own scores; both together are judged by words and by vectors."""
    if mode != "hybrid":
        alone = found.dense if mode == "dense" else found.lexical
        return np.array([alone[id_] for id_ in found.ids])
    scores = _judged(found.question, found.readings, _cosines(found.dense, found.ids))
    context = found.context
    if context is None:
        return scores
    if context.dense:
        return scores + CONTEXT_WEIGHTS[context.needed] * DENSE_WEIGHT * z_scores(_cosines(context.dense, found.ids))
    return scores + context.needed * word_scores(word_features(context.question, found.readings))


def _judged(question: Question, readings: Sequence[Reading], cosines: Sequence[float | None]) -> NDArray[np.float64]:
    return word_scores(word_features(question, readings)) + DENSE_WEIGHT * z_scores(cosines)


def _cosines(dense: Mapping[int, float], ids: Sequence[int]) -> list[float | None]:
    return [dense.get(id_) for id_ in ids]


def evidence(found: Candidates, order: Sequence[int]) -> Evidence:
    """What the confidence in the hits of this order is made of."""
    # A small library says little about how rare a word is: every word is taken to be rare among 1,000 more.
    asked = replace(found.question, total=found.question.total + _PRIOR_TEXTS)
    features = word_features(asked, [found.readings[n] for n in order[:_JUDGED]])
    words = dict(zip(FEATURES, features.max(axis=0, initial=0.0).tolist(), strict=True))
    return Evidence(words, max(found.dense.values(), default=None))
