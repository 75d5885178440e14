"""Many vectors go into a segment on the disk; it follows the catalog, and can be lost or damaged at any time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import AskOptions, KnowledgeBase
from rag.stores import faiss_segments
from tests.conftest import Open

DENSE = AskOptions(mode="dense", k=3)
ANIMALS = ("zebra", "otter", "falcon", "lizard", "beetle", "walrus", "camel", "heron", "badger", "salmon")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a segment is made of few vectors; the code is the same."""
    monkeypatch.setattr(faiss_segments, "SEALED_FROM", 8)


def fill(kb: KnowledgeBase) -> None:
    for animal in ANIMALS:
        kb.add_searchable(f"# {animal}\n\nThe {animal} lives in house number {len(animal)}.\n".encode(), f"{animal}.md")
    kb.embed_all()


def segments(kb: KnowledgeBase) -> list[str]:
    return sorted(path.name for path in (kb.settings.store / "indexes").glob("vectors-*"))


def best(kb: KnowledgeBase, query: str) -> str:
    return kb.search(query, DENSE).hits[0].document.name


def sealed(kb: KnowledgeBase) -> int:
    segment = kb._parts.indexes.vectors._sealed
    return len(segment) if segment else 0


def test_after_a_restart_the_segment_is_opened_and_what_came_later_is_added(open_kb: Open) -> None:
    first = open_kb()
    fill(first)
    assert sealed(first) == len(ANIMALS)
    first.add(b"# cat\n\nThe cat stays at home.\n", "cat.md")
    first.remove(first.documents()[0].id)
    first.close()
    again = open_kb()
    assert best(again, "walrus") == "walrus.md"
    assert sealed(again) == len(ANIMALS) - 1, "the deleted one is passed over"
    assert len(again._parts.indexes.vectors) == len(ANIMALS)
    assert "zebra.md" not in [hit.document.name for hit in again.search("zebra", DENSE).hits]
    assert "cat.md" in [hit.document.name for hit in again.search("cat", AskOptions(mode="dense", k=10)).hits]
    assert again.verify().agrees


def test_a_segment_is_made_anew_when_as_many_have_come(open_kb: Open) -> None:
    kb = open_kb()
    fill(kb)
    (old,) = segments(kb)
    for number in range(8):
        kb.add(f"# Note {number}\n\nA note about shelf {number}.\n".encode(), f"note{number}.md")
    (new,) = segments(kb)
    assert new != old
    assert sealed(kb) == len(ANIMALS) + 8
    assert best(kb, "otter") == "otter.md"
    assert kb.verify().agrees


def test_a_scope_is_searched_whole(open_kb: Open) -> None:
    kb = open_kb()
    fill(kb)
    chosen = frozenset(info.id for info in kb.documents()[2:5])
    hits = kb.search("zebra", AskOptions(mode="dense", k=10, documents=chosen)).hits
    assert {hit.document.id for hit in hits} == chosen


def test_another_process_takes_up_the_segment(open_kb: Open) -> None:
    reader, writer = open_kb(), open_kb()
    assert reader.search("zebra", DENSE).hits == ()
    fill(writer)
    assert best(reader, "falcon") == "falcon.md"  # read from the catalog, and now there are many
    assert best(reader, "falcon") == "falcon.md"
    assert sealed(reader) == len(ANIMALS)


def test_a_reindex_and_its_rollback_take_the_segment_with_them(open_kb: Open) -> None:
    first = open_kb()
    fill(first)
    (old,) = segments(first)
    first.close()
    kb = open_kb(chunk_tokens=64)
    kb.reindex()
    assert best(kb, "heron") == "heron.md"
    (new,) = segments(kb)
    assert new.split("-")[1] != old.split("-")[1]
    assert sealed(kb) == len(ANIMALS)
    kb.roll_back()
    assert best(kb, "heron") == "heron.md"
    assert [name.split("-")[1] for name in segments(kb)] == [old.split("-")[1]]
    assert kb.verify().agrees


def remove_all(folder: Path) -> None:
    shutil.rmtree(folder)


def garble_lists(folder: Path) -> None:
    path = next(folder.glob("vectors-*")) / "ivf.faiss"
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


def leave_half(folder: Path) -> None:
    segment = next(folder.glob("vectors-*"))
    segment.rename(segment.with_suffix(".new"))


@pytest.mark.parametrize("harm", [remove_all, garble_lists, leave_half])
def test_a_lost_damaged_or_unfinished_segment_costs_nothing(open_kb: Open, harm: Callable[[Path], None]) -> None:
    first = open_kb()
    fill(first)
    first.close()
    harm(first.settings.store / "indexes")
    again = open_kb()
    assert best(again, "camel") == "camel.md"
    again.embed_all()
    assert best(again, "camel") == "camel.md"
    assert sealed(again) == len(ANIMALS)
    assert again.verify().agrees


def test_vectors_that_change_on_the_disk_are_found_by_verify_and_made_anew(open_kb: Open) -> None:
    kb = open_kb()
    fill(kb)
    path = next((kb.settings.store / "indexes").glob("vectors-*")) / "vectors.f16"
    with path.open("rb+") as file:  # the one that is mapped
        file.seek(-700, 2)
        file.write(b"\x55" * 100)
    assert [finding.code for finding in kb.verify().findings] == ["vector_index_differs"]
    assert kb.verify(repair=True).agrees
    assert best(kb, "salmon") == "salmon.md"


def test_what_a_killed_process_has_left_of_a_segment_goes_with_the_next_one(kb: KnowledgeBase) -> None:
    unfinished = kb.settings.store / "indexes" / "vectors-1-3.new"
    unfinished.mkdir(parents=True)
    fill(kb)
    assert sealed(kb) == len(ANIMALS)
    assert not unfinished.exists()
