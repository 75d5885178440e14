"""The library through its façade: what is added can be found, what is removed is gone, nothing is half done."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from rag import AskOptions, KnowledgeBase
from rag.errors import DocumentNotFound, StoreError
from rag.protocols import Vectors
from tests.conftest import Open

HOURS = b"# Opening hours\n\nThe library opens at nine. It closes at 20:00 on weekdays.\n"
FEES = b"# Fees\n\nA library card costs five euros per year. Children pay nothing.\n"
JAPANESE = "# 利用案内\n\n図書館は午前九時に開館します。休館日は月曜日です。貸出は一人十冊までです。\n".encode()


def found(kb: KnowledgeBase, query: str, **options: object) -> list[str]:
    return [hit.document.name for hit in kb.search(query, AskOptions(**options)).hits]  # type: ignore[arg-type]


def test_a_document_is_found_by_words_and_by_vectors(kb: KnowledgeBase) -> None:
    assert kb.add(HOURS, "hours.md").status == "added"
    kb.add(FEES, "fees.md")
    hit = kb.search("When does it close?").hits[0]
    assert hit.document.name == "hours.md"
    assert set(hit.stages) == {"dense", "lexical"}
    assert found(kb, "closing time", mode="dense")[0] == "hours.md"
    assert found(kb, "euros", mode="lexical") == ["fees.md"]


def test_the_same_bytes_twice_change_nothing_and_new_bytes_replace(kb: KnowledgeBase) -> None:
    first = kb.add(HOURS, "hours.md")
    again = kb.add(HOURS, "hours.md")
    assert (again.status, again.document_id, again.chunks) == ("unchanged", first.document_id, first.chunks)
    replaced = kb.add(HOURS.replace(b"nine", b"eleven"), "hours.md")
    assert replaced.status == "replaced"
    assert [document.id for document in kb.documents()] == [replaced.document_id]
    assert "eleven" in kb.search("opens").hits[0].chunk.text
    stats = kb.stats()
    assert (stats.chunks, stats.index_chunks_words, stats.index_chunks_vectors) == (1, 1, 1)
    assert stats.original_bytes == len(HOURS) + 2


def test_one_content_under_two_names_is_two_documents_embedded_once(kb: KnowledgeBase) -> None:
    kb.add(HOURS, "a.md")
    kb.add(HOURS, "b.md")
    (hit,) = kb.search("opens at nine").hits
    assert sorted([hit.document.name, *(document.name for document in hit.also_in)]) == ["a.md", "b.md"]
    with sqlite3.connect(kb.settings.store / "catalog.sqlite") as db:
        assert db.execute("SELECT count(*) FROM embeddings").fetchone() == (1,)
    receipt = kb.remove(kb.documents()[0].id)
    assert (receipt.chunks, receipt.vectors, receipt.original_bytes) == (1, 0, 0)
    assert found(kb, "opens at nine") == ["b.md"]


def test_remove_takes_everything_out_and_says_what(kb: KnowledgeBase) -> None:
    kb.add(HOURS, "hours.md")
    id_ = kb.add(FEES, "fees.md").document_id or ""
    receipt = kb.remove(id_)
    assert (receipt.name, receipt.chunks, receipt.vectors, receipt.original_bytes) == ("fees.md", 1, 1, len(FEES))
    assert found(kb, "card costs five euros") == ["hours.md"]
    assert found(kb, "euros", mode="lexical") == []
    with pytest.raises(DocumentNotFound):
        kb.remove(id_)
    with sqlite3.connect(kb.settings.store / "catalog.sqlite") as db:
        for table in ("chunks", "blocks"):
            assert db.execute(f"SELECT count(*) FROM {table} WHERE document_id = ?", (id_,)).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM embeddings").fetchone() == (1,)
    assert len(list((kb.settings.store / "originals").glob("??/*"))) == 1


def test_a_bad_file_is_reported_and_leaves_the_store_as_it_was(kb: KnowledgeBase) -> None:
    kb.add(HOURS, "hours.md")
    before = kb.stats()
    for data, name, code in [(b"", "empty.md", "empty"), (b"\x89PNG\r\n\x1a\n0000", "picture.pdf", "damaged")]:
        added = kb.add(data, name)
        assert (added.status, added.document_id, (added.error or {})["code"]) == ("failed", None, code)
        assert (added.error or {})["hint"]
    missing = kb.add(Path("nowhere.pdf"))
    assert (missing.error or {})["code"] == "load_failed"
    assert kb.stats().chunks == before.chunks
    assert found(kb, "opens") == ["hours.md"]


def test_search_can_be_limited_to_documents_and_collections(kb: KnowledgeBase) -> None:
    kb.add(HOURS, "hours.md", collection="north")
    kb.add(HOURS.replace(b"nine", b"ten"), "hours.md", collection="south")
    south = kb.documents("south")[0].id
    assert len(found(kb, "opens")) == 2
    for options in (AskOptions(collections=frozenset({"south"})), AskOptions(documents=frozenset({south}))):
        assert [hit.document.id for hit in kb.search("opens", options).hits] == [south]
    assert kb.search("opens", AskOptions(collections=frozenset({"west"}))).hits == ()
    assert kb.collections() == ["north", "south"]


def test_vectors_have_no_say_in_a_language_that_the_model_does_not_know(kb: KnowledgeBase) -> None:
    kb.add(JAPANESE, "案内.md")
    kb.add(HOURS, "hours.md")
    hits = kb.search("休館日はいつですか").hits
    assert [hit.document.name for hit in hits] == ["案内.md"]
    assert set(hits[0].stages) == {"lexical"}


def test_a_store_opened_again_answers_without_embedding(open_kb: Open) -> None:
    first = open_kb()
    first.add(HOURS, "hours.md")
    first.close()
    again = open_kb()
    assert again.documents()[0].state == "indexed"
    assert found(again, "opens") == ["hours.md"]


@pytest.mark.parametrize("loss", ["deleted", "garbled"])
def test_lost_indexes_come_back_from_the_catalog(open_kb: Open, loss: str) -> None:
    first = open_kb()
    first.add(HOURS, "hours.md")
    first.add(FEES, "fees.md")
    first.close()
    indexes = first.settings.store / "indexes"
    if loss == "deleted":
        shutil.rmtree(indexes)
    else:
        for path in indexes.rglob("*"):
            if path.is_file():
                path.unlink()  # whoever still has it mapped into memory keeps what was there
                path.write_bytes(b"garbage")
    again = open_kb()
    assert found(again, "euros", mode="lexical") == ["fees.md"]
    assert again.stats().index_chunks_words == again.stats().index_chunks_vectors == 2


def test_what_one_process_commits_another_sees(open_kb: Open) -> None:
    one, other = open_kb(), open_kb()
    one.add(HOURS, "hours.md")
    assert found(other, "opens") == ["hours.md"]
    other.add(FEES, "fees.md")
    assert found(one, "euros", mode="lexical") == ["fees.md"]
    assert len(one.search("card", AskOptions(mode="dense")).hits) == 2
    one.remove(one.documents()[0].id)
    assert found(other, "opens", mode="lexical") == []


def test_reindex_with_new_chunking_replaces_the_old_generation(open_kb: Open) -> None:
    text = " ".join(f"Rule number {n} says that shelf {n} holds books about subject {n}." for n in range(60))
    first = open_kb()
    first.add(text.encode(), "rules.txt")
    before = first.stats()
    first.close()
    again = open_kb(chunk_tokens=64)
    assert again.stats().stale
    assert found(again, "rule number 7")
    again.reindex()
    after = again.stats()
    assert after.stale == ""
    assert after.chunks > before.chunks
    assert after.index_chunks_words == after.index_chunks_vectors == after.chunks
    assert "subject 41" in again.search("Which subject does shelf 41 hold?").hits[0].chunk.text
    assert len(list((again.settings.store / "indexes").glob("words-*/"))) == 1


def test_another_models_vectors_are_never_mixed_in(open_kb: Open) -> None:
    from rag.embedders import sentence_transformer

    first = open_kb()
    first.add(HOURS, "hours.md")
    first.close()
    again = open_kb(embedding_model=str(sentence_transformer._default_folder()))
    assert again.stats().stale
    assert again.add(FEES, "fees.md").status == "added"
    assert again.documents()[1].state == "searchable"
    assert set(again.search("euros").hits[0].stages) == {"lexical"}
    again.reindex()
    assert [document.state for document in again.documents()] == ["indexed", "indexed"]
    assert set(again.search("euros").hits[0].stages) == {"dense", "lexical"}


def test_far_rows_of_a_table_are_found_by_words_only(open_kb: Open) -> None:
    kb = open_kb(embedded_rows=20)
    rows = "\n".join(f"Town{n},{n * 1000}" for n in range(200))
    kb.add(f"name,people\n{rows}\n".encode(), "towns.csv")
    info = kb.documents()[0]
    assert info.state == "indexed"
    assert 0 < info.embedded < info.chunks
    assert "Town199" in kb.search("Town199").hits[0].chunk.text


MIXED = "The library lends books and maps.\n\n# 開館時間\n\n図書館は午前九時に開館し、午後八時に閉館します。\n"


def test_what_the_model_cannot_read_is_found_by_words_until_it_is_said_that_it_can(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(MIXED.encode(), "hours.md")
    info = kb.documents()[0]
    assert (info.state, info.embedded, info.chunks) == ("indexed", 1, 2)
    assert set(kb.search("開館はいつですか").hits[0].stages) == {"lexical"}
    assert kb.verify().agrees
    kb.close()
    again = open_kb(embedding_languages="en,ja")
    assert again.stats().stale
    again.reindex()
    assert (again.documents()[0].embedded, again.stats().stale) == (2, "")
    assert set(again.search("開館はいつですか").hits[0].stages) == {"dense", "lexical"}


def test_an_index_of_an_earlier_version_goes_on_with_vectors_for_all_languages(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(HOURS, "hours.md")
    kb.close()
    with sqlite3.connect(kb.settings.store / "catalog.sqlite") as db:
        (known,) = db.execute("SELECT fingerprint FROM generations").fetchone()
        old = {name: value for name, value in json.loads(known).items() if name != "languages"}
        db.execute("UPDATE generations SET fingerprint = ?", (json.dumps(old, sort_keys=True),))
    again = open_kb()
    assert again.stats().stale == ""
    again.add(MIXED.encode(), "mixed.md")
    assert again.documents()[1].embedded == 2


def test_an_index_whose_vectors_were_made_of_titles_too_goes_on_so_until_it_is_rebuilt(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(HOURS, "hours.md")
    kb.close()
    with sqlite3.connect(kb.settings.store / "catalog.sqlite") as db:
        (known,) = db.execute("SELECT fingerprint FROM generations").fetchone()
        old = {name: value for name, value in json.loads(known).items() if name != "header"}
        db.execute("UPDATE generations SET fingerprint = ?", (json.dumps(old, sort_keys=True),))
    again = open_kb()
    assert again.stats().stale
    again.add(b"# Rules\n\n## Smoking\n\nIt is forbidden.\n", "rules.md")
    model = again._parts.embedder

    def embedded() -> Vectors:
        return again._parts.indexes.vectors.vectors([again.chunks(again.documents()[1].id)[0].id])[0]

    assert embedded() == pytest.approx(model.embed_query("Rules\nSmoking\nIt is forbidden."), abs=2e-3)
    again.reindex()
    assert again.stats().stale == ""
    assert embedded() == pytest.approx(model.embed_query("Smoking\nIt is forbidden."), abs=2e-3)


def test_a_store_of_a_newer_version_is_refused_clearly(open_kb: Open) -> None:
    kb = open_kb()
    kb.close()
    with sqlite3.connect(kb.settings.store / "catalog.sqlite") as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="newer"):
        open_kb()


def test_a_file_over_the_limit_is_refused(open_kb: Open) -> None:
    kb = open_kb(max_file_mb=1)
    added = kb.add(b"a" * 1_000_001, "big.txt")
    assert (added.error or {})["code"] == "too_large"
