"""New passages are found by words at once, from memory, as they are from the disk later."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from loaders import Location
from rag import AskOptions, KnowledgeBase
from rag.stores.layered_words import LayeredWordStore, entry_of
from rag.text.languages import analyze
from rag.types import Chunk
from tests.conftest import Open

WORDS = ("library", "shelf", "opens", "nine", "books", "storm", "gull", "図書館は九時に開館します", "本棚と本")
QUESTIONS = ("When does the library open?", "storm and gull", "図書館の開館", "shelf 7", "books books storm")
LEXICAL = AskOptions(mode="lexical")


def chunk(id_: int) -> Chunk:
    chosen = random.Random(id_)
    text = " ".join(chosen.choice(WORDS) for _ in range(chosen.randrange(5, 60)))
    return Chunk(id_, f"document{id_ % 7}", 0, text, (chosen.choice(WORDS),), Location(), (), 10)


def stored(folder: Path, on_disk: range, in_memory: range) -> LayeredWordStore:
    store = LayeredWordStore(folder)
    store.disk.update([], (entry_of(chunk(id_), f"Title {id_}") for id_ in on_disk))
    store.add(entry_of(chunk(id_), f"Title {id_}") for id_ in in_memory)
    return store


@pytest.mark.parametrize("documents", [None, {"document1", "document4"}])
def test_memory_finds_what_the_disk_finds_with_the_same_scores(
    tmp_path: Path, documents: frozenset[str] | None
) -> None:
    disk = stored(tmp_path / "disk", range(1, 201), range(0))
    memory = stored(tmp_path / "memory", range(0), range(1, 201))
    both = stored(tmp_path / "both", range(1, 121), range(121, 201))
    twice = stored(tmp_path / "twice", range(1, 201), range(150, 201))
    for question in QUESTIONS:
        terms = analyze(question)
        wanted = dict(disk.search(terms, 200, documents))
        assert len(wanted) > 5
        for other in (memory, both):
            found = dict(other.search(terms, 200, documents))
            assert found == pytest.approx(wanted, rel=0.12), question  # lengths are rounded on the disk only
            assert other.frequencies(terms) == disk.frequencies(terms)
            assert other.readings([*wanted]) == disk.readings([*wanted])
        assert dict(twice.search(terms, 200, documents)).keys() == wanted.keys()
    assert len(both) == 200
    assert both.ids(0, 1000) == disk.ids(0, 1000)
    assert both.count_of(["document1"]) == disk.count_of(["document1"])


def names(kb: KnowledgeBase, question: str) -> list[str]:
    return [hit.document.name for hit in kb.search(question, LEXICAL).hits]


def test_a_new_document_is_found_before_the_disk_has_it_and_once_afterwards(open_kb: Open) -> None:
    kb, other = open_kb(), open_kb()
    kb.add(b"# Hours\n\nThe library opens at nine.\n", "hours.md")
    kb.add_searchable(b"# Zoo\n\nThe zebra sleeps.\n", "zoo.md")
    assert names(kb, "zebra") == names(other, "zebra") == ["zoo.md"]
    words = kb._parts.indexes.words
    assert words
    assert (len(words.disk), len(words.fresh)) == (1, 1)
    kb.embed_all()
    assert (len(words.disk), len(words.fresh)) == (2, 0)
    assert names(kb, "zebra") == ["zoo.md"]
    other.add_searchable(b"# Farm\n\nThe cow sleeps.\n", "farm.md")
    for one in (other, kb):
        assert names(one, "zebra") == ["zoo.md"]
        assert names(one, "cow") == ["farm.md"]
        assert sorted(names(one, "sleeps")) == ["farm.md", "zoo.md"]
    assert other.verify().index_words == 3


def test_what_was_in_memory_when_the_process_ended_is_found_by_the_next(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(b"# Hours\n\nThe library opens at nine.\n", "hours.md")
    added = kb.add_searchable(b"# Zoo\n\nThe zebra sleeps.\n", "zoo.md")
    assert names(kb, "zebra") == ["zoo.md"]
    kb.close()
    again = open_kb()
    assert names(again, "zebra") == ["zoo.md"]
    assert added.document_id
    removed = again.remove(added.document_id)
    assert (removed.index_words, removed.remaining) == (1, 0)
    assert names(again, "zebra") == []


def test_what_comes_while_the_disk_is_written_stays_in_memory_as_it_is(open_kb: Open) -> None:
    kb = open_kb()
    indexes = kb._parts.indexes
    for name in ("hours", "zoo", "farm"):
        kb.add_searchable(f"# {name}\n\nThe word is {name}.\n".encode(), f"{name}.md")
        assert names(kb, name) == [f"{name}.md"]
    words = indexes.words
    assert words
    zoo, farm = (words.fresh.find([id_])[id_] for id_ in words.fresh.ids())
    words.disk.update([], [zoo])  # as if the last had come in meanwhile
    note = next((kb.settings.store / "indexes").glob("words-*/tenkyo.json"))
    note.write_text(json.dumps({**json.loads(note.read_text()), "revision": kb._parts.catalog.revision() - 1}))
    kb.add_searchable(b"# Port\n\nThe word is port.\n", "port.md")
    for name in ("hours", "zoo", "farm", "port"):
        assert names(kb, name) == [f"{name}.md"]
    assert len(words.fresh) == 2
    assert words.fresh.find([farm.id])[farm.id] is farm


def test_a_document_is_analysed_before_it_is_committed(open_kb: Open) -> None:
    kb = open_kb()
    kb.add_searchable("# 図書館\n\n図書館は九時に開館します。\n".encode(), "hours.md")
    (known,) = kb._parts.indexes._analysed.values()
    assert known.terms["title"] == ("図書", "館")
    assert names(kb, "開館") == ["hours.md"]
    assert not kb._parts.indexes._analysed
