"""A document of many passages is taken into the word index by who commits it; nobody who asks waits for that."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rag.indexing import indexes, word_index
from rag.storage import catalog
from tests.conftest import Open


def test_nobody_waits_while_a_large_document_is_taken_in_and_what_comes_meanwhile_is_found(
    open_kb: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "MOST_FRESH", 20)
    monkeypatch.setattr(indexes, "MOST_FRESH", 20)
    monkeypatch.setattr(catalog, "_TOGETHER", 10)
    app, terminal = open_kb(chunk_tokens=32, chunk_overlap_tokens=0), open_kb()
    app.add(b"# Day\n\nThe lion walks in the garden.\n", "lion.md")
    assert terminal.search("lion").hits
    words = app._parts.indexes._words
    assert words is not None
    replay, committed, may_go_on = words._replay, threading.Event(), threading.Event()

    def held_up(*given: Any, **how: Any) -> None:
        committed.set()
        assert may_go_on.wait(60)
        replay(*given, **how)

    monkeypatch.setattr(words, "_replay", held_up)
    large = " ".join(f"Rule number {n} says that shelf {n} holds books about zebras." for n in range(200))
    with ThreadPoolExecutor() as pool:
        adding = pool.submit(app.add_searchable, large.encode(), "rules.txt")
        assert committed.wait(60)
        for kb in (app, terminal):
            kb.add_searchable(f"# Night\n\nThe owl {kb is app} flies over the roof.\n".encode(), f"{kb is app}.md")
            for each in (app, terminal):  # neither waits: the large one would be through only after these
                assert f"{kb is app}.md" in [hit.document.name for hit in each.search("Where does the owl fly?").hits]
        assert not adding.done()
        may_go_on.set()
        assert adding.result().chunks > 20
    for kb in (app, terminal):
        assert kb.search("books about zebras").hits[0].document.name == "rules.txt"
        assert {"True.md", "False.md"} <= {hit.document.name for hit in kb.search("Where does the owl fly?").hits}
    app.embed_all()
    assert app.verify().agrees


def test_a_large_document_whose_writer_has_died_is_taken_in_by_whoever_asks(
    open_kb: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "MOST_FRESH", 20)
    kb = open_kb(chunk_tokens=32, chunk_overlap_tokens=0)  # `indexes` takes all for small: nobody writes it
    kb.add(b"# Day\n\nThe lion walks in the garden.\n", "lion.md")
    words = kb._parts.indexes._words
    assert words is not None
    large = " ".join(f"Rule number {n} says that shelf {n} holds books about zebras." for n in range(200))
    with ThreadPoolExecutor(1) as pool, words.store.disk.updating():  # another one writes, for the time being
        pool.submit(kb.add_searchable, large.encode(), "rules.txt").result(60)
        assert pool.submit(kb.search, "lion").result(60).hits[0].document.name == "lion.md"
        assert words.is_behind
    assert kb.search("books about zebras").hits[0].document.name == "rules.txt"
    assert not words.is_behind
