"""A word index that an earlier version made answers until another is made beside it, whatever happens meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loaders import Block, Document, Location
from rag import AskOptions, KnowledgeBase
from rag.indexing import word_index
from rag.ingest.jobs import Stopped
from rag.reports import Progress
from rag.text.languages import ANALYSIS_VERSION
from tests.conftest import Open

LEXICAL = AskOptions(mode="lexical")
ANIMALS = ("zebra", "otter", "falcon", "lizard", "beetle")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an index of a few passages is made in the background, piece by piece; the code is the same."""
    monkeypatch.setattr(word_index, "_FEW", 0)
    monkeypatch.setattr(word_index, "_PIECE", 1)
    chunk_pages = word_index.Catalog.chunk_pages

    def one_by_one(self: word_index.Catalog, generation: int, first: int, last: int):
        for page in chunk_pages(self, generation, first, last):
            yield from ([chunk] for chunk in page)

    monkeypatch.setattr(word_index.Catalog, "chunk_pages", one_by_one)


def about(animal: str) -> Document:
    block = Block("paragraph", f"The {animal} sleeps.", 0, Location())
    return Document(animal, f"{animal}.md", "text/markdown", animal, "en", {}, (block,))


def words_folders(store: Path) -> dict[str, object]:
    """By name, the analysis of each index that is whole, None for others."""
    notes = {path.parent.name: json.loads(path.read_text()) for path in store.glob("indexes/words-*/tenkyo.json")}
    return {name: note["analysis"] if note.get("through", 2**62) == 2**62 else None for name, note in notes.items()}


def outdated(open_kb: Open) -> KnowledgeBase:
    """A library whose word index is as an earlier version made it, opened."""
    kb = open_kb()
    kb.add_documents(map(about, ANIMALS))
    kb.close()
    (index,) = (kb.settings.store / "indexes").glob("words-*/")
    note = json.loads((index / "tenkyo.json").read_text())
    (index / "tenkyo.json").write_text(json.dumps({"revision": note["revision"], "analysis": "1"}))
    index.rename(index.with_name("words-1"))  # as it was named then
    return open_kb()


def names(kb: KnowledgeBase, question: str) -> list[str]:
    return sorted(hit.document.name for hit in kb.search(question, LEXICAL).hits)


def renew(kb: KnowledgeBase) -> int:
    pieces = 0
    while kb._parts.indexes.renew():
        pieces += 1
    return pieces


def test_the_old_index_answers_and_follows_while_another_is_made(open_kb: Open) -> None:
    kb = outdated(open_kb)
    assert names(kb, "zebra") == ["zebra.md"]
    assert kb.reindexing.renews_words
    assert kb._parts.indexes.renew()
    assert words_folders(kb.settings.store) == {"words-1": "1", f"words-1-{ANALYSIS_VERSION}": None}
    kb.add_documents([about("cow")])
    zebra, otter = (next(one.id for one in kb.documents() if one.name == f"{name}.md") for name in ("zebra", "otter"))
    for document in (zebra, otter):
        assert kb.remove(document).remaining == 0
    left = ["beetle.md", "cow.md", "falcon.md", "lizard.md"]
    assert names(kb, "sleeps") == left
    renew(kb)
    assert not kb.reindexing.renews_words
    assert names(kb, "sleeps") == left
    assert words_folders(kb.settings.store) == {f"words-1-{ANALYSIS_VERSION}": ANALYSIS_VERSION}
    assert kb.verify().agrees
    kb.close()
    again = open_kb()
    assert names(again, "sleeps") == left
    assert renew(again) == 0


def test_it_goes_on_where_it_was_when_the_app_ended(open_kb: Open) -> None:
    kb = outdated(open_kb)
    assert names(kb, "zebra") == ["zebra.md"]
    assert all(kb._parts.indexes.renew() for _ in range(3))
    kb._parts.indexes.end()
    assert not kb._parts.indexes.renew(), "it makes no other piece once the app ends"
    kb.close()
    again = open_kb()
    assert names(again, "zebra") == ["zebra.md"]
    assert again.reindexing.renews_words
    assert renew(again) == len(ANIMALS) + 1 - 3, "the last piece finds that there is no more"
    assert names(again, "sleeps") == sorted(f"{animal}.md" for animal in ANIMALS)
    assert again.verify().agrees


def test_another_process_takes_up_what_was_made(open_kb: Open) -> None:
    kb = outdated(open_kb)
    other = open_kb()
    assert names(kb, "zebra") == names(other, "zebra") == ["zebra.md"]
    renew(kb)
    for one in (kb, other):
        assert names(one, "zebra") == ["zebra.md"]
        assert not one.reindexing.renews_words
    other.remove(other.documents()[0].id)
    assert names(kb, "zebra") == names(other, "zebra") == []


def test_a_lost_index_whose_making_is_cut_short_goes_on_at_the_next_start(open_kb: Open) -> None:
    kb = outdated(open_kb)
    word_index.TantivyWordStore.delete(kb.settings.store / "indexes" / "words-1")
    kb._parts.indexes.end()
    kb.search("zebra", LEXICAL)
    kb.close()
    again = open_kb()
    assert names(again, "sleeps") == sorted(f"{animal}.md" for animal in ANIMALS)
    assert again.verify().agrees


def test_a_reindex_can_be_stopped_while_it_makes_its_indexes(open_kb: Open) -> None:
    kb = open_kb(chunk_tokens=200)
    kb.add_documents(map(about, ANIMALS))
    seen: list[int] = []

    def stop_at_the_third(progress: Progress) -> None:
        if progress.stage == "store":
            seen.append(progress.done)
            if len(seen) == 3:
                raise Stopped

    with pytest.raises(Stopped):
        kb._parts.builder.reindex(stop_at_the_third, {"chunk_tokens": 100})
    assert names(kb, "zebra") == ["zebra.md"]
    seen = [0] * 3
    kb._parts.builder.reindex(stop_at_the_third, {"chunk_tokens": 100})
    assert seen[3:] == [1, 2, 3], "two were there already"
    assert names(kb, "sleeps") == sorted(f"{animal}.md" for animal in ANIMALS)
    assert kb.verify().agrees
