"""What every vector store does, compared by value with brute force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.protocols import Vectors, VectorStore
from rag.stores._ivf_segment import IvfSegment
from rag.stores.faiss_flat import FaissFlatStore
from rag.stores.faiss_segments import FaissSegmentStore


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, 16)).astype(np.float32)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


class SealedAtOnce(FaissSegmentStore):
    """Whatever is added goes into a segment on the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        super().add(ids, vectors)
        folder = self._folder / str(len(list(self._folder.iterdir())))
        IvfSegment.build(folder, [(self.ids(), self.vectors(self.ids()))])
        super().__init__(IvfSegment(folder))


def brute_force(vectors: Vectors, ids: list[int], query: Vectors, k: int) -> list[tuple[int, float]]:
    order = np.argsort(-(vectors @ query))[:k]
    return [(ids[n], float(vectors[n] @ query)) for n in order]


def assert_same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    assert [id_ for id_, _ in found] == [id_ for id_, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.fixture(params=[FaissFlatStore, FaissSegmentStore, SealedAtOnce])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    return SealedAtOnce(tmp_path) if request.param is SealedAtOnce else request.param()


QUERY = unit_vectors(1, seed=99)[0]


def test_finds_what_brute_force_finds(store: VectorStore) -> None:
    vectors, ids = unit_vectors(200), list(range(1000, 1200))
    store.add(ids[:50], vectors[:50])
    store.add(ids[50:], vectors[50:])
    assert len(store) == 200
    assert_same(store.search(QUERY, 10), brute_force(vectors, ids, QUERY, 10))


def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    assert store.search(QUERY, 5) == []
    assert store.scores(QUERY, [1]) == [None]
    assert len(store) == 0


def test_removed_ids_are_gone_and_unknown_ones_are_passed_over(store: VectorStore) -> None:
    vectors, ids = unit_vectors(50), list(range(50))
    store.add(ids, vectors)
    store.remove([*range(0, 50, 2), 777])
    assert len(store) == 25
    assert_same(store.search(QUERY, 50), brute_force(vectors[1::2], ids[1::2], QUERY, 50))


def test_an_id_added_again_is_replaced(store: VectorStore) -> None:
    vectors = unit_vectors(3)
    store.add([1, 2, 3], vectors)
    store.add([2], QUERY[None, :])
    assert len(store) == 3
    assert store.search(QUERY, 1)[0][0] == 2
    assert store.scores(QUERY, [2]) == pytest.approx([float(QUERY @ QUERY)], abs=1e-5)


def test_a_filter_keeps_full_recall(store: VectorStore) -> None:
    vectors, ids = unit_vectors(300), list(range(300))
    store.add(ids, vectors)
    chosen = [3, 77, 150, 299]
    assert_same(store.search(QUERY, 10, np.array([*chosen, 5000])), brute_force(vectors[chosen], chosen, QUERY, 10))
    assert store.search(QUERY, 10, np.empty(0, np.int64)) == []


def test_scores_are_cosines_of_any_ids(store: VectorStore) -> None:
    vectors = unit_vectors(10)
    store.add(list(range(10)), vectors)
    found = store.scores(QUERY, [7, 42, 0])
    assert found[1] is None
    assert [found[0], found[2]] == pytest.approx([vectors[7] @ QUERY, vectors[0] @ QUERY], abs=1e-5)
