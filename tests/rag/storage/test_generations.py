"""What is in a dropped generation goes step by step: no other writer waits for long, and a crash leaves nothing."""

from __future__ import annotations

import pytest

from rag import KnowledgeBase
from rag.storage import generations
from rag.storage.database import Database
from tests.conftest import Open

RULES = " ".join(f"Rule number {n} says that shelf {n} holds books about subject {n}." for n in range(60))
ROWS = "SELECT (SELECT count(DISTINCT generation) FROM chunks), (SELECT count(*) FROM generations)"


@pytest.fixture
def kb(open_kb: Open, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    """With an index of small chunks, dropped two chunks at a time, that a reindex has made the previous one."""
    monkeypatch.setattr(generations, "_SWEPT_AT_ONCE", 2)
    first = open_kb(chunk_tokens=64)
    first.add(RULES.encode(), "rules.txt")
    first.close()
    kb = open_kb(chunk_tokens=300)
    kb.reindex()
    return kb


def rows(kb: KnowledgeBase) -> tuple[int, int]:
    """How many generations have chunks, and how many there are."""
    with kb._parts.database.read() as db:
        return tuple(db.execute(ROWS).fetchone())


def test_others_write_between_the_steps(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    other, left = Database(kb._parts.database.path), list[int]()

    def write(seconds: float) -> None:
        del seconds
        with other.write() as db:
            left.append(db.execute("SELECT count(*) FROM chunks").fetchone()[0])

    monkeypatch.setattr(generations, "sleep", write)
    assert rows(kb) == (2, 2)
    count = kb.drop_previous()
    assert count > 4
    assert len(left) == (count + 1) // 2
    assert left == sorted(left, reverse=True)
    assert rows(kb) == (1, 1)
    assert kb.verify().agrees
    other.close()


def test_what_a_crash_has_left_goes_with_the_next_work(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            kb.drop_previous()
    assert kb.stats().previous is None
    assert rows(kb) == (2, 2)
    assert "subject 7" in kb.ask("What does shelf 7 hold?").text
    kb.work_off()
    assert rows(kb) == (1, 1)
    assert kb.verify().agrees
