"""Documents put into other collections, and read again: nothing is lost, nothing is embedded twice."""

from __future__ import annotations

import io
import zipfile

import pytest

from rag import KnowledgeBase
from rag.errors import DocumentNotFound, MoveRefused
from rag.storage.originals import Originals
from rag.types import AskOptions
from tests._files import encrypted_pdf

FOG = b"# Fog\n\nThe horn sounds at noon. The lamp is lit at dusk."
QUESTION = "When does the horn sound?"


def place(kb: KnowledgeBase) -> list[tuple[str, str]]:
    return [(info.collection, info.name) for info in kb.documents()]


def sources(kb: KnowledgeBase, collection: str) -> list[str]:
    found = kb.search(QUESTION, AskOptions(collections=(collection,)))
    return [hit.document.name for hit in found.hits]


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("fog.md", FOG)
        file.writestr("tides.md", "# Tides\n\nHigh water is at six.")
    return buffer.getvalue()


def test_a_moved_document_is_found_in_its_new_collection_only(kb):
    first = kb.add(FOG, "fog.md", "coast").document_id
    before = kb.stats()
    vectors = [chunk.id for chunk in kb.chunks(first)]
    assert kb.curation.move([first], "inland") == 1
    assert place(kb) == [("inland", "fog.md")]
    assert sources(kb, "inland") == ["fog.md"]
    assert sources(kb, "coast") == []
    (moved,) = kb.documents()
    assert [chunk.id for chunk in kb.chunks(moved.id)] == vectors
    assert kb.original(moved.id) == FOG
    assert (kb.stats().embedded, kb.stats().index_chunks_words) == (before.embedded, before.index_chunks_words)
    assert kb.verify().agrees
    with pytest.raises(DocumentNotFound):
        kb.document(first)


def test_the_same_file_can_be_added_to_the_collection_that_it_was_moved_out_of(kb):
    kb.curation.move([kb.add(FOG, "fog.md").document_id], "coast")
    assert kb.add(FOG, "fog.md").status == "added"
    assert sorted(place(kb)) == [("", "fog.md"), ("coast", "fog.md")]
    assert kb.verify().agrees


def test_saved_answers_go_on_pointing_at_a_moved_document(kb):
    id_ = kb.add(FOG, "fog.md").document_id
    conversation = kb.conversations.start("ann", QUESTION)
    kb.conversations.put_turn("ann", conversation, 0, QUESTION, kb.ask(QUESTION))
    kb.curation.move([id_], "coast")
    (turn,) = kb.conversations.load("ann", conversation).turns
    assert [c.document_id for s in turn.answer.sentences for c in s.citations] == [kb.documents()[0].id]


def test_a_document_inside_another_takes_the_whole_along(kb):
    kb.add(archive(), "notes.zip")
    inside = next(info for info in kb.documents() if info.name == "notes.zip/tides.md")
    kb.curation.move([inside.id], "coast")
    assert sorted(place(kb)) == [("coast", "notes.zip"), ("coast", "notes.zip/fog.md"), ("coast", "notes.zip/tides.md")]
    outer = next(info for info in kb.documents() if info.parent is None)
    assert {info.parent for info in kb.documents() if info.parent} == {outer.id}
    assert kb.verify().agrees


def test_a_name_that_is_taken_moves_nothing(kb):
    one, other = kb.add(FOG, "fog.md").document_id, kb.add(b"Seals sleep on the pier.", "seals.md").document_id
    kb.add(b"Another fog.", "fog.md", "coast")
    with pytest.raises(MoveRefused, match="of this name"):
        kb.curation.move([other, one], "coast")
    assert sorted(place(kb)) == [("", "fog.md"), ("", "seals.md"), ("coast", "fog.md")]
    assert kb.verify().agrees


def test_two_documents_of_one_name_are_not_moved_into_one_collection(kb):
    ids = [kb.add(FOG, "fog.md", "coast").document_id, kb.add(b"Another fog.", "fog.md", "inland").document_id]
    with pytest.raises(MoveRefused):
        kb.curation.move(ids, "shore")
    assert sorted(place(kb)) == [("coast", "fog.md"), ("inland", "fog.md")]
    assert kb.verify().agrees


def test_a_collection_is_renamed(kb):
    kb.add(FOG, "fog.md", "coast")
    kb.add(b"Seals sleep on the pier.", "seals.md", "coast")
    assert kb.curation.rename("coast", "shore") == 2
    assert kb.collections() == ["shore"]


def test_a_move_survives_a_lost_catalog(open_kb, tmp_path):
    kb = open_kb()
    kb.curation.move([kb.add(FOG, "fog.md").document_id], "coast")
    kb.close()
    (tmp_path / "store" / "catalog.sqlite").unlink()
    KnowledgeBase.rebuild(tmp_path / "store")
    again = open_kb()
    again.work_off()
    assert place(again) == [("coast", "fog.md")]


def test_a_document_is_read_again_and_nothing_is_embedded_anew(kb, monkeypatch):
    id_ = kb.add(FOG, "fog.md", "coast").document_id
    before = [chunk.id for chunk in kb.chunks(id_)]
    monkeypatch.setattr(kb._parts.embedder, "embed_passages", lambda texts: pytest.fail("embedded again"))
    (job,) = kb.curation.read_again([id_])
    kb.work_off()
    (done,) = kb.find_jobs([job.id])
    assert (done.state, done.result.status) == ("done", "replaced")
    assert [chunk.id for chunk in kb.chunks(id_)] != before
    assert place(kb) == [("coast", "fog.md")]
    assert kb.verify().agrees


def test_what_cannot_be_read_again_stays_as_it_was(kb):
    id_ = kb.add(encrypted_pdf("The horn sounds at noon.", "horn"), "fog.pdf", password="horn").document_id
    (job,) = kb.curation.read_again([id_])
    kb.work_off()
    assert kb.find_jobs([job.id])[0].error["code"] == "encrypted"
    assert sources(kb, "") == ["fog.pdf"]
    kb.retry(job.id, "horn")
    kb.work_off()
    assert kb.find_jobs([job.id])[0].state == "done"


def test_a_document_deleted_before_its_turn_says_so(kb):
    id_ = kb.add(FOG, "fog.md").document_id
    (job,) = kb.curation.read_again([id_])
    kb.remove(id_)
    kb.work_off()
    assert kb.find_jobs([job.id])[0].error["code"] == "not_found"
    assert Originals(kb.settings.store / "originals").all() == set()
    assert kb.verify().agrees


def test_what_follows_a_folder_is_not_moved(open_kb, tmp_path):
    folder = tmp_path / "coast"
    folder.mkdir()
    kb = open_kb(watch=folder)
    kb.add(FOG, "by-hand.md", "coast")
    library = kb._parts.library
    library.add(FOG, "fog.md", "coast", None, lambda _: None, {"file_modified": "2026-01-01"})
    watched, by_hand = sorted(kb.documents(), key=lambda info: info.name, reverse=True)
    with pytest.raises(MoveRefused, match="follows a folder"):
        kb.curation.move([watched.id], "inland")
    assert kb.curation.move([by_hand.id], "inland") == 1
