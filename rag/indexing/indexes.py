"""The two search indexes, kept in step with the catalog that they are derived from."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from filelock import Timeout

from rag.errors import StoreError
from rag.indexing.vector_index import VectorIndex
from rag.priority import in_turns
from rag.storage.catalog import Catalog
from rag.stores.faiss_segments import FaissSegmentStore
from rag.stores.fresh_words import Entry
from rag.stores.layered_words import Analysed, LayeredWordStore, analysed, entry_of
from rag.stores.tantivy_words import TantivyWordStore
from rag.text.languages import ANALYSIS_VERSION
from rag.types import Chunk

_END = 2**62
_SPARE_BYTES = 10_000_000
_MANY_FRESH = 500
"""Chunks in memory that are worth a commit of the word index on the disk."""
_MOST_FRESH = 2_000
"""Chunks that are kept in memory for the time being, at most."""
_Text = tuple[str, str, tuple[str, ...], str]
"""All that is analysed of a chunk: its document's title and language, its headings, its text."""
_log = logging.getLogger(__name__)


def delete_indexes(folder: Path) -> None:
    """Deletes all indexes in this folder, whatever their generation."""
    for words in folder.glob("words-*/"):
        TantivyWordStore.delete(words)
    VectorIndex.delete(folder)


class Indexes:
    """Vector and word index of the active generation; `refresh` brings both up to the catalog's last commit.

    Words live on disk beside a note of the revision that they hold; what came after it is in memory until there is
    enough of it. Either index can be deleted at any time and comes back from the catalog, without embedding anything.
    """

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog = catalog
        self._folder = folder
        self._lock = threading.Lock()
        self._generation = -1
        self._words_revision = -1
        self._disk_revision = -1
        self._tried_at = -1
        self._followed: int | None = None
        self._analysed = OrderedDict[_Text, Analysed]()
        self._vectors = VectorIndex(catalog, folder)
        self.words: LayeredWordStore | None = None

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
        if self._followed == (version := self._catalog.version()):
            return
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
                    self._follow_words(revision)
                except (OSError, StoreError):  # a full or read-only disk: what there was goes on answering
                    _log.exception("the word index is behind the catalog")
                    return
            self._followed = version

    def analyse(self, title: str, language: str, chunks: Iterable[Chunk]) -> None:
        """Analyses chunks that are about to be committed, so that whoever asks next need not wait for that."""
        for chunk in chunks:
            while len(self._analysed) >= _MOST_FRESH:  # of documents that were not committed in the end
                self._analysed.popitem(last=False)
            self._analysed[title, language, chunk.headings, chunk.text] = analysed(title, language, chunk)

    def rebuild(self) -> None:
        """Makes both anew from the catalog."""
        with self._lock:
            active = self._catalog.active_generation()
            if active is not None:
                TantivyWordStore.delete(self._words_folder(active.id))
            VectorIndex.delete(self._folder)
            self._generation, self._followed = -1, None
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

    def seal(self, all_words: bool = False) -> None:
        """Writes to the disk what there is much of in memory, or all words; searches go on meanwhile."""
        with self._lock:
            words, generation = self.words, self._generation
        if words and len(words.fresh) >= (1 if all_words else _MANY_FRESH):
            self._write_words(words, generation)
        vectors = self._vectors
        segment = vectors.rebuilt()
        with self._lock:
            if segment and vectors is self._vectors:
                vectors.adopt(*segment)
                self._followed = None

    def _open(self, generation: int) -> None:
        self._vectors = VectorIndex(self._catalog, self._folder, generation)
        self.words = LayeredWordStore(self._words_folder(generation))
        self._generation, self._words_revision, self._disk_revision = generation, -1, -1
        building = self._catalog.building_generation()
        kept = [generation, *([building.id] if building else ())]
        VectorIndex.delete(self._folder, kept)
        for other in self._folder.glob("words-*"):
            if other.is_dir() and other not in map(self._words_folder, kept):
                with suppress(Timeout):  # another process is just building it
                    TantivyWordStore.delete(other, timeout=0)

    def _follow_words(self, revision: int) -> None:
        """Takes in memory what came since; many chunks, and whatever was removed or moved, go to the disk."""
        assert self.words is not None
        self._adopt_written(self.words)
        changes = self._catalog.changes_since(self._words_revision)
        added = [(change.first, change.last) for change in changes if change.kind == "chunks"]
        count = len(self.words.fresh) + sum(last - first + 1 for first, last in added)
        changed = any(change.kind == "removed" for change in changes)
        if self._disk_revision < 0 or count > _MOST_FRESH or changed or any(self.words.holds(*span) for span in added):
            self._update_words()  # what is here already has moved to another document
        else:
            self.words.add(self._entries(self._generation, added))
            self._words_revision = max((revision, *(change.revision for change in changes)))

    def _adopt_written(self, words: LayeredWordStore) -> None:
        """Where this process, or another one, has written to the disk: what came after that stays in memory."""
        held = self._read_note(self._generation)
        if held != self._disk_revision:
            later = [change for change in self._catalog.changes_since(held) if change.kind == "chunks"]
            words.settle([(change.first, change.last) for change in later])
            self._disk_revision, self._words_revision = held, max(held, self._words_revision)

    def _write_words(self, words: LayeredWordStore, generation: int) -> None:
        """Writes what is in memory to the disk."""
        revision = self._catalog.revision()
        if revision == self._tried_at:
            return
        self._tried_at = revision  # what failed is not tried again at once
        try:
            with words.disk.updating():
                self._replay_words(words.disk, generation, words)
        except (OSError, StoreError):
            _log.exception("the word index stays in memory")
        else:
            with self._lock:
                if words is self.words:
                    self._adopt_written(words)

    def _update_words(self) -> None:
        assert self.words is not None
        try:
            revision = self._rewritten(self.words)
        except StoreError:
            if not self._has_room():
                raise
            _log.exception("the word index is made anew")
            folder = self._words_folder(self._generation)
            TantivyWordStore.delete(folder)
            self.words = LayeredWordStore(folder)
            revision = self._rewritten(self.words)
        self.words.settle()
        self._words_revision = self._disk_revision = revision

    def _rewritten(self, words: LayeredWordStore) -> int:
        with words.disk.updating():
            return self._replay_words(words.disk, self._generation, words)

    def _has_room(self) -> bool:
        """Whether another word index as large as this one fits on the disk, with as much again for its making."""
        size = sum(path.stat().st_size for path in self._words_folder(self._generation).glob("*"))
        return shutil.disk_usage(self._folder).free > 2 * size + _SPARE_BYTES

    def _replay_words(self, words: TantivyWordStore, generation: int, known: LayeredWordStore | None = None) -> int:
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
            entries = self._entries(generation, added, known)
            words.update(removed, entries if known else in_turns(entries))  # no question waits for a new generation's
        if revision != held:
            self._write_note(generation, revision)
        return revision

    def _entries(
        self, generation: int, ranges: list[tuple[int, int]], known: LayeredWordStore | None = None
    ) -> Iterator[Entry]:
        """The chunks in these ranges; those in the memory of `known` are not analysed again."""
        for first, last in ranges:
            for page in self._catalog.chunk_pages(generation, first, last):
                titles = self._catalog.titles({chunk.document_id for chunk in page})
                held = known.fresh.find([chunk.id for chunk in page]) if known else {}
                for chunk in page:
                    if chunk.document_id in titles:
                        title, language = titles[chunk.document_id]
                        known_already = self._analysed.pop((title, language, chunk.headings, chunk.text), None)
                        yield held.get(chunk.id) or entry_of(chunk, title, language, known_already)

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
