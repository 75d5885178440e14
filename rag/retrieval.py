"""The read side: a question becomes hits, found by words and by vectors, fused."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.catalog import Catalog
from rag.confidence import Evidence, confidence, coverage
from rag.fusion import fuse
from rag.indexes import Indexes
from rag.languages import Terms, analyze, detect_language
from rag.protocols import Embedder, Vectors
from rag.types import AskOptions, DocumentInfo, Hit, Retrieved

CANDIDATES = 100
DENSE_WEIGHT = 0.6
"""The vectors' share of the vote where the model knows the query's language; chosen on the development sets."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to search: everything (None), or some documents and the chunks in them."""

    documents: frozenset[str] | None = None
    chunks: frozenset[int] | None = None


class Retriever:
    """Finds passages by words (BM25) and by vectors (cosine) and fuses the two.

    `embedder` gives None where the index's vectors are another model's: then only words are searched.
    """

    def __init__(self, catalog: Catalog, indexes: Indexes, embedder: Callable[[], Embedder | None]) -> None:
        self._catalog = catalog
        self._indexes = indexes
        self._embedder = embedder

    def search(self, query: str, options: AskOptions) -> Retrieved:
        """The `options.k` best hits of the scope given, best first, and how likely they answer the query."""
        start = time.perf_counter()
        self._indexes.refresh()
        documents = self._catalog.documents()
        scope = self._scope(options, documents)
        terms, vector = analyze(query), self._query_vector(query, options)
        lexical = {} if options.mode == "dense" else self._lexical(terms, scope)
        dense = {} if vector is None else self._dense(vector, scope, lexical)
        candidates = list({**lexical, **dense})
        ranked = fuse(candidates, ((dense, DENSE_WEIGHT), (_complete(lexical, candidates), 1 - DENSE_WEIGHT)))
        hits = self._hits(ranked[: options.k], {"dense": dense, "lexical": lexical}, documents)
        sure = confidence(self.evidence(query, hits))
        return Retrieved(query, hits, sure, (time.perf_counter() - start) * 1000)

    def _query_vector(self, query: str, options: AskOptions) -> Vectors | None:
        """None where vectors have no say: by request, or because the model does not know the language."""
        embedder = self._embedder()
        if options.mode == "lexical" or embedder is None:
            return None
        known = options.mode == "dense" or embedder.covers(detect_language(query))
        return embedder.embed_query(query) if known else None

    def _scope(self, options: AskOptions, documents: dict[str, DocumentInfo]) -> _Scope:
        if not options.documents and not options.collections:
            return _Scope()
        chosen = frozenset(
            d.id for d in documents.values() if d.id in options.documents or d.collection in options.collections
        )
        return _Scope(chosen, frozenset(self._catalog.chunk_ids_of(chosen, self._indexes.generation)))

    def _lexical(self, terms: Terms, scope: _Scope) -> dict[int, float]:
        words = self._indexes.words
        return dict(words.search(terms, CANDIDATES, scope.documents)) if words else {}

    def _dense(self, vector: Vectors, scope: _Scope, lexical: dict[int, float]) -> dict[int, float]:
        """Cosines of the nearest chunks, and of those that words have found, so that both judge the same."""
        nearest = dict(self._indexes.vectors.search(vector, CANDIDATES, scope.chunks))
        others = [id_ for id_ in lexical if id_ not in nearest]
        scores = zip(others, self._indexes.vectors.scores(vector, others), strict=True)
        return {**nearest, **{id_: score for id_, score in scores if score is not None}}

    def _hits(
        self,
        ranked: list[tuple[int, float]],
        stages: dict[str, dict[int, float]],
        documents: dict[str, DocumentInfo],
    ) -> tuple[Hit, ...]:
        chunks = self._catalog.chunks([id_ for id_, _ in ranked])
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

    def evidence(self, query: str, hits: Sequence[Hit]) -> Evidence:
        """What the confidence in these hits is made of."""
        words = self._indexes.words
        wanted = list(dict.fromkeys(analyze(query).words))
        if words is None or not hits:
            return Evidence(0.0, None)
        frequencies = dict(zip(wanted, words.document_frequency(wanted), strict=True))
        cosines = [hit.stages["dense"] for hit in hits if "dense" in hit.stages]
        return Evidence(coverage(frequencies, len(words), hits[:3]), max(cosines, default=None))


def _complete(lexical: dict[int, float], candidates: list[int]) -> dict[int, float]:
    """BM25 of all candidates: one that words have not found shares none, or fewer than the last one found."""
    if not lexical:
        return {}
    floor = min(lexical.values()) if len(lexical) == CANDIDATES else 0.0
    return {candidate: lexical.get(candidate, floor) for candidate in candidates}
