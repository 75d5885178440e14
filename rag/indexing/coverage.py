"""Which languages the embedding model knows, tried on the library's own passages."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelUnavailable, StoreError
from rag.priority import in_turns
from rag.protocols import Embedder
from rag.reports import LanguageCheck, LanguageUse
from rag.rerankers.word_evidence import Question, word_scores
from rag.storage.catalog import Catalog
from rag.storage.database import Database
from rag.storage.reading import is_sound
from rag.text.languages import analyze, sentences
from rag.text.readings import read

PASSAGES = 80
"""How many passages a language is tried on, at most…"""
LEAST_PASSAGES = 40
"""…and at least: from fewer nothing is concluded."""
KNOWN, UNKNOWN = 0.8, 0.65
"""As a share of what words find: from how much a model knows the language, and below what it does not.

all-MiniLM-L6-v2 finds 0.95 and more in English, 0.8 to 1.1 in German and Spanish, 0.3 to 0.6 in Japanese.
"""
_LEAST_FOUND = 0.5
"""A model that finds less knows no language by this trial: where words find little as well, both may be chance."""
_GROWTH = 2
_LEAST_CHARACTERS = 12
_OTHER = ("", "und")

_log = logging.getLogger(__name__)


class _Pair(NamedTuple):
    """A sentence, and what is left of its passage without it."""

    sentence: str
    rest: str


class Coverage:
    """What trials of embedding models on this library have found; kept in the catalog, by model and language.

    A sentence is taken out of each of some passages, and looked for what is left of its passage, among the others:
    by vectors, and by words (the inverse cloze task: Lee, Chang and Toutanova 2019). A model that does not know the
    language finds far less than words do, whatever its name promises.
    """

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog
        self._settled: tuple[str, int] | None = None
        self._languages: tuple[int, list[str]] | None = None
        self._checks: tuple[int, str, list[LanguageCheck]] | None = None

    def knows(self, model: str, language: str) -> bool | None:
        """Whether the model knows the language, None where no trial says."""
        check = next((one for one in self.checks(model) if one.language == language), None)
        return verdict(check) if check else None

    def chunks(self) -> Counter[str]:
        """How many chunks the library has of each language."""
        counts = Counter[str]()
        for info in self._catalog.documents().values():
            counts[info.language] += info.chunks
        return counts

    def languages(self) -> Sequence[str]:
        """The languages of the documents, that of most of them first."""
        revision = self._catalog.revision()
        if self._languages is None or self._languages[0] != revision:
            query = "SELECT language FROM documents GROUP BY language ORDER BY count(*) DESC, language"
            with self._database.read() as db:
                self._languages = revision, [row[0] for row in db.execute(query) if isinstance(row[0], str)]
        return self._languages[1]

    def checks(self, model: str) -> list[LanguageCheck]:
        """All trials of a model, by language."""
        version, held = self._database.version(), self._checks
        if held is None or held[:2] != (version, model):
            held = self._checks = version, model, self._read_checks(model)
        return held[2]

    def _read_checks(self, model: str) -> list[LanguageCheck]:
        query = "SELECT language, passages, by_vectors, by_words, chunks FROM language_checks WHERE model = ?"
        with self._database.read() as db:
            found = [LanguageCheck(*row) for row in db.execute(query + " ORDER BY language", (model,))]
        return [one for one in found if is_sound(one)]  # it is tried again otherwise

    def check_next(self, embedder: Embedder) -> bool:
        """Tries the model on a language that is new here or has grown much since; False where there is none."""
        revision = self._catalog.revision()
        if self._settled == (embedder.name, revision):
            return False
        held = {one.language: one.chunks for one in self.checks(embedder.name)}
        counts = self._chunks()
        due = (language for language, count in counts.items() if count >= _GROWTH * held.get(language, 0))
        language = next(due, None)
        if language is None or not self.check(embedder, language):
            self._settled = (embedder.name, revision)
            return False
        return True

    def check(self, embedder: Embedder, language: str) -> bool:
        """Tries the model on one language; False where it cannot be used now, or the disk is full."""
        try:
            check = tried(embedder, language, self._pairs(language), self.chunks()[language])
            with self._database.write() as db:
                query = "INSERT OR REPLACE INTO language_checks VALUES (?, ?, ?, ?, ?, ?)"
                row = (check.passages, check.by_vectors, check.by_words, check.chunks)
                db.execute(query, (embedder.name, language, *row))
        except (ModelUnavailable, StoreError) as error:
            _log.warning("Languages are not checked: %s", error)
            return False
        return True

    def _chunks(self) -> Counter[str]:
        """How many chunks there are of each language that has enough of them for a trial."""
        counts = self.chunks()
        return Counter({name: n for name, n in counts.items() if n >= LEAST_PASSAGES and name not in _OTHER})

    def _pairs(self, language: str) -> list[_Pair]:
        """From as many documents as there are; the same ones every time."""
        generation = self._catalog.generations.active()
        infos = [one for one in self._catalog.documents().values() if one.language == language and one.chunks]
        if generation is None or not infos:
            return []
        chance = random.Random(language)  # noqa: S311 - a sample, not a secret
        each = ceil(2 * PASSAGES / len(infos))  # some passages have one sentence only
        pairs: list[_Pair] = []
        for info in chance.sample(infos, min(len(infos), 2 * PASSAGES)):
            ids = self._catalog.chunk_ids_of([info.id], generation.id).tolist()
            chosen = self._catalog.chunks(sorted(chance.sample(ids, min(each, len(ids)))))
            pairs += [pair for chunk in chosen.values() if (pair := _held_out(chunk.text, chance))]
            if len(pairs) >= PASSAGES:
                break
        return _told_apart(pairs[:PASSAGES])


@dataclass(frozen=True, slots=True)
class Languages:
    """The library's languages as an admin sees them; `configured` where a setting says which ones the model knows."""

    coverage: Coverage
    embedder: Embedder
    configured: bool

    def uses(self) -> list[LanguageUse]:
        """Whether vectors are used, by language, the one with most passages first."""
        checks = {check.language: check for check in self.coverage.checks(self.embedder.name)}
        return [
            LanguageUse(
                language, count, self.embedder.covers(language), self._by(checks.get(language)), checks.get(language)
            )
            for language, count in self.coverage.chunks().most_common()
        ]

    def check(self) -> None:
        """Tries the model on every language again; takes a second or two for each."""
        for language in self.coverage.chunks():
            self.coverage.check(self.embedder, language)

    def _by(self, check: LanguageCheck | None) -> Literal["setting", "check", "name"]:
        if self.configured:
            return "setting"
        return "name" if check is None or verdict(check) is None else "check"


def verdict(check: LanguageCheck) -> bool | None:
    """Whether the model knows the language, None where the trial does not say."""
    if check.passages < LEAST_PASSAGES or not check.by_words:
        return None
    share = check.by_vectors / check.by_words
    if share < UNKNOWN:
        return False
    return True if share >= KNOWN and check.by_vectors >= _LEAST_FOUND else None


def tried(embedder: Embedder, language: str, pairs: Sequence[_Pair], chunks: int) -> LanguageCheck:
    """What vectors and words find of these pairs; raises ModelUnavailable."""
    if len(pairs) < LEAST_PASSAGES:
        return LanguageCheck(language, len(pairs), 0.0, 0.0, chunks)
    passages = embedder.embed_passages([pair.rest for pair in pairs], background=True)
    cosines = np.stack([embedder.embed_query(pair.sentence) for pair in pairs]) @ passages.T
    return LanguageCheck(language, len(pairs), _found(cosines), _found(_by_words(pairs)), chunks)


def _by_words(pairs: Sequence[_Pair]) -> NDArray[np.float64]:
    """(n, n): how well each sentence fits what is left of each passage."""
    readings = [read("", (), pair.rest) for pair in pairs]
    frequencies = Counter[str]()
    for pair in pairs:
        terms = analyze(pair.rest)
        frequencies.update({*terms.words, *terms.bigrams})
    asked = (Question(analyze(pair.sentence), frequencies, len(pairs)) for pair in pairs)
    return np.array([word_scores(question, readings) for question in in_turns(asked)])


def _found(scores: NDArray[np.float64] | NDArray[np.float32]) -> float:
    """The mean reciprocal rank of each sentence's own passage; of equals, half stand before it."""
    own = np.diag(scores)[:, None]
    ranks = 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
    return round(float(np.mean(1 / ranks)), 4)


def _held_out(text: str, chance: random.Random) -> _Pair | None:
    """One of the sentences, and the text without it; None where there are not two."""
    spans = [(start, end) for start, end in sentences(text) if end - start >= _LEAST_CHARACTERS]
    if len(spans) < 2:
        return None
    start, end = chance.choice(spans)
    return _Pair(text[start:end], f"{text[:start]} {text[end:]}".strip())


def _told_apart(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Those whose sentence stands in no other passage: neighbours overlap, and pages repeat what stands on each."""
    return [one for one in pairs if not any(one.sentence in other.rest for other in pairs)]
