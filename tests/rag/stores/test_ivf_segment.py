"""A sealed segment finds nearly what brute force finds, also filtered, and says so when its files are damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreError
from rag.protocols import Vectors
from rag.stores._ivf_segment import IvfSegment

COUNT, DIMENSION, K = 30_000, 32, 10


def clustered(count: int, seed: int) -> Vectors:
    """Unit vectors around 300 centres, as passages lie around their topics."""
    centres = np.random.default_rng(0).standard_normal((300, DIMENSION))
    chance = np.random.default_rng(seed)
    vectors = centres[chance.integers(len(centres), size=count)] + 0.7 * chance.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


VECTORS, QUERIES = clustered(COUNT, 1), clustered(50, 2)
IDS = np.arange(COUNT) * 3 + 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("segments") / "vectors-1-1"
    pages = ((IDS[n : n + 7000].tolist(), VECTORS[n : n + 7000]) for n in range(0, COUNT, 7000))
    IvfSegment.build(folder, pages)
    return folder


def recall(segment: IvfSegment, allowed: np.ndarray | None = None) -> float:
    hits = 0
    positions = None if allowed is None else segment.positions(IDS[allowed])
    for query in QUERIES:
        scores = VECTORS @ query
        if allowed is not None:
            scores = np.where(np.isin(np.arange(COUNT), allowed), scores, -2)
        exact = IDS[np.argsort(-scores)[:K]]
        found = segment.search(query, K, positions)
        assert len(found) == K
        for id_, score in found:
            assert score == pytest.approx(float(VECTORS[(id_ - 7) // 3] @ query), abs=1e-5)
        hits += len({id_ for id_, _ in found}.intersection(exact.tolist()))
    return hits / (K * len(QUERIES))


def test_finds_nearly_what_brute_force_finds(folder: Path) -> None:
    assert recall(IvfSegment(folder)) >= 0.98


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_filter_costs_no_recall(folder: Path, share: float) -> None:
    allowed = np.flatnonzero(np.random.default_rng(3).random(COUNT) < share)
    assert recall(IvfSegment(folder), allowed) >= 0.98


def test_what_is_removed_is_not_found_and_others_take_its_place(folder: Path) -> None:
    segment = IvfSegment(folder)
    first = [id_ for id_, _ in segment.search(QUERIES[0], K)]
    segment.remove(segment.positions(np.array(sorted([*first, 999_999_999]))))
    assert len(segment) == COUNT - K
    assert segment.removed == K
    after = [id_ for id_, _ in segment.search(QUERIES[0], K)]
    assert len(after) == K
    assert not set(after) & set(first)
    assert segment.position(first[0]) is None
    assert segment.ids(0, 10**9) == sorted(set(IDS.tolist()) - set(first))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble(path: Path) -> None:
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


@pytest.mark.parametrize("name", ["ivf.faiss", "ids.npy", "vectors.f16", "segment.json"])
@pytest.mark.parametrize("harm", [cut, garble, Path.unlink])
def test_damaged_files_are_noticed(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    folder = tmp_path / "vectors-1-1"
    IvfSegment.build(folder, [(IDS[:500].tolist(), VECTORS[:500])])
    assert IvfSegment(folder).damaged_files() == []
    harm(folder / name)
    with pytest.raises(StoreError, match="damaged"):
        IvfSegment(folder)


def test_damage_beyond_what_is_read_at_the_start_is_found_by_a_look_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "vectors-1-1"
    many = np.tile(VECTORS, (10, 1))
    IvfSegment.build(folder, [(list(range(len(many))), many)])
    with (folder / "vectors.f16").open("rb+") as file:
        file.seek(-1000, 2)
        file.write(b"\x55" * 100)
    assert IvfSegment(folder).damaged_files() == ["vectors.f16"]


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def pages() -> object:
        yield IDS[:500].tolist(), VECTORS[:500]
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        IvfSegment.build(tmp_path / "vectors-1-1", pages())  # pyright: ignore[reportArgumentType]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_has_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "vectors-1-1.new").mkdir()
    (tmp_path / "vectors-1-1.new" / "ivf.faiss").write_bytes(b"half")
    IvfSegment.build(tmp_path / "vectors-1-1", [(IDS[:500].tolist(), VECTORS[:500])])
    assert [path.name for path in tmp_path.iterdir()] == ["vectors-1-1"]
    assert len(IvfSegment(tmp_path / "vectors-1-1")) == 500
