"""Reindexing with another model and other passages: reckoned before, switched in the running process, remembered."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.embedders import sentence_transformer
from rag.errors import InvalidSettings, StoreError
from rag.reader.extractive import cosines_of

RULES = "\n\n".join(
    f"Rule {n}: the boat number {n} leaves the pier at {n % 12} o'clock and is back by dusk." for n in range(40)
)


@pytest.fixture
def other_model(tmp_path):
    """The same weights under another name, which is another model to the catalog."""
    return str(shutil.copytree(sentence_transformer._default_folder(), tmp_path / "other-model"))


@pytest.fixture(scope="module")
def short_model(tmp_path_factory):
    """A model whose vectors are shorter than the default's."""
    from sentence_transformers import SentenceTransformer, models

    model = SentenceTransformer(str(sentence_transformer._default_folder()), device="cpu")
    model.add_module("2", models.Dense(model.get_embedding_dimension(), 96))
    folder = tmp_path_factory.mktemp("models") / "short"
    model.save(str(folder))
    return str(folder)


def reindex(kb, **changes):
    job = kb.reindexing.submit(changes)
    kb.work_off()
    (done,) = kb.find_jobs([job.id])
    assert done.state == "done", done.error


def test_an_estimate_says_what_the_reindex_then_makes(kb):
    for n in range(3):
        kb.add(RULES.replace("boat", f"boat {n}").encode(), f"rules-{n}.txt")
    estimate = kb.reindexing.estimate({"chunk_tokens": 64, "chunk_overlap_tokens": 0})
    assert estimate.passages_per_s > 0
    assert estimate.seconds > 0
    before = kb.stats()
    reindex(kb, chunk_tokens=64, chunk_overlap_tokens=0)
    after = kb.stats()
    assert after.chunks > before.chunks
    assert estimate.chunks == pytest.approx(after.chunks, rel=0.2)
    assert estimate.to_embed == estimate.chunks
    assert 0 < estimate.size < estimate.free


def test_nothing_is_to_be_embedded_for_the_passages_that_there_are(kb):
    kb.add(RULES.encode(), "rules.txt")
    estimate = kb.reindexing.estimate({})
    assert (estimate.chunks, estimate.to_embed) == (kb.stats().chunks, 0)


def test_an_empty_library_takes_nothing(kb):
    estimate = kb.reindexing.estimate({"chunk_tokens": 64})
    assert (estimate.chunks, estimate.seconds, estimate.size) == (0, 0.0, 0)


def test_another_model_is_taken_up_in_the_running_process_and_remembered(open_kb, other_model):
    kb = open_kb()
    kb.add(RULES.encode(), "rules.txt")
    reindex(kb, embedding_model=other_model, chunk_tokens=100)
    assert kb.stats().embedding_model == other_model
    assert kb.settings.chunk_tokens == 100
    assert kb.stats().stale == ""
    kb.add(b"Seals sleep on the pier.", "seals.txt")
    found = kb.search("Where do seals sleep?")
    assert found.hits[0].document.name == "seals.txt"
    assert "dense" in found.hits[0].stages  # its vectors are searched
    kb.close()

    again = open_kb()
    assert again.stats().embedding_model == other_model
    assert again.settings.chunk_tokens == 100
    assert again.stats().stale == ""


def test_a_rollback_brings_the_earlier_model_back(kb, other_model):
    kb.add(RULES.encode(), "rules.txt")
    before = kb.stats()
    reindex(kb, embedding_model=other_model, chunk_tokens=100)
    kb.roll_back()
    assert kb.stats().embedding_model == before.embedding_model
    assert (kb.stats().chunks, kb.stats().stale) == (before.chunks, "")
    assert kb.settings.chunk_tokens == 200
    assert "dense" in kb.search("When does boat 7 leave?").hits[0].stages


def test_a_question_in_the_instant_of_a_switch_is_searched_in_the_new_index(kb, short_model, monkeypatch):
    kb.add(RULES.encode(), "rules.txt")
    retriever, switched = kb._parts.retriever, []
    fitting = retriever._embedder

    def switching():  # the index was looked at; the question has no vector yet
        if not switched:
            switched.append(reindex(kb, embedding_model=short_model))
        return fitting()

    monkeypatch.setattr(retriever, "_embedder", switching)
    hits = kb.search("When does boat 7 leave the pier?").hits
    assert switched
    assert kb.stats().embedding_model == short_model
    assert "dense" in hits[0].stages
    assert {hit.chunk.id for hit in hits} <= {chunk.id for chunk in kb.chunks(hits[0].document.id)}


def test_what_is_compared_with_a_question_stays_with_its_model(kb, short_model):
    embedder = kb._parts.embedder
    nearness = cosines_of("When does boat 7 leave?", "en", embedder)
    before = nearness(["Boat 7 leaves at noon.", "Seals sleep."])
    embedder.switch(embedder.variant(kb.settings.model_copy(update={"embedding_model": short_model})))
    assert embedder.dimension == 96
    assert nearness(["Boat 7 leaves at noon.", "Seals sleep."]) == pytest.approx(before)


def test_what_was_set_outside_stays(open_kb):
    kb = open_kb(chunk_tokens=128)
    kb.add(RULES.encode(), "rules.txt")
    assert "chunk_tokens" in kb.reindexing.fixed
    reindex(kb, chunk_tokens=64, chunk_overlap_tokens=0)
    assert (kb.settings.chunk_tokens, kb.settings.chunk_overlap_tokens) == (128, 0)


def test_a_model_that_is_not_there_changes_nothing(kb, tmp_path):
    kb.add(RULES.encode(), "rules.txt")
    job = kb.reindexing.submit({"embedding_model": str(tmp_path / "nowhere")})
    kb.work_off()
    assert kb.find_jobs([job.id])[0].error["code"] == "model_unavailable"
    assert kb.stats().stale == ""
    assert "dense" in kb.search("When does boat 7 leave?").hits[0].stages


@pytest.mark.parametrize("changes", [{"chunk_tokens": 8}, {"chunk_overlap_tokens": 200}, {"embedding_model": ""}])
def test_what_cannot_be_cut_is_refused_at_once(kb, changes):
    with pytest.raises(InvalidSettings):
        kb.reindexing.submit(changes)
    assert kb.jobs() == []


def test_a_file_that_is_cut_while_another_process_switches_the_index_is_found_in_the_new_one(open_kb, monkeypatch):
    kb, other, switched = open_kb(), open_kb(chunk_tokens=64), []
    kb.add(RULES.encode(), "rules.txt")
    analyse = kb._parts.indexes.analyse

    def analysing(*given):  # the file has been cut as the index of now wants it, and is not committed yet
        if not switched:
            switched.append(other.reindex())
        analyse(*given)

    monkeypatch.setattr(kb._parts.indexes, "analyse", analysing)
    kb.add(b"Seals sleep on the pier.", "seals.txt")
    assert switched
    for each in (kb, other):
        assert each.search("Where do seals sleep?").hits[0].document.name == "seals.txt"
    assert other.stats().stale == ""


def test_two_processes_that_build_the_same_index_cut_each_document_once(open_kb, monkeypatch):
    kb, other, begun = open_kb(chunk_tokens=64), open_kb(chunk_tokens=64), []
    open_kb().add(RULES.encode(), "rules.txt")
    put_chunks = kb._parts.catalog.put_chunks

    def putting(*given):
        if not begun:
            begun.append(other.reindex())
        put_chunks(*given)

    monkeypatch.setattr(kb._parts.catalog, "put_chunks", putting)
    kb.reindex()
    assert begun
    assert [chunk.ordinal for chunk in kb.chunks(kb.documents()[0].id)] == [*range(kb.stats().chunks)]
    assert kb.verify().agrees


def test_a_reindex_whose_place_another_has_taken_says_so(open_kb, monkeypatch):
    kb, other = open_kb(chunk_tokens=64), open_kb()
    other.add(RULES.encode(), "rules.txt")
    put_chunks = kb._parts.catalog.put_chunks

    def putting(*given):
        other._parts.catalog.generations.start('{"is": "another shape"}', "building")
        put_chunks(*given)

    monkeypatch.setattr(kb._parts.catalog, "put_chunks", putting)
    with pytest.raises(StoreError, match="Another reindex"):
        kb.reindex()


def test_a_switch_by_another_thread_never_names_a_vector_by_the_wrong_model(kb, short_model, monkeypatch):
    kb.add(RULES.encode(), "rules.txt")
    kb.add_searchable(b"Seals sleep on the pier.", "seals.txt")
    vectors, embedding = kb._parts.catalog.vectors, kb._parts.library.embedding
    pending, generation = vectors.pending, embedding.generation()

    def switching(*asked):
        group = pending(*asked)
        monkeypatch.setattr(vectors, "pending", pending)
        with ThreadPoolExecutor(1) as pool:  # the group waits for its vectors meanwhile
            pool.submit(kb._parts.builder.reindex, lambda _: None, {"embedding_model": short_model}).result(300)
        return group

    monkeypatch.setattr(vectors, "pending", switching)
    embedding.embed_some(generation)
    assert embedding.embedder.dimension == 96
    with kb._parts.database.read() as db:
        query = """SELECT DISTINCT length(e.vector) FROM embeddings e JOIN chunks c ON c.embedding_key = e.key
                   WHERE c.generation = ?"""
        assert [row[0] for row in db.execute(query, (generation.id,))] == [2 * 384]
    assert kb.verify().agrees
