"""The two search indexes, kept in step with the catalog that they are derived from."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice
from pathlib import Path

from filelock import Timeout

from rag.errors import IndexDamaged, StoreError
from rag.indexing.vector_index import VectorIndex
from rag.indexing.word_index import MOST_FRESH, Text, WordIndex
from rag.priority import give_way
from rag.protocols import Report
from rag.reports import Progress
from rag.storage.catalog import Catalog
from rag.stores.faiss_segments import FaissSegmentStore
from rag.stores.layered_words import Analysed, LayeredWordStore, analysed
from rag.stores.tantivy_words import TantivyWordStore
from rag.text.readings import Reading
from rag.types import Chunk

_log = logging.getLogger(__name__)


class _Ended(StoreError):
    """The app ends: an index that is being made goes on where it was at the next start."""


def delete_indexes(folder: Path) -> None:
    """Deletes all indexes in this folder, whatever their generation."""
    for _, words in WordIndex.folders(folder):
        TantivyWordStore.delete(words)
    VectorIndex.delete(folder)


class Indexes:
    """Vector and word index of the active generation; `refresh` brings both up to the catalog's last commit.

    Either can be deleted at any time and comes back from the catalog, without embedding anything.
    """

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog = catalog
        self._folder = folder
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._generation = -1
        self._followed: int | None = None
        self._analysed = OrderedDict[Text, Analysed]()
        self._vectors = VectorIndex(catalog, folder)
        self._words: WordIndex | None = None

    @property
    def generation(self) -> int:
        """The generation that the indexes hold, -1 before the first refresh of a store with content."""
        return self._generation

    @property
    def words(self) -> LayeredWordStore | None:
        """The words, to be searched; None before the first refresh of a store with content."""
        return self._words.store if self._words else None

    @property
    def vectors(self) -> FaissSegmentStore:
        """The vectors, to be searched."""
        return self._vectors.store

    @property
    def words_are_outdated(self) -> bool:
        """Whether an earlier version made the word index: until `renew` is through, a passage may be missed."""
        return self._words is not None and self._words.is_outdated

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        """How these chunks are analysed; one that is not there is left out."""
        return self._words.readings(ids) if self._words else {}

    def refresh(self) -> None:
        """Replays what the catalog has committed since the last time."""
        unsettled = self._words is not None and (self._words.is_outdated or self._words.is_behind)
        if self._followed == (version := self._catalog.version()) and not unsettled:
            return
        with self._lock:
            active = self._catalog.generations.active()
            if active is None:
                return
            if active.id != self._generation:
                self._open(active.id)
            assert self._words is not None
            revision = self._catalog.revision()
            self._vectors.refresh(revision)
            try:
                self._follow_words(revision)
            except _Ended:
                return
            except (OSError, StoreError) as error:  # a full or read-only disk: what there was goes on answering
                _log.error("the word index is behind the catalog: %s", error)
                return
            self._followed = version

    def make_words_anew(self) -> None:
        """Makes the word index anew from the catalog: it has turned out to be damaged."""
        with self._lock:
            self._drop_words()
            self._followed = None
        self.refresh()

    def analyse(self, title: str, language: str, chunks: Iterable[Chunk]) -> None:
        """Analyses chunks that are about to be committed, as many as are kept: no question waits for that."""
        for chunk in islice(chunks, MOST_FRESH):
            while len(self._analysed) >= MOST_FRESH:  # of documents that were not committed in the end
                self._analysed.popitem(last=False)
            self._analysed[title, language, chunk.headings, chunk.text] = analysed(title, language, chunk)

    @contextmanager
    def taking_in(self, chunks: int) -> Iterator[None]:
        """Around the commit of a document: nobody who asks waits until its chunks are taken in.

        They can be found by words when this is through.
        """
        give_way()
        if chunks > MOST_FRESH:
            self.refresh()
        if self._words is None:  # nobody has asked yet, in this process
            yield
            return
        with self._words.taking_in() if chunks > MOST_FRESH else nullcontext():
            yield
        self.refresh()

    def rebuild(self) -> None:
        """Makes both anew from the catalog."""
        with self._lock:
            active = self._catalog.generations.active()
            for generation, words in WordIndex.folders(self._folder):
                if active is not None and generation == active.id:
                    TantivyWordStore.delete(words)
            VectorIndex.delete(self._folder)
            self._generation, self._followed = -1, None
        self.refresh()

    def count_of(self, documents: Sequence[str], chunks: Collection[int]) -> tuple[int, int]:
        """How many entries the word index has of these documents, and the vector index of these chunks."""
        return (self.words.count_of(documents) if self.words else 0), self.vectors.count_of(chunks)

    def prepare(self, generation: int, report: Report) -> None:
        """Makes the indexes of a generation that is being built, so that the switch to it takes no time.

        What `report` raises ends it; it goes on there the next time.
        """
        total, done = self._catalog.generations.count_chunks_in(generation), 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            report(Progress("store", done, max(done, total), "chunks"))

        WordIndex(self._catalog, self._folder, generation, self._analysed).prepare(tell)
        VectorIndex(self._catalog, self._folder, generation).build_if_large()

    def renew(self) -> bool:
        """Makes a piece of what is to replace an outdated word index; False where there is nothing to be made."""
        words = self._words
        try:
            made = words is not None and words.renew(self._go_on)
        except _Ended:
            return False
        if made:
            self.refresh()  # takes it up when it is whole
        return made

    def seal(self, all_words: bool = False) -> None:
        """Writes to the disk what there is much of in memory, or all words; searches go on meanwhile."""
        with self._lock:
            words, vectors = self._words, self._vectors
        if words and words.write(all_words):
            with self._lock:
                words.settle()
        segment = vectors.rebuilt()
        with self._lock:
            if segment and vectors is self._vectors:
                vectors.adopt(*segment)
                self._followed = None

    def end(self) -> None:
        """The app ends: whoever is at making an index stops soon, and it goes on at the next start."""
        self._ending.set()

    def _go_on(self, count: int) -> None:
        del count
        if self._ending.is_set():
            raise _Ended("The word index is not whole: Tenkyo is being ended.", "It goes on at the next start.")

    def _open(self, generation: int) -> None:
        self._vectors = VectorIndex(self._catalog, self._folder, generation)
        self._words = WordIndex(self._catalog, self._folder, generation, self._analysed)
        self._generation = generation
        building = self._catalog.generations.building()
        kept = [generation, *([building.id] if building else ())]
        VectorIndex.delete(self._folder, kept)
        for other, folder in WordIndex.folders(self._folder):
            if other not in kept:
                with suppress(Timeout):  # another process is just building it
                    TantivyWordStore.delete(folder, timeout=0)

    def _follow_words(self, revision: int) -> None:
        assert self._words is not None
        try:
            self._words.follow(revision, self._go_on)
        except IndexDamaged as error:
            _log.error("%s", error)
            self._drop_words()
            self._words.follow(revision, self._go_on)

    def _drop_words(self) -> None:
        for generation, folder in WordIndex.folders(self._folder):
            if generation == self._generation:
                TantivyWordStore.delete(folder)
        self._words = WordIndex(self._catalog, self._folder, self._generation, self._analysed)
