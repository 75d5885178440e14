"""Many vectors in a folder, sealed: found through FAISS's inverted file, scored exactly, mapped into memory."""

from __future__ import annotations

import json
import math
import shutil
import threading
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.errors import StoreError
from rag.protocols import Ids, Vectors
from rag.storage.durable import sync_file, sync_folder
from rag.stores._single_query import one_thread

_STORED = np.float16
_FILES = _LISTS, _VECTORS, _IDS = "ivf.faiss", "vectors.f16", "ids.npy"
_NOTE = "segment.json"
_TRAINED_PER_LIST = 40
_LEAST_PROBES = 96
_PROBED = 16
"""One list in so many is looked through: recall@10 of at least .99 at 100,000 and at 1,000,000 vectors."""
_RESCORED = 4
"""So many times the hits asked for are scored exactly."""
_EXACT_UP_TO = 20_000
"""A filter that leaves fewer is searched exactly."""
_AT_ONCE = 50_000
_CRC_BYTES = 1 << 24


class IvfSegment:
    """Inverted file over 8-bit scalar-quantised vectors, k-means lists (Jégou et al. 2011); exact cosines after that.

    Nothing can be added; what is removed is passed over. Raises StoreError where the folder is not a whole segment.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        try:
            self._note = json.loads((folder / _NOTE).read_text())
            if any(_mark(folder / name) != self._note["marks"][name] for name in _FILES):
                raise ValueError("its files are not those that were written")
            self._ids: Ids = np.load(folder / _IDS)
            self._vectors = _mapped(folder / _VECTORS, len(self._ids))
            self._index: faiss.IndexIVF = faiss.read_index(str(folder / _LISTS), faiss.IO_FLAG_MMAP)  # pyright: ignore
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise StoreError(f"The vector index is damaged ({error}).", "It is made anew.", str(folder)) from error
        self._alive = np.ones(len(self._ids), bool)
        self._count = len(self._ids)

    @staticmethod
    def build(folder: Path, pages: Iterable[tuple[Sequence[int], Vectors]]) -> None:
        """Writes a segment of at least one vector: pages of ids, all ascending, and unit vectors (n, dimension).

        The folder appears when it is whole and on the disk.
        """
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)  # what a crash has left
        fresh.mkdir(parents=True)
        try:
            ids = _write_vectors(fresh / _VECTORS, pages)
            np.save(fresh / _IDS, ids)
            faiss.write_index(_trained_and_filled(_mapped(fresh / _VECTORS, len(ids))), str(fresh / _LISTS))
            note = {"crc": {n: _crc(fresh / n) for n in _FILES}, "marks": {n: _mark(fresh / n) for n in _FILES}}
            (fresh / _NOTE).write_text(json.dumps(note))
            for path in fresh.iterdir():
                sync_file(path)
            sync_folder(fresh)
            fresh.rename(folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)  # a full disk must not stay full
            raise
        sync_folder(folder.parent)

    def __len__(self) -> int:
        return self._count

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._index.d

    @property
    def removed(self) -> int:
        """How many of its vectors are passed over."""
        return len(self._ids) - self._count

    def ids(self, first: int, last: int) -> list[int]:
        """Every id in this range (both ends included), in ascending order."""
        start, end = np.searchsorted(self._ids, first), np.searchsorted(self._ids, last, "right")
        return self._ids[start:end][self._alive[start:end]].tolist()

    def positions(self, ids: Ids) -> Ids:
        """Where those of these ids stand that are there; both in ascending order."""
        found = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        return found[(self._ids[found] == ids) & self._alive[found]]

    def position(self, id_: int) -> int | None:
        """Where this id stands, None if it is not there."""
        found = int(np.searchsorted(self._ids, id_))
        return found if found < len(self._ids) and self._ids[found] == id_ and self._alive[found] else None

    def vector(self, position: int) -> Vectors:
        """(dimension,) float32."""
        return self._vectors[position].astype(np.float32)

    def remove(self, positions: Ids) -> None:
        """Passes these over from now on."""
        with self._lock:
            alive = self._alive.copy()  # a search that goes on sees the one it has begun with
            alive[positions] = False
            self._alive, self._count = alive, int(alive.sum())

    def search(self, query: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """The k best (id, cosine), best first, among those at the positions given."""
        alive = self._alive
        if within is not None and len(within) <= _EXACT_UP_TO:
            found = within
        else:
            found = self._near(query, k * _RESCORED, alive, within)
        scores = np.concatenate(
            [self._vectors[found[n : n + _AT_ONCE]].astype(np.float32) @ query for n in range(0, len(found), _AT_ONCE)]
            or [np.empty(0, np.float32)]
        )
        best = np.argsort(-scores, kind="stable")[:k]
        return list(zip(self._ids[found[best]].tolist(), scores[best].tolist(), strict=True))

    def damaged_files(self) -> list[str]:
        """The files whose bytes are not those that were written; reads them all."""
        return [name for name in _FILES if _crc(self.folder / name) != self._note["crc"][name]]

    def _near(self, query: Vectors, k: int, alive: NDArray[np.bool_], within: Ids | None) -> Ids:
        """The positions of about the k nearest; the fewer a filter leaves, the more lists are looked through."""
        allowed, probes = alive, max(_LEAST_PROBES, self._index.nlist // _PROBED)
        if within is not None:
            allowed = np.zeros(len(alive), bool)
            allowed[within] = True
            probes = math.ceil(probes * len(alive) / len(within))
        parameters = faiss.SearchParametersIVF(
            nprobe=min(probes, self._index.nlist),  # pyright: ignore[reportCallIssue]
            sel=None if allowed.all() else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little")),  # pyright: ignore
        )
        with one_thread():
            _, found = self._index.search(query[None, :].astype(np.float32), k, params=parameters)
        return found[0][(found[0] >= 0) & (found[0] < len(alive))]  # also where the file has been damaged


def _write_vectors(path: Path, pages: Iterable[tuple[Sequence[int], Vectors]]) -> Ids:
    """Appends page by page, so that memory stays flat; gives the ids."""
    ids = []
    with path.open("wb") as file:
        for page, vectors in pages:
            ids.append(np.asarray(page, np.int64))
            file.write(np.ascontiguousarray(vectors, _STORED).tobytes())
    return np.concatenate(ids)


def _mapped(path: Path, count: int) -> NDArray[np.float16]:
    return np.memmap(path, _STORED, "r").reshape(count, -1)


def _trained_and_filled(vectors: NDArray[np.float16]) -> faiss.IndexIVFScalarQuantizer:
    count, dimension = vectors.shape
    lists = max(1, round(2 * math.sqrt(count)))
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, kind, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.min_points_per_centroid = 1
    chosen = np.random.default_rng(0).permutation(count)[: lists * _TRAINED_PER_LIST]
    index.train(vectors[np.sort(chosen)].astype(np.float32))
    for start in range(0, count, _AT_ONCE):
        page = vectors[start : start + _AT_ONCE].astype(np.float32)
        index.add_with_ids(page, np.arange(start, start + len(page), dtype=np.int64))
    return index


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while data := file.read(_CRC_BYTES):
            crc = zlib.crc32(data, crc)
    return crc


def _mark(path: Path) -> list[int]:
    """Size and checksum of the beginning, where FAISS keeps what must be right for a search not to crash."""
    with path.open("rb") as file:
        return [path.stat().st_size, zlib.crc32(file.read(_CRC_BYTES))]
