"""Background work gives way to whoever waits for an answer, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from rag.priority import answering, give_way, in_turns


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
