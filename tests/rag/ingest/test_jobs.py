"""Background work: submitted files are ingested, failures told, and nothing submitted is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from loaders import Document
from rag import KnowledgeBase
from rag.ingest import worker
from rag.ingest.jobs import Cancelled
from rag.ingest.rates import Average, Pace, Rate, seconds_left
from rag.protocols import Vectors
from rag.reports import Added, Job, Progress
from tests.conftest import Open

TEXT = b"# Hours\n\nThe library opens at nine.\n"


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)  # between two looks, bounded by the deadline


def job(kb: KnowledgeBase, id_: int) -> Job:
    return next(job for job in kb.jobs() if job.id == id_)


def over(kb: KnowledgeBase) -> bool:
    return all(job.state in ("done", "failed", "cancelled") for job in kb.jobs())


def test_submitted_files_are_ingested_in_the_background(kb: KnowledgeBase) -> None:
    kb.start_worker()
    good, bad = kb.submit(TEXT, "hours.md"), kb.submit(b"", "empty.md")
    wait_for(lambda: over(kb))
    assert job(kb, good.id).state == "done"
    result = job(kb, good.id).result
    assert result is not None
    assert (result.status, result.chunks) == ("added", 1)
    failed = job(kb, bad.id)
    assert (failed.state, (failed.error or {})["code"]) == ("failed", "empty")
    assert kb.documents()[0].state == "indexed"
    kb.forget_finished_jobs()
    assert kb.jobs() == []


def test_what_is_at_work_stands_first_in_the_order_in_which_it_is_done(kb: KnowledgeBase) -> None:
    files = [kb.submit(TEXT + name.encode(), name) for name in ("read.md", "next.md", "last.md", "waits.md", "new.md")]
    queue = kb._parts.queue
    for name in ("first", "second", "third"):
        assert queue.claim(), name
    for done in files[1:3]:
        queue.note_added(done.id, Added(done.name, "added", "a", 1))
    assert [job.name for job in kb.file_jobs(9)] == ["read.md", "next.md", "last.md", "new.md", "waits.md"]


def test_a_job_submitted_before_a_restart_is_done_after_it(open_kb: Open) -> None:
    first = open_kb()
    first.submit(TEXT, "hours.md")
    first.close()
    again = open_kb()
    again.start_worker()
    wait_for(lambda: over(again))
    assert [document.name for document in again.documents()] == ["hours.md"]


def test_a_job_that_a_crash_cut_off_is_done_again_but_not_for_ever(open_kb: Open) -> None:
    kb = open_kb()
    submitted = kb.submit(TEXT, "hours.md")
    for _ in range(3):
        assert kb._parts.queue.claim() is not None
        kb._parts.queue.recover()
    failed = job(kb, submitted.id)
    assert failed.state == "failed"
    assert "3 times" in (failed.error or {})["message"]
    assert kb._parts.queue.claim() is None


def test_the_end_of_the_app_does_not_wait_for_a_step_that_takes_very_long(kb: KnowledgeBase, monkeypatch) -> None:
    begun, may_end, working = threading.Event(), threading.Event(), kb._parts.worker

    def long_step(pool: object) -> bool:
        begun.set()
        return not may_end.wait(60)

    monkeypatch.setattr(worker, "_LAST_STEP_S", 0.1)
    monkeypatch.setattr(working, "_step", long_step)
    working.start()
    assert begun.wait(60)
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(working.stop)
        try:
            ending.result(30)
        finally:
            may_end.set()


def test_a_queued_job_can_be_cancelled(kb: KnowledgeBase) -> None:
    submitted = kb.submit(TEXT, "hours.md")
    kb.cancel(submitted.id)
    kb.work_off()
    assert job(kb, submitted.id).state == "cancelled"
    assert kb.documents() == []


def test_of_a_file_that_is_cancelled_before_it_is_read_nothing_is_kept_and_it_can_come_again(kb: KnowledgeBase) -> None:
    kept, submitted = kb.submit(b"# Tides\n\nHigh at six.\n", "tides.md"), kb.submit(TEXT, "hours.md")
    twin = kb.submit(TEXT, "copy.md")
    kb.cancel(submitted.id)
    assert len(kb._parts.originals.all()) == 2, "another file of the same content waits"
    kb.cancel(twin.id)
    assert len(kb._parts.originals.all()) == 1
    kb.work_off()
    assert [job(kb, one.id).state for one in (kept, submitted, twin)] == ["done", "cancelled", "cancelled"]
    assert kb.verify().agrees
    kb.submit(TEXT, "hours.md")
    kb.work_off()
    assert [document.name for document in kb.documents()] == ["tides.md", "hours.md"]


def test_of_a_file_that_is_cancelled_while_it_is_read_nothing_is_kept(kb: KnowledgeBase, monkeypatch) -> None:
    submitted, parser = kb.submit(TEXT, "hours.md"), kb._parts.library.parser
    load = parser.load

    def cancelled_meanwhile(*arguments: Any) -> Document:
        document = load(*arguments)
        kb.cancel(submitted.id)
        return document

    monkeypatch.setattr(parser, "load", cancelled_meanwhile)
    kb.work_off()
    assert job(kb, submitted.id).state == "cancelled"
    assert (kb.documents(), kb._parts.originals.all()) == ([], set())


def test_the_rest_is_cancelled_and_what_can_be_found_stays(kb: KnowledgeBase) -> None:
    files = [kb.submit(TEXT + name.encode(), name) for name in ("found.md", "read.md", "waits.md", "last.md")]
    queue = kb._parts.queue
    work = queue.claim()
    assert work is not None
    kb._parts.worker.jobs.ingest(work)
    assert queue.claim()
    assert kb.activity().unread == 3
    kb.curation.cancel_unread()
    assert [job(kb, one.id).state for one in files] == ["running", "cancelled", "cancelled", "cancelled"]
    kb.work_off()
    assert [document.name for document in kb.documents()] == ["found.md"]
    assert len(kb._parts.originals.all()) == 1


def test_of_a_new_file_that_is_cancelled_while_it_waits_for_vectors_nothing_stays(kb: KnowledgeBase) -> None:
    kb.add(b"# Tides\n\nHigh at six.\n", "tides.md")
    submitted = kb.submit(TEXT, "hours.md")
    work = kb._parts.queue.claim()
    assert work is not None
    kb._parts.worker.jobs.ingest(work)
    assert [document.name for document in kb.documents()] == ["tides.md", "hours.md"]
    kb.cancel(submitted.id)
    assert [document.name for document in kb.documents()] == ["tides.md"]
    kb.work_off()
    assert (job(kb, submitted.id).state, kb.activity().pending) == ("cancelled", 0)


def test_a_file_cancelled_at_its_very_commit_goes_again_but_a_new_version_stays(kb: KnowledgeBase, monkeypatch) -> None:
    queue, at_work = kb._parts.queue, kb._parts.worker
    note_added = queue.note_added

    def cancelled_first(id_: int, added: Added) -> None:
        kb.cancel(id_)
        note_added(id_, added)

    kb.add(b"# Tides\n\nHigh at six.\n", "tides.md")
    monkeypatch.setattr(queue, "note_added", cancelled_first)
    files = [kb.submit(TEXT, "hours.md"), kb.submit(b"# Tides\n\nHigh at seven.\n", "tides.md")]
    at_work.work_off()
    assert [job(kb, one.id).state for one in files] == ["cancelled", "cancelled"]
    assert [(document.name, kb.chunks(document.id)[0].text) for document in kb.documents()] == [
        ("tides.md", "High at seven.")
    ]


def test_of_a_file_that_is_cancelled_before_its_commit_nothing_stays(kb: KnowledgeBase) -> None:
    def report(progress: Progress) -> None:
        if progress.stage == "split":
            raise Cancelled

    with pytest.raises(Cancelled):
        kb._parts.library.add(TEXT, "hours.md", "", None, report)
    assert (kb.documents(), kb._parts.originals.all()) == ([], set())


def test_a_reindex_runs_as_a_job_while_questions_are_answered(kb: KnowledgeBase) -> None:
    for n in range(30):
        kb.add_searchable(f"# Note {n}\n\nShelf {n} holds subject {n}.\n".encode(), f"{n}.md")
    kb.embed_all()
    kb.start_worker()
    submitted = kb.submit_reindex()
    answered = 0
    while job(kb, submitted.id).state in ("queued", "running"):
        assert len(kb.search("Which subject is on shelf 7?").hits) == 6
        answered += 1
    assert job(kb, submitted.id).state == "done"
    assert answered > 0
    assert kb.stats().index_chunks_vectors == 30


def test_a_cancelled_reindex_leaves_the_old_index(kb: KnowledgeBase) -> None:
    kb.add(TEXT, "hours.md")
    submitted = kb.submit_reindex()
    kb._parts.worker.jobs._cancelled.add(submitted.id)  # as if cancelled between being claimed and its first step
    kb.work_off()
    assert job(kb, submitted.id).state == "cancelled"
    assert kb._parts.catalog.generations.building() is None
    assert len(kb.search("opens").hits) == 1


RULES = " ".join(f"Rule number {n} says that shelf {n} holds books about subject {n}." for n in range(400))


def test_a_new_file_is_found_while_a_reindex_goes_on(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    kb.add(RULES.encode(), "rules.txt")
    reindex = kb.reindexing.submit({"chunk_tokens": 32, "chunk_overlap_tokens": 0})
    model, submitted, states = kb._parts.embedder.current, list[Job](), list[str]()
    embed_passages = model.embed_passages

    def embedding(texts: Sequence[str], background: bool = False) -> Vectors:
        if not submitted:  # the first group of passages of the new index
            submitted.append(kb.submit(TEXT, "hours.md"))
        elif not states:  # the second
            wait_for(lambda: job(kb, submitted[0].id).result is not None)
            assert kb.search("When does the library open?").hits[0].document.name == "hours.md"
            states.append(job(kb, reindex.id).state)
        return embed_passages(texts, background)

    monkeypatch.setattr(model, "embed_passages", embedding)
    kb.work_off()
    assert states == ["running"]
    assert {one.state for one in kb.jobs()} == {"done"}
    assert kb.stats().stale == ""
    assert kb.verify().agrees


def test_a_reindex_can_be_paused(kb: KnowledgeBase) -> None:
    worker, told = kb._parts.worker, threading.Event()
    with ThreadPoolExecutor() as pool:
        report = worker._beside(pool, 1)
        kb.pause()
        pool.submit(report, Progress("embed", 0, 9, "chunks")).add_done_callback(lambda _: told.set())
        assert not told.wait(0.2)
        kb.resume()
        assert told.wait(30)


def test_however_many_files_wait_for_vectors_all_are_done_and_nothing_is_kept_of_them(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_NOTED_AT_ONCE", 2)
    for n in range(9):
        kb.submit(f"# Note {n}\n\nShelf {n} holds subject {n}.\n".encode(), f"{n}.md")
    kb.submit(b"", "empty.md")
    kb.submit_reindex()
    kb.work_off()
    assert sorted(one.state for one in kb.jobs()) == [*["done"] * 10, "failed"]
    assert kb._parts.worker.jobs._paces == {}


def test_only_one_process_works_the_queue_off(open_kb: Open) -> None:
    one, other = open_kb(), open_kb()
    one.submit(TEXT, "hours.md")
    with one._parts.worker._only_one:
        other.work_off()
        assert other.documents() == []
    other.work_off()
    assert len(other.documents()) == 1


def test_samples_come_once_and_only_into_a_new_store(open_kb: Open) -> None:
    kb = open_kb(samples=True)
    kb.work_off()
    samples = {document.name for document in kb.documents()}
    assert {document.collection for document in kb.documents()} == {"samples"}
    assert {job.state for job in kb.jobs()} == {"done"}
    assert len(samples) >= 6
    for document in kb.documents():
        kb.remove(document.id)
    kb.work_off()
    assert kb.documents() == []


def test_many_files_are_read_side_by_side_and_one_name_in_its_order(open_kb: Open) -> None:
    kb = open_kb(parse_workers=3)
    for n in range(12):
        kb.submit(f"# 棚 {n}\n\n棚 {n} には主題 {n} の本があります。\n".encode(), f"{n}.md")
        kb.submit(f"# Note\n\nThis is version {n}.\n".encode(), "note.md")
    kb.work_off()
    assert {job.state for job in kb.jobs()} == {"done"}
    assert len(kb.documents()) == 13
    (note,) = (info for info in kb.documents() if info.name == "note.md")
    assert "version 11" in kb.chunks(note.id)[0].text
    assert kb.verify().agrees
    activity = kb.activity()
    assert (activity.files, activity.over, activity.searchable, activity.pending) == (24, 24, 0, 0)


def test_a_pause_outlasts_a_restart(open_kb: Open) -> None:
    first = open_kb()
    first.pause()
    first.submit(TEXT, "hours.md")
    first.work_off()
    assert first.documents() == []
    first.close()
    again = open_kb()
    again.work_off()
    assert (again.activity().paused, again.activity().files, again.activity().over) == (True, 1, 0)
    again.resume()
    again.work_off()
    assert [info.name for info in again.documents()] == ["hours.md"]
    assert not again.activity().paused


def test_a_job_that_the_end_of_the_app_cuts_off_is_queued_again(open_kb: Open) -> None:
    kb = open_kb()
    submitted = kb.submit(TEXT, "hours.md")
    for _ in range(5):  # more often than a job may crash
        work = kb._parts.queue.claim()
        assert work is not None
        kb._parts.worker._stopping.set()
        kb._parts.worker.jobs.attempt(work.id, lambda work=work: kb._parts.worker.jobs.ingest(work))
        assert job(kb, submitted.id).state == "queued"
    again = open_kb()
    again.work_off()
    assert job(again, submitted.id).state == "done"


def test_rates_are_of_the_last_minute_and_tell_the_time_left() -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert rate.per_second() is None
    rate.start()
    for second in range(1, 201):
        now[0] = float(second)
        rate.add(1 if second <= 100 else 3)
    assert rate.per_second() == pytest.approx(3, rel=0.03)
    assert seconds_left((30, 3.0), (0, None)) == 10
    assert seconds_left((30, 3.0), (50, None)) is None
    assert seconds_left((30, 3.0), (50, 10.0)) == 15
    rate.stop()
    assert rate.per_second() is None


def test_the_time_left_counts_the_passages_of_files_that_are_still_to_be_read() -> None:
    passages = Average()
    assert passages.of(10) == 0
    for count in (4, 8, 0):
        passages.add(count)
    assert passages.of(10) == 40
    assert seconds_left((10, 2.0), (20 + passages.of(10), 3.0)) == 25


def test_the_pace_of_a_file_is_that_of_the_stage_it_is_at() -> None:
    now = [0.0]
    pace = Pace(Progress("parse", 0, 1, "file"), lambda: now[0])
    now[0] = 100  # until the first page is there
    pace.go_on(Progress("parse", 20, 100, "pages"))
    assert pace.now().per_second is None
    now[0] = 102
    pace.go_on(Progress("parse", 60, 100, "pages"))
    assert (pace.now().per_second, pace.now().seconds_left) == (20, 2)
    pace.go_on(Progress("embed", 0, 50, "chunks"))
    now[0] = 200  # while other files have their turn
    pace.go_on(Progress("embed", 0, 50, "chunks"))
    assert pace.now().seconds_left is None
    now[0] = 202
    pace.go_on(Progress("embed", 10, 50, "chunks"))
    assert (pace.now().per_second, pace.now().seconds_left) == (5, 8)
