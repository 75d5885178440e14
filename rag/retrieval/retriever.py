"""The read side: a question becomes hits, found by words and by vectors, put in order by what their words say."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, TypeGuard

import numpy as np

from rag.embedders._switching import pinned
from rag.errors import IndexDamaged, ModelUnavailable
from rag.indexing.indexes import Indexes
from rag.priority import answering
from rag.protocols import Embedder, Ids, Reranker, Vectors
from rag.rerankers.word_evidence import Question
from rag.retrieval.passages import distinct, joined
from rag.retrieval.ranking import Candidates, Context, View, confidence_in, follows, in_order
from rag.retrieval.scope import covers, is_whole
from rag.storage.catalog import Catalog
from rag.stores.faiss_segments import FaissSegmentStore
from rag.stores.layered_words import LayeredWordStore
from rag.text.codes import is_bare
from rag.text.followups import near, topic, with_before
from rag.text.grouping import regrouped
from rag.text.languages import EASTERN, Terms, analyze, stem
from rag.text.parts import searchable_parts
from rag.text.question_language import question_language
from rag.text.spelling import respelled
from rag.text.splitting import in_its_place
from rag.text.stop_words import without_stop_words
from rag.types import AskOptions, DocumentInfo, Hit, Retrieved

CANDIDATES = 40
"""What each of the two searches proposes."""
RERANKED = 20
"""What a cross-encoder reads at most."""
_SPARE = 4
"""Passages looked at beyond those wanted, since near-copies are left out."""
_RETRIES = 2
_VECTORS_KEPT = 100

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


class _Sought(NamedTuple):
    """What is searched for: by words, and by a vector where one has a say."""

    terms: Terms
    vector: Vectors | None


class Retriever:
    """Finds passages by words (BM25) and by vectors (cosine), and orders what either has found by both.

    `embedder` gives None where none fits the index's vectors, or not yet: then only words are searched. `languages`
    gives those of the documents, the commonest first.
    """

    def __init__(
        self,
        catalog: Catalog,
        indexes: Indexes,
        embedder: Callable[[], Embedder | None],
        languages: Callable[[], Sequence[str]],
        reranker: Reranker | None = None,
    ) -> None:
        self._catalog = catalog
        self._indexes = indexes
        self._embedder = embedder
        self._languages = languages
        self._reranker = reranker
        self._last_scope: _LastScope | None = None
        self._embedded = lru_cache(_VECTORS_KEPT)(_embedded)  # a follow-up needs those of the questions before it

    @answering()
    def search(self, query: str, options: AskOptions) -> Retrieved:
        """The `options.k` best hits of the scope given, best first, and how likely they answer the query.

        Near-copies are left out, and of the rest those that touch are one: there may be fewer than k.
        """
        try:
            return self._search(query, options)
        except IndexDamaged as error:
            _log.error("%s", error)
            self._indexes.make_words_anew()
            return self._search(query, options)

    def _search(self, query: str, options: AskOptions) -> Retrieved:
        start = time.perf_counter()
        wanted, by_words = max(options.k, RERANKED) if self._reranker else options.k, self._embedder() is None
        meant = self._regrouped(query)
        asked = self._spelled(meant)
        found, ranked, hits = self._found(asked, options, wanted)
        if options.mode == "hybrid":
            hits = self._reranked(asked, hits)
        sure = confidence_in(found, [n for n, _ in ranked])
        took_ms = (time.perf_counter() - start) * 1000
        shown = tuple(joined(hits[: options.k]))
        return Retrieved(query, meant, self._language(query), shown, sure, took_ms, follows(found), by_words)

    def _regrouped(self, query: str) -> str:
        """The query with long numbers in the library's groups."""
        self._indexes.refresh()
        words = self._indexes.words
        if words is None or self._indexes.words_are_outdated:
            return query
        return regrouped(query, lambda terms: words.frequencies(Terms(tuple(terms), ())))

    def _spelled(self, query: str) -> str:
        """The query with words in the library's spelling that nothing else knows.

        A word is known where the library or the embedding model's vocabulary has it. Of languages that the model does
        not know its vocabulary says nothing; Latin words among Japanese are English.
        """
        words, embedder = self._indexes.words, self._embedder()
        if words is None or embedder is None or self._indexes.words_are_outdated:
            return query

        def frequencies(spellings: Sequence[str]) -> dict[str, int]:
            stems = {one: stem(one) for one in spellings}
            found = words.frequencies(Terms(tuple({*stems.values()}), ()))
            return {one: count for one, term in stems.items() if (count := found[term])}

        def is_known(word: str) -> bool:
            if not analyze(word).words or frequencies([word]) or embedder.count_tokens([word]) == [1]:
                return True
            language = self._language(query)
            return language not in EASTERN and not embedder.covers(language)

        return respelled(query, is_known, frequencies)

    def _found(
        self, query: str, options: AskOptions, wanted: int
    ) -> tuple[Candidates, list[tuple[int, float]], list[Hit]]:
        """The candidates, their order, and its first hits without near-copies, as many as are wanted."""
        found, ranked = self._ranked(query, options)
        depth, tries = wanted + _SPARE, 0
        while True:
            hits = self._hits([(found.ids[n], score) for n, score in ranked[:depth]], found)
            if len(hits) < len(ranked[:depth]) and tries < _RETRIES:
                found, ranked = self._ranked(query, options)  # something was deleted or reindexed in between
                tries += 1
                continue
            kept = distinct(hits)
            if len(kept) >= wanted or depth >= len(ranked):
                return found, ranked, kept[:wanted]
            depth *= 2

    def _ranked(
        self, query: str, options: AskOptions, tries: int = _RETRIES
    ) -> tuple[Candidates, list[tuple[int, float]]]:
        """Again, where a reindex was switched to meanwhile: vectors of one model say nothing about those of another."""
        self._indexes.refresh()
        searched = self._indexes.generation
        found = self.candidates(query, options, self._scope(options))
        active = self._catalog.generations.active()
        if tries and active and not searched == self._indexes.generation == active.id:
            return self._ranked(query, options, tries - 1)
        return found, in_order(found, options.mode)

    def candidates(self, query: str, options: AskOptions, scope: _Scope = _Scope()) -> Candidates:
        """What the searches find, and what the words of each say.

        Of a follow-up, what is found together with its context too; of a question with several parts, what each part
        finds; and what the other wordings find that the options name. An imagined passage is one of them where the
        question's vector, which would be drawn to it, has no say.
        """
        words = self._indexes.words
        if words is None:
            return Candidates([], {}, {}, Question(analyze(query), {}, 0), [])
        asked = self._sought(query, options)
        if options.imagined and asked.vector is not None:
            asked = asked._replace(vector=self._imagining(asked.vector, options.imagined))
        whole = options.mode == "hybrid"
        context = self._with_context(query, asked, options) if whole and options.before else None
        others = (
            options.wordings if asked.vector is not None else (*options.wordings, *filter(None, [options.imagined]))
        )
        wordings = [self._sought(text, options) for text in others] if whole else []
        pieces = [self._sought(text, options) for text in searchable_parts(query)] if whole else []
        every = [asked, *([context] if context else []), *wordings, *pieces]
        found = [self._find(words, one, options, scope) for one in every]
        proposed = dict.fromkeys(id_ for lexical, nearest in found for id_ in (*lexical, *nearest))
        readings = self._indexes.readings([*proposed])
        ids = list(readings)

        def view(sought: _Sought) -> View:
            return View(_question(words, sought.terms), self._cosines(sought.vector, ids))

        main, with_context = view(asked), None
        if context:
            rest = view(context._replace(terms=topic(asked.terms, options.before, self._language(query))))
            with_context = Context(rest, _question(words, context.terms), query)
        return Candidates(
            ids=ids,
            lexical=found[0][0],
            dense=dict(main.dense),
            question=main.question,
            readings=list(readings.values()),
            context=with_context,
            wordings=tuple(map(view, wordings)),
            parts=tuple(map(view, pieces)),
        )

    def _sought(self, text: str, options: AskOptions) -> _Sought:
        """Vectors have no say by request, because the model does not know the language, or where words find a code."""
        language = self._language(text)
        embedder, terms = self._embedder(), analyze(without_stop_words(text, language), language)
        if embedder is None or options.mode == "lexical":
            return _Sought(terms, None)
        known = options.mode == "dense" or (embedder.covers(language) and not self._is_found_code(text, terms))
        model = pinned(embedder)
        return _Sought(terms, self._embedded(model, model.name, text) if known else None)

    def _is_found_code(self, text: str, terms: Terms) -> bool:
        """Whether a question is nothing but codes that the library has: to vectors all codes look alike."""
        words = self._indexes.words
        return words is not None and is_bare(text) and any(words.frequencies(terms).values())

    def _language(self, text: str) -> str:
        return question_language(text, self._languages())

    def _with_context(self, query: str, asked: _Sought, options: AskOptions) -> _Sought:
        """The question with those before it: its words after the last ones', its vector drawn to the last ones'."""
        whole, language = with_before(query, options.before), self._language(query)
        if asked.vector is None:
            return _Sought(analyze(whole, language), None)
        others = ((self._sought(text, options).vector, weight) for text, weight in near(options.before))
        drawn = [weight * vector for vector, weight in others if vector is not None]
        together = [vector] if (vector := self._sought(whole, options).vector) is not None else []
        return _Sought(analyze(whole, language), _sum([_sum([asked.vector, *drawn]), *together]))

    def _imagining(self, vector: Vectors, passage: str) -> Vectors:
        """Halfway from a question's vector to that of a passage that might answer it (HyDE: Gao et al. 2022)."""
        embedder = self._embedder()
        return vector if embedder is None else _sum([vector, embedder.embed_passages([passage])[0]])

    def _find(
        self, words: LayeredWordStore, sought: _Sought, options: AskOptions, scope: _Scope
    ) -> tuple[dict[int, float], dict[int, float]]:
        """BM25 of the best by words, and cosines of the nearest."""
        depth = max(CANDIDATES, options.k)
        lexical = [] if options.mode == "dense" else words.search(sought.terms, depth, scope.documents)
        vectors, vector = self._indexes.vectors, sought.vector
        nearest = vectors.search(vector, depth, scope.chunks) if _fit(vector, vectors) else []
        return dict(lexical), dict(nearest)

    def _cosines(self, vector: Vectors | None, ids: Sequence[int]) -> dict[int, float]:
        """Of all candidates, whichever search has found them, so that all are judged by the same."""
        vectors = self._indexes.vectors
        if not _fit(vector, vectors):
            return {}
        scores = zip(ids, vectors.scores(vector, ids), strict=True)
        return {id_: score for id_, score in scores if score is not None}

    def _scope(self, options: AskOptions) -> _Scope:
        """Kept for the next question of the same scope, as long as the library stays as it is."""
        if is_whole(options):
            return _Scope()
        library, generation = self._catalog.documents(), self._indexes.generation
        asked = replace(options, k=0, before=(), wordings=(), imagined="", mode="hybrid")
        last = self._last_scope
        if last is None or last.library is not library or (last.asked, last.generation) != (asked, generation):
            chosen = frozenset(info.id for info in library.values() if covers(options, info))
            scope = _Scope(chosen, self._catalog.chunk_ids_of(chosen, generation))
            last = self._last_scope = _LastScope(asked, library, generation, scope)
        return last.scope

    def _reranked(self, query: str, hits: list[Hit]) -> list[Hit]:
        """The first hits in the cross-encoder's order, as far as its time went; scores stay in falling order."""
        if self._reranker is None or not hits:
            return hits
        texts = [in_its_place(hit.document.title, hit.chunk.headings, hit.chunk.text) for hit in hits[:RERANKED]]
        try:
            scores = self._reranker.scores(query, texts)
        except ModelUnavailable as error:
            _log.warning("Passages are not reranked: %s", error)
            return hits
        order = sorted(range(len(scores)), key=lambda n: -scores[n])
        first = (replace(hits[n], stages={**hits[n].stages, "reranker": scores[n]}) for n in order)
        rest = hits[len(scores) :]
        return [replace(hit, score=before.score) for hit, before in zip((*first, *rest), hits, strict=True)]

    def _hits(self, ranked: list[tuple[int, float]], found: Candidates) -> list[Hit]:
        stages = {"dense": found.dense, "lexical": found.lexical}
        chunks = self._catalog.chunks([id_ for id_, _ in ranked])
        documents = self._catalog.documents_by_id([*{chunk.document_id for chunk in chunks.values()}])
        return [
            Hit(
                chunks[id_],
                documents[chunks[id_].document_id],
                score,
                {name: scores[id_] for name, scores in stages.items() if id_ in scores},
            )
            for id_, score in ranked
            if id_ in chunks and chunks[id_].document_id in documents  # deleted since the index was read
        ]


def _embedded(embedder: Embedder, name: str, text: str) -> Vectors:
    del name  # another model of the same embedder is another key
    return embedder.embed_query(text)


def _fit(vector: Vectors | None, store: FaissSegmentStore) -> TypeGuard[Vectors]:
    """Whether there is a vector, and as long as the store's: not in the instant of a switch to another model."""
    return vector is not None and store.dimension in (0, len(vector))


def _sum(vectors: Sequence[Vectors]) -> Vectors:
    """Of length 1."""
    total = np.sum(vectors, axis=0)
    return (total / np.linalg.norm(total)).astype(np.float32)


def _question(words: LayeredWordStore, terms: Terms) -> Question:
    return Question(terms, words.frequencies(terms), len(words))
