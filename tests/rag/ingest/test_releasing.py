"""Files that nothing needs any more go, however many: nobody else waits for long."""

from __future__ import annotations

import threading

import pytest

from rag import KnowledgeBase
from rag.ingest import knowledge


def test_whoever_adds_a_file_does_not_wait_until_the_rest_is_cancelled(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "_RELEASED_AT_ONCE", 1)
    for n in range(50):
        kb.submit(bytes([n + 1]), f"{n}.md")
    originals = kb._parts.originals
    discard, left = originals.discard, list[int]()

    def adds() -> None:
        with originals.locked():
            left.append(len(originals.all()))

    adding = threading.Thread(target=adds)

    def discard_and_add(sha256: str) -> None:
        discard(sha256)
        if len(originals.all()) == 49:
            adding.start()

    monkeypatch.setattr(originals, "discard", discard_and_add)
    kb.curation.cancel_unread()
    adding.join()
    assert left[0] > 0
    assert originals.all() == set()


def test_what_is_there_stays_when_the_rest_is_cancelled_and_is_read_again_where_that_was_asked(
    kb: KnowledgeBase,
) -> None:
    kb.add(b"# Hours\n\nIt opens at nine.\n", "hours.md")
    kb.add(b"# Meals\n\nSoup on Mondays.\n", "meals.md")
    (again,) = kb.curation.read_again([kb.documents()[0].id])
    newer = kb.submit(b"# Meals\n\nRice on Mondays.\n", "meals.md")
    assert (kb.activity().unread, kb.activity().added_unread) == (2, 1)
    kb.curation.cancel_unread()
    kb.work_off()
    assert [job.state for job in kb.find_jobs([again.id, newer.id])] == ["done", "cancelled"]
    texts = {info.name: kb.chunks(info.id)[0].text for info in kb.documents()}
    assert texts == {"hours.md": "It opens at nine.", "meals.md": "Soup on Mondays."}
    assert kb.verify().agrees


def test_whether_a_job_needs_a_file_is_known_without_a_look_at_each_job(kb: KnowledgeBase) -> None:
    for n in range(300):
        kb._parts.queue.submit("ingest", f"{n}.md", "", f"{n:064x}")
    steps = list[None]()
    with kb._parts.catalog._database._connection() as connection:  # the next who asks is given the same
        connection.set_progress_handler(lambda: steps.append(None), 100)
    assert kb._parts.catalog.needs_original(f"{7:064x}")
    assert not kb._parts.catalog.needs_label(f"{7:064x}", "8.md", "")
    assert len(steps) < 10
