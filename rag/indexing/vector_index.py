"""The vector index of one generation, kept in step with the catalog that it is derived from."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import StoreError
from rag.storage.catalog import Catalog, Change
from rag.stores._ivf_segment import IvfSegment
from rag.stores.faiss_segments import FaissSegmentStore, are_many

_log = logging.getLogger(__name__)


class VectorIndex:
    """Vectors in memory, read from the catalog; many of them in a segment on the disk, named by its revision.

    `refresh` and `adopt` are called by one thread at a time; `store` can be searched by any.
    """

    def __init__(self, catalog: Catalog, folder: Path, generation: int = -1) -> None:
        self._catalog = catalog
        self._folder = folder
        self._generation = generation
        self._revision = -1
        self._segment_revision = -1
        self._tried_at = -1
        self.store = FaissSegmentStore()

    @staticmethod
    def delete(folder: Path, kept: Collection[int] = ()) -> None:
        """Deletes the segments in this folder but those of the generations to be kept."""
        for segment in folder.glob("vectors-*"):
            if segment.name.split("-")[1] not in map(str, kept):
                shutil.rmtree(segment, ignore_errors=True)

    def refresh(self, revision: int) -> None:
        """Brings the store up to this revision of the catalog, or a later one."""
        if self._revision < 0 or self.store.wants_sealing:
            self._open_newest()
        if self._revision < 0:
            store = FaissSegmentStore()
            for page in self._catalog.vectors.pages(self._generation):
                store.add(*page)
            self.store, self._revision = store, revision
        elif revision != self._revision:
            self._revision = self._replay(self.store, self._revision)

    def build(self) -> tuple[int, IvfSegment] | None:
        """Writes all vectors into a segment; gives it with its revision, None while another process builds one.

        Raises OSError, RuntimeError (of FAISS) where it cannot be written.
        """
        with suppress(Timeout), FileLock(self._folder / "vectors.lock", timeout=0):
            revision = self._catalog.revision()  # what changes from here on is replayed over the segment
            folder = self._folder / f"vectors-{self._generation}-{revision}"
            for unfinished in self._folder.glob(f"vectors-{self._generation}-*.new"):
                shutil.rmtree(unfinished, ignore_errors=True)  # by a process that was killed
            shutil.rmtree(folder, ignore_errors=True)  # a whole one would be in use: it is damaged
            IvfSegment.build(folder, self._catalog.vectors.pages(self._generation))
            for _, other in self._segments():
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
            return revision, IvfSegment(folder)
        return None

    def build_if_large(self) -> None:
        """Builds the segment of a generation that is not searched yet, where it is to have one."""
        if are_many(self._catalog.generations.count_vectors_in(self._generation)):
            self.build()

    def rebuilt(self) -> tuple[int, IvfSegment] | None:
        """A new segment where there are many new vectors; can take long and holds up no search.

        Where it cannot be written, the vectors stay in memory.
        """
        revision = self._catalog.revision()
        if not self.store.wants_sealing or revision == self._tried_at:
            return None
        self._tried_at = revision  # what failed is not tried again at once
        try:
            return self.build()
        except (OSError, RuntimeError, StoreError) as error:
            _log.error("the vectors stay in memory: %s", error)
            return None

    def adopt(self, revision: int, segment: IvfSegment) -> None:
        """Searches this segment, and what came after it, from now on."""
        store = FaissSegmentStore(segment)
        self._revision = self._replay(store, revision)
        self.store, self._segment_revision = store, revision

    def _open_newest(self) -> None:
        """Takes up a segment that is newer than the one held: another process, or an earlier one, has made it."""
        for revision, folder in self._segments():
            if revision > self._segment_revision:
                with suppress(StoreError):
                    self.adopt(revision, IvfSegment(folder))
                    return

    def _segments(self) -> list[tuple[int, Path]]:
        """What is on the disk, each with the revision that it holds, the newest first."""
        folders = self._folder.glob(f"vectors-{self._generation}-*")
        found = ((folder.name.rpartition("-")[2], folder) for folder in folders)
        return sorted(((int(revision), folder) for revision, folder in found if revision.isdigit()), reverse=True)

    def _replay(self, store: FaissSegmentStore, revision: int) -> int:
        for change in self._catalog.changes_since(revision):
            self._apply(store, change)
            revision = change.revision
        return revision

    def _apply(self, store: FaissSegmentStore, change: Change) -> None:
        if change.kind == "removed":
            store.remove(range(change.first, change.last + 1))
            return
        stored = self._catalog.vectors
        read = stored.of_chunks if change.kind == "chunks" else stored.of_embeddings
        ids, vectors = read(self._generation, change.first, change.last)
        new = [n for n, id_ in enumerate(ids) if id_ not in store]  # a chunk's vector never becomes another
        store.add([ids[n] for n in new], vectors[new])
