"""The two search indexes, kept in step with the catalog that they are derived from."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from filelock import Timeout

from rag.catalog import Catalog
from rag.errors import StoreError
from rag.languages import ANALYSIS_VERSION
from rag.stores.faiss_segments import FaissSegmentStore
from rag.stores.tantivy_words import IndexedChunk, TantivyWordStore
from rag.vector_index import VectorIndex

_END = 2**62
_SPARE_BYTES = 10_000_000
_log = logging.getLogger(__name__)


def delete_indexes(folder: Path) -> None:
    """Deletes all indexes in this folder, whatever their generation."""
    for words in folder.glob("words-*/"):
        TantivyWordStore.delete(words)
    VectorIndex.delete(folder)


class Indexes:
    """Vector and word index of the active generation; `refresh` brings both up to the catalog's last commit.

    Words live on disk beside a note of the revision that they hold. Either can be deleted at any time and comes back
    from the catalog, without embedding anything.
    """

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog = catalog
        self._folder = folder
        self._lock = threading.Lock()
        self._generation = -1
        self._words_revision = -1
        self._vectors = VectorIndex(catalog, folder)
        self.words: TantivyWordStore | None = None

    @property
    def generation(self) -> int:
        """The generation that the indexes hold, -1 before the first refresh of a store with content."""
        return self._generation

    @property
    def vectors(self) -> FaissSegmentStore:
        """The vectors, to be searched."""
        return self._vectors.store

    def refresh(self) -> None:
        """Replays what the catalog has committed since the last time."""
        with self._lock:
            active = self._catalog.active_generation()
            if active is None:
                return
            if active.id != self._generation:
                self._open(active.id)
            revision = self._catalog.revision()
            self._vectors.refresh(revision)
            if revision != self._words_revision:
                try:
                    self._update_words()
                except (OSError, StoreError):  # a full or read-only disk: what there was goes on answering
                    _log.exception("the word index is behind the catalog")

    def rebuild(self) -> None:
        """Makes both anew from the catalog."""
        with self._lock:
            active = self._catalog.active_generation()
            if active is not None:
                TantivyWordStore.delete(self._words_folder(active.id))
            VectorIndex.delete(self._folder)
            self._generation = -1
        self.refresh()

    def count_of(self, documents: Sequence[str], chunks: Collection[int]) -> tuple[int, int]:
        """How many entries the word index has of these documents, and the vector index of these chunks."""
        return (self.words.count_of(documents) if self.words else 0), self.vectors.count_of(chunks)

    def prepare(self, generation: int) -> None:
        """Makes the indexes of a generation that is being built, so that the switch to it takes no time."""
        words = TantivyWordStore(self._words_folder(generation))
        with words.updating():
            self._replay_words(words, generation)
        VectorIndex(self._catalog, self._folder, generation).build_if_large()

    def seal(self) -> None:
        """Writes the vectors into a segment on the disk if there are many new ones; searches go on meanwhile."""
        vectors = self._vectors
        segment = vectors.rebuilt()
        with self._lock:
            if segment and vectors is self._vectors:
                vectors.adopt(*segment)

    def _open(self, generation: int) -> None:
        self._vectors = VectorIndex(self._catalog, self._folder, generation)
        self.words = TantivyWordStore(self._words_folder(generation))
        self._generation, self._words_revision = generation, -1
        building = self._catalog.building_generation()
        kept = [generation, *([building.id] if building else ())]
        VectorIndex.delete(self._folder, kept)
        for other in self._folder.glob("words-*"):
            if other.is_dir() and other not in map(self._words_folder, kept):
                with suppress(Timeout):  # another process is just building it
                    TantivyWordStore.delete(other, timeout=0)

    def _update_words(self) -> None:
        assert self.words is not None
        try:
            with self.words.updating():
                self._words_revision = self._replay_words(self.words, self._generation)
        except StoreError:
            if not self._has_room():
                raise
            _log.exception("the word index is made anew")
            folder = self._words_folder(self._generation)
            TantivyWordStore.delete(folder)
            self.words = TantivyWordStore(folder)
            with self.words.updating():
                self._words_revision = self._replay_words(self.words, self._generation)
        self.words.reload()

    def _has_room(self) -> bool:
        """Whether another word index as large as this one fits on the disk, with as much again for its making."""
        size = sum(path.stat().st_size for path in self._words_folder(self._generation).glob("*"))
        return shutil.disk_usage(self._folder).free > 2 * size + _SPARE_BYTES

    def _replay_words(self, words: TantivyWordStore, generation: int) -> int:
        """Applies what the folder's note says is missing. A crash before the new note repeats it to the same end."""
        held = self._read_note(generation)
        revision = self._catalog.revision()
        if held < 0:
            removed, added = [(0, _END)], [(0, _END)]
        else:
            changes = [change for change in self._catalog.changes_since(held) if change.kind != "vectors"]
            # An added range is taken out first too: it is there already if a crash came before the note.
            removed = [(change.first, change.last) for change in changes]
            added = [(change.first, change.last) for change in changes if change.kind == "chunks"]
        if removed:
            words.update(removed, self._indexed(generation, added))
        if revision != held:
            self._write_note(generation, revision)
        return revision

    def _indexed(self, generation: int, ranges: list[tuple[int, int]]) -> Iterator[IndexedChunk]:
        for first, last in ranges:
            for page in self._catalog.chunk_pages(generation, first, last):
                titles = self._catalog.titles({chunk.document_id for chunk in page})
                yield from (IndexedChunk(one, titles[one.document_id]) for one in page if one.document_id in titles)

    def _words_folder(self, generation: int) -> Path:
        return self._folder / f"words-{generation}"

    def _note(self, generation: int) -> Path:
        return self._words_folder(generation) / "tenkyo.json"

    def _read_note(self, generation: int) -> int:
        """The revision that the word index holds; -1 where it is unknown or another analysis made it."""
        try:
            note = json.loads(self._note(generation).read_text())
            return note["revision"] if note["analysis"] == ANALYSIS_VERSION else -1
        except (OSError, ValueError, KeyError):
            return -1

    def _write_note(self, generation: int, revision: int) -> None:
        note = self._note(generation)
        fresh = note.with_suffix(".new")
        fresh.write_text(json.dumps({"revision": revision, "analysis": ANALYSIS_VERSION}))
        fresh.replace(note)
