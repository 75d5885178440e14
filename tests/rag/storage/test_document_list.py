"""Documents by id come out of the list of all where that is up to date, and are the same as when they are counted."""

from __future__ import annotations

import pytest

from loaders import Block, Document, Location
from rag.storage import records
from tests.conftest import Open


def about(animal: str) -> Document:
    block = Block("paragraph", f"The {animal} sleeps.", 0, Location())
    return Document(animal, f"{animal}.md", "text/markdown", animal, "en", {}, (block,))


def test_what_the_list_holds_is_what_a_count_gives_whatever_has_changed(open_kb: Open) -> None:
    kb = open_kb()
    kb.add_documents([about("zebra"), about("otter")])
    listing, counting = kb._parts.catalog, open_kb()._parts.catalog
    zebra, otter = first = [*listing.documents()]
    assert listing.documents_by_id([otter, "unknown"]) == counting.documents_by_id([otter, "unknown"])
    kb._parts.library.add_document(about("falcon"), "", lambda _: None)
    for change in (lambda: None, kb.embed_all, lambda: kb.curation.move([zebra], "birds"), lambda: kb.remove(otter)):
        listing.documents()
        change()
        ids = [*first, *counting.documents()]
        others = open_kb()._parts.catalog  # one that has no list
        assert listing.documents_by_id(ids) == others.documents_by_id(ids)
        listing.documents()
        assert listing.documents_by_id(ids) == others.documents_by_id(ids)
    assert sorted((info.name, info.collection, info.pending) for info in listing.documents_by_id(ids).values()) == [
        ("falcon.md", "", 0),
        ("zebra.md", "birds", 0),
    ]


def test_a_list_that_is_up_to_date_is_not_counted_again(open_kb: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    kb = open_kb()
    kb.add_documents([about("zebra")])
    held = kb._parts.catalog.documents()
    monkeypatch.delattr(records, "document_infos")
    assert kb._parts.catalog.documents_by_id([*held]) == held
