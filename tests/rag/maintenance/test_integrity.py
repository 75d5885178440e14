"""`verify` finds every way in which the parts of a store can disagree, and `repair` brings them together."""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.errors import StoreError
from rag.maintenance import integrity
from rag.stores import tantivy_words
from rag.stores.layered_words import entry_of
from tests.conftest import Open
from tests.rag.ingest.test_children import mail

HOURS = b"# Hours\n\nThe library opens at nine. It closes at eight.\n"
GUIDE = "# 案内\n\n休館日は月曜日です。\n".encode()


@pytest.fixture
def kb(open_kb: Open) -> KnowledgeBase:
    kb = open_kb(embedding_languages="*")
    kb.add(HOURS, "hours.md")
    kb.add(GUIDE, "案内.md", "日本語")
    return kb


def store_of(kb: KnowledgeBase) -> Path:
    return kb.settings.store


def original_of(kb: KnowledgeBase, name: str) -> Path:
    sha256 = next(info.sha256 for info in kb.documents() if info.name == name)
    return store_of(kb) / "originals" / sha256[:2] / sha256


def run(kb: KnowledgeBase, statement: str) -> None:
    with sqlite3.connect(store_of(kb) / "catalog.sqlite") as db:
        db.execute(statement)


def lose_label(kb: KnowledgeBase) -> None:
    shutil.rmtree(store_of(kb) / "originals" / "labels")


def add_file_of_nobody(kb: KnowledgeBase) -> None:
    kb._parts.originals.put(b"of nobody")


def lose_a_chunk(kb: KnowledgeBase) -> None:
    run(kb, "DELETE FROM chunks WHERE id = 1")


def alter_a_chunk(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE chunks SET text = replace(text, 'nine', 'ten!')")


def alter_a_heading(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE blocks SET text = 'Hovrs' WHERE text = 'Hours'")


def alter_where_a_block_stands(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE blocks SET location = '{\"page\": 9}' WHERE text LIKE '%nine%'")


def garble_where_a_block_stands(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE blocks SET location = '{\"line_start\"' WHERE text LIKE '%nine%'")


def garble_a_text(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE chunks SET text = CAST(x'ff' || substr(text, 2) AS TEXT) WHERE text LIKE '%nine%'")


def lose_a_vector(kb: KnowledgeBase) -> None:
    run(kb, "DELETE FROM embeddings WHERE id = 1")


def damage_a_vector(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE id = 1")


def cut_a_vector(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE embeddings SET vector = substr(vector, 1, 100) WHERE id = 2")


def exchange_a_vector(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE embeddings SET vector = (SELECT vector FROM embeddings WHERE id = 2) WHERE id = 1")


def alter_where_a_passage_stands(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE chunks SET location = '{\"page\": 9}' WHERE id = 1")


def give_a_passage_another_vector(kb: KnowledgeBase) -> None:
    run(kb, "UPDATE chunks SET embedding_key = (SELECT embedding_key FROM chunks WHERE id = 2) WHERE id = 1")


def add_vector_of_nobody(kb: KnowledgeBase) -> None:
    run(kb, "INSERT INTO embeddings (key, vector) SELECT x'00', vector FROM embeddings WHERE id = 1")


def damage_the_word_index(kb: KnowledgeBase) -> None:
    path = next((store_of(kb) / "indexes").glob("words-*/*.store"))
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)


def lose_an_entry_of_the_word_index(kb: KnowledgeBase) -> None:
    assert kb._parts.indexes.words
    kb._parts.indexes.words.disk.update([(1, 1)], [])


def lose_an_entry_of_the_vector_index(kb: KnowledgeBase) -> None:
    kb._parts.indexes.vectors.remove([1])


def turn_an_entry_of_the_vector_index(kb: KnowledgeBase) -> None:
    kb._parts.indexes.vectors.add([1], -kb._parts.indexes.vectors.vectors([1]))


HARM: dict[Callable[[KnowledgeBase], None], set[str]] = {
    lose_label: {"label_differs"},
    add_file_of_nobody: {"original_unclaimed"},
    lose_a_chunk: {"chunks_differ", "vectors_unclaimed", "words_differ", "vector_index_differs"},
    alter_a_chunk: {"chunks_differ"},
    alter_a_heading: {"chunks_differ"},
    alter_where_a_block_stands: {"chunks_differ"},
    garble_where_a_block_stands: {"chunks_differ"},
    garble_a_text: {"chunks_differ"},
    lose_a_vector: {"vectors_missing", "vector_index_differs"},
    damage_a_vector: {"vectors_damaged"},
    cut_a_vector: {"vectors_damaged"},
    exchange_a_vector: {"vectors_damaged"},
    alter_where_a_passage_stands: {"chunks_differ"},
    give_a_passage_another_vector: {"chunks_differ", "vectors_unclaimed", "vector_index_differs"},
    add_vector_of_nobody: {"vectors_unclaimed"},
    damage_the_word_index: {"words_damaged"},
    lose_an_entry_of_the_word_index: {"words_differ"},
    lose_an_entry_of_the_vector_index: {"vector_index_differs"},
    turn_an_entry_of_the_vector_index: {"vector_index_differs"},
}


def test_a_sound_store_agrees(kb: KnowledgeBase) -> None:
    kb.add_documents([mail(("one.txt", b"Alpha."))])
    found = kb.verify()
    assert found.findings == ()
    assert (found.documents, found.originals, found.chunks, found.vectors) == (4, 3, 4, 4)
    assert (found.index_words, found.index_vectors) == (4, 4)


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_each_disagreement_is_named_and_repaired(kb: KnowledgeBase, harm: Callable[[KnowledgeBase], None]) -> None:
    before = kb.verify()
    harm(kb)
    found = kb.verify()
    assert {finding.code for finding in found.findings} == HARM[harm]
    assert all(finding.count == 1 or harm is lose_label for finding in found.findings)
    repaired = kb.verify(repair=True)
    assert repaired.findings == ()
    assert {finding.code for finding in repaired.repaired} == HARM[harm]
    assert (repaired.documents, repaired.chunks, repaired.vectors) == (before.documents, before.chunks, before.vectors)
    assert kb.search("When does it open?").hits[0].document.name == "hours.md"
    assert kb.search("休館日はいつですか").hits[0].document.name == "案内.md"


def add_an_entry_of_nobody_to_the_word_index(kb: KnowledgeBase) -> None:
    assert kb._parts.indexes.words
    one = kb.chunks(kb.documents()[0].id)[0]
    kb._parts.indexes.words.disk.update([], [entry_of(replace(one, id=one.id + 10**6), "Hours")])


@pytest.mark.parametrize(
    "harm",
    [
        lose_an_entry_of_the_word_index,
        add_an_entry_of_nobody_to_the_word_index,
        damage_the_word_index,
        lose_an_entry_of_the_vector_index,
        turn_an_entry_of_the_vector_index,
    ],
    ids=lambda harm: harm.__name__,
)
def test_both_indexes_are_compared_piece_by_piece(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, harm: Callable[[KnowledgeBase], None]
) -> None:
    monkeypatch.setattr(integrity, "_AT_ONCE", 1)
    monkeypatch.setattr(tantivy_words, "_READ_AT_ONCE", 7)
    assert kb.verify().agrees
    harm(kb)
    (finding,) = kb.verify().findings
    assert finding.code in HARM.get(harm, {"words_differ"})
    assert finding.count == 1


def test_what_an_earlier_version_has_written_without_checksums_agrees(kb: KnowledgeBase) -> None:
    for table in ("chunks", "embeddings"):
        run(kb, f"UPDATE {table} SET crc = NULL")
    assert kb.verify().agrees


def test_a_lost_original_is_named_until_it_is_added_again(kb: KnowledgeBase) -> None:
    original_of(kb, "案内.md").unlink()
    (finding,) = kb.verify(repair=True).findings
    assert (finding.code, finding.names) == ("original_missing", ("案内.md",))
    assert kb.add(GUIDE, "案内.md", "日本語").status == "unchanged"
    assert kb.verify().agrees
    assert kb.original(kb.documents()[1].id) == GUIDE


def test_a_damaged_original_is_put_aside_and_comes_back_by_adding_it_again(kb: KnowledgeBase) -> None:
    original_of(kb, "hours.md").write_bytes(b"something else")
    assert [finding.code for finding in kb.verify().findings] == ["original_damaged"]
    assert [finding.code for finding in kb.verify(repair=True).findings] == ["original_missing"]
    kb.add(HOURS, "hours.md")
    assert kb.verify().agrees


def test_a_damaged_original_is_never_handed_out_and_is_mended_by_adding_it_again(kb: KnowledgeBase) -> None:
    path = original_of(kb, "hours.md")
    path.write_bytes(path.read_bytes().replace(b"nine", b"nina"))
    info = next(info for info in kb.documents() if info.name == "hours.md")
    with pytest.raises(StoreError, match=rf"{path.name}.*damaged.*Add the file again"):
        kb.original(info.id)
    assert kb.add(HOURS, "hours.md").status == "unchanged"
    assert kb.original(info.id) == HOURS
    assert kb.verify().agrees


def test_a_damaged_catalog_is_said_and_comes_back_from_the_originals(kb: KnowledgeBase, open_kb: Open) -> None:
    kb.submit(b"Waiting for its turn.", "later.txt")
    kb.conversations.start("ann", "When does it open?")
    kb.close()
    catalog = store_of(kb) / "catalog.sqlite"
    with catalog.open("r+b") as file:
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreError) as error:
        open_kb()
    assert "damaged" in error.value.message
    assert "rag rebuild" in error.value.hint
    rebuilt = KnowledgeBase.rebuild(store_of(kb))
    assert rebuilt.files == 3
    assert rebuilt.set_aside
    assert rebuilt.set_aside.read_bytes().startswith(b"\xff")
    again = open_kb()
    again.work_off()
    assert {(info.name, info.collection) for info in again.documents()} == {
        ("hours.md", ""),
        ("案内.md", "日本語"),
        ("later.txt", ""),
    }
    assert again.verify().agrees


@pytest.mark.parametrize("garbled", ["metadata = '{\"a'", "name = CAST(x'ff' AS TEXT)", "added_at = 'yesterday'"])
def test_a_row_that_nothing_can_be_made_of_is_said(kb: KnowledgeBase, open_kb: Open, garbled: str) -> None:
    kb.close()
    run(kb, f"UPDATE documents SET {garbled} WHERE name = 'hours.md'")
    again = open_kb()
    for use in (again.documents, lambda: again.ask("When does it open?")):
        with pytest.raises(StoreError, match=r"catalog is damaged.*rag rebuild"):
            use()
    (finding,) = again.verify().findings
    assert (finding.code, "rag rebuild" in finding.hint) == ("catalog_damaged", True)
    again.close()
    gc.collect()  # the errors hold rows that were being read, and those the database
    KnowledgeBase.rebuild(store_of(kb))
    mended = open_kb()
    mended.work_off()
    assert {info.name for info in mended.documents()} == {"hours.md", "案内.md"}
    assert "nine" in mended.ask("When does it open?").text


@pytest.mark.parametrize(
    "garbled",
    [
        "documents SET sha256 = replace(sha256, substr(sha256, 1, 8), '00000000') WHERE name = 'hours.md'",
        "documents SET sha256 = x'00' WHERE name = 'hours.md'",
        "jobs SET sha256 = replace(sha256, substr(sha256, 1, 8), '00000000')",
        "jobs SET sha256 = 1.5",
        "jobs SET collection = x'00'",
        "jobs SET state = 'garbled'",
        "jobs SET kind = 1.5",
        "jobs SET result = ''",
    ],
)
def test_a_damaged_row_never_costs_an_original(kb: KnowledgeBase, open_kb: Open, garbled: str) -> None:
    kb.submit(b"# Later\n\nIt waits for its turn.\n", "later.md")
    kept = {path: path.read_bytes() for path in (store_of(kb) / "originals").glob("??/*")}
    kb.close()
    run(kb, f"UPDATE {garbled}")
    again = open_kb()
    with suppress(StoreError):
        again._parts.library.tidy()
    assert {path: path.read_bytes() for path in (store_of(kb) / "originals").glob("??/*")} == kept
    with suppress(StoreError):
        assert again.verify().findings
    again.close()
    gc.collect()
    KnowledgeBase.rebuild(store_of(kb))
    mended = open_kb()
    mended.work_off()
    assert {info.name for info in mended.documents()} == {"hours.md", "案内.md", "later.md"}
    assert mended.verify().agrees


def test_a_list_of_jobs_that_cannot_be_read_says_so(kb: KnowledgeBase) -> None:
    kb.submit(b"# Later\n\nIt waits for its turn.\n", "later.md")
    run(kb, "UPDATE jobs SET state = ''")
    with pytest.raises(StoreError, match="The catalog is damaged"):
        kb.jobs()


def test_a_generation_whose_shape_cannot_be_read_says_so(kb: KnowledgeBase, open_kb: Open) -> None:
    kb.close()
    run(kb, "UPDATE generations SET fingerprint = ''")
    with pytest.raises(StoreError, match="The catalog is damaged"):
        open_kb()


def test_a_vector_that_is_cut_off_costs_no_answer(kb: KnowledgeBase, open_kb: Open) -> None:
    kb.close()
    cut_a_vector(kb)
    again = open_kb()
    assert "nine" in again.ask("When does the library open?").text
    assert [finding.code for finding in again.verify().findings] == ["vectors_damaged"]


def test_conversations_are_taken_from_a_damaged_catalog_that_can_be_read_in_part(
    kb: KnowledgeBase, open_kb: Open
) -> None:
    kb.conversations.start("ann", "When does it open?")
    kb.close()
    catalog = store_of(kb) / "catalog.sqlite"
    with closing(sqlite3.connect(catalog)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chunks'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with catalog.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    damaged = open_kb()
    assert [finding.code for finding in damaged.verify(repair=True).findings] == ["catalog_damaged"]
    with pytest.raises(StoreError, match="another process"):
        KnowledgeBase.rebuild(store_of(kb))
    damaged.close()
    assert KnowledgeBase.rebuild(store_of(kb)).conversations == 1
    assert [one.title for one in open_kb().conversations.list("ann")] == ["When does it open?"]


def test_a_store_that_lost_its_catalog_is_not_opened_as_if_it_were_new(kb: KnowledgeBase, open_kb: Open) -> None:
    kb.close()
    (store_of(kb) / "catalog.sqlite").unlink()
    with pytest.raises(StoreError, match="catalog is gone"):
        open_kb()
    assert KnowledgeBase.rebuild(store_of(kb)).set_aside is None
    again = open_kb()
    again.work_off()
    assert len(again.documents()) == 2


def test_labels_follow_what_is_added_renamed_and_deleted(kb: KnowledgeBase) -> None:
    copy = kb.add(HOURS, "copy.md").document_id or ""
    label = store_of(kb) / "originals" / "labels" / kb.document(copy).sha256[:2] / f"{kb.document(copy).sha256}.json"
    assert {one["name"] for one in json.loads(label.read_text())} == {"hours.md", "copy.md"}
    kb.remove(copy)
    assert {one["name"] for one in json.loads(label.read_text())} == {"hours.md"}
    kb.add(HOURS + b"And at noon.", "hours.md")
    assert not label.exists()
    assert kb.verify().agrees


def test_a_failed_upload_keeps_its_file_until_it_is_cleared(kb: KnowledgeBase) -> None:
    kb.submit(b"", "empty.md")
    kb.work_off()
    assert kb.verify().originals == 3
    assert kb.verify().agrees
    kb.forget_finished_jobs()
    assert kb.verify().originals == 2
    assert kb.verify().agrees
