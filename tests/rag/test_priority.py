"""Background work gives way to whoever waits for an answer, but not for ever."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from loaders import Block
from rag import KnowledgeBase
from rag.indexing.shape import shape_of
from rag.ingest.chunking import cut
from rag.priority import answering, give_way, in_turns
from rag.stores.fresh_words import Entry
from rag.stores.tantivy_words import TantivyWordStore
from rag.text.readings import read


def test_a_step_waits_until_the_last_question_is_answered() -> None:
    asked, done = threading.Event(), list[str]()

    def background() -> None:
        asked.wait()
        give_way()
        done.append("step")

    thread = threading.Thread(target=background)
    thread.start()
    with answering():
        with answering():
            asked.set()
        thread.join(0.05)
        done.append("answer")
    thread.join()
    assert done == ["answer", "step"]


def test_nothing_waits_where_nobody_asks() -> None:
    assert list(in_turns(range(1000))) == list(range(1000))


def test_questions_that_never_end_do_not_stop_the_work() -> None:
    """A question in its own thread would wait for itself for ever, too."""

    def steps() -> Iterator[int]:
        yield from range(1000)

    with answering():
        assert sum(in_turns(steps())) == sum(range(1000))  # 1000 steps at .2 s each would take minutes


def _embedded(kb: KnowledgeBase) -> None:
    kb._parts.embedder.embed_passages(["The lion walks in the garden."], background=True)


def _cut(kb: KnowledgeBase) -> None:
    embedder = kb._parts.library.embedding.embedder
    cut("Day", [Block("paragraph", "The lion walks in the garden.")], shape_of(kb._parts.settings, embedder), embedder)


def _followed(kb: KnowledgeBase) -> None:
    kb._parts.library.embedding.follow()


@pytest.mark.parametrize("step", [_embedded, _cut, _followed])
def test_no_step_is_begun_in_the_background_while_somebody_asks(
    kb: KnowledgeBase, step: Callable[[KnowledgeBase], None]
) -> None:
    kb.warm_up()
    step(kb)
    done = list[str]()

    def background() -> None:
        step(kb)
        done.append("step")

    thread = threading.Thread(target=background)
    with answering():
        thread.start()
        thread.join(0.1)
        done.append("answer")
    thread.join()
    assert done == ["answer", "step"]


def test_what_is_committed_is_taken_up_by_who_commits_it_not_by_the_next_who_asks(kb: KnowledgeBase) -> None:
    kb.add(b"# Day\n\nThe lion walks in the garden.\n", "lion.md")
    assert kb.search("lion").hits
    kb.add_searchable(b"# Night\n\nThe owl flies over the roof.\n", "owl.md")
    assert kb._parts.indexes._followed == kb._parts.catalog.version()
    assert kb.search("owl").hits[0].document.name == "owl.md"


@pytest.mark.skipif(sys.platform != "linux", reason="only there each thread has a priority of its own")
@pytest.mark.parametrize(("background", "policy"), [(False, "SCHED_OTHER"), (True, "SCHED_IDLE")])
def test_the_threads_that_write_words_in_the_background_leave_the_processor(
    tmp_path: Path, background: bool, policy: str
) -> None:
    seen, others = set[int](), {task.name for task in Path("/proc/self/task").iterdir()}

    def entries() -> Iterator[Entry]:
        end = time.monotonic() + 10
        while not seen and time.monotonic() < end:  # a thread names itself when it first runs
            for task in Path("/proc/self/task").iterdir():
                with suppress(OSError):  # another thread has ended
                    if task.name not in others and (task / "comm").read_text().startswith("thrd-tantivy"):
                        seen.add(os.sched_getscheduler(int(task.name)))
        yield Entry(1, "lion", read("", (), "The lion"), {"words": ["lion"]})

    words = TantivyWordStore(tmp_path / "words")
    words.update([], entries(), background)
    assert words.ids() == [1]
    assert seen == {getattr(os, policy)}


def test_what_is_loaded_when_the_worker_starts_is_not_searched_for_garbage(kb: KnowledgeBase) -> None:
    gc.unfreeze()
    kb.start_worker()
    assert gc.get_freeze_count()
