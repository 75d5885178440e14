"""A reindex can be taken back until the index from before is dropped."""

from __future__ import annotations

import pytest

from rag import KnowledgeBase
from rag.embedders import sentence_transformer
from rag.errors import StoreError
from rag.reports import Progress
from tests.conftest import Open

RULES = " ".join(f"Rule number {n} says that shelf {n} holds books about subject {n}." for n in range(60))
GUIDE = "# 案内\n\n休館日は月曜日です。図書館は九時に開きます。\n"
FEES = "# Fees\n\nA card costs twelve euros a year.\n"


def texts(kb: KnowledgeBase, name: str) -> list[str]:
    (info,) = (one for one in kb.documents() if one.name == name)
    return [chunk.text for chunk in kb.chunks(info.id)]


@pytest.fixture
def reindexed(open_kb: Open) -> KnowledgeBase:
    """Indexed with the default settings, then with smaller chunks."""
    first = open_kb()
    first.add(RULES.encode(), "rules.txt")
    first.add(GUIDE.encode(), "案内.md")
    first.close()
    kb = open_kb(chunk_tokens=64)
    kb.reindex()
    return kb


def test_going_back_gives_the_index_that_there_was(reindexed: KnowledgeBase, open_kb: Open) -> None:
    kb, before = reindexed, open_kb("other")
    before.add(RULES.encode(), "rules.txt")
    kept = kb.stats().previous
    assert kept is not None
    assert (kept.chunk_tokens, kept.chunks) == (before.settings.chunk_tokens, len(texts(before, "rules.txt")) + 1)
    kb.roll_back()
    assert texts(kb, "rules.txt") == texts(before, "rules.txt")
    assert kb.stats().stale
    assert kb.verify().agrees
    assert "月曜日" in kb.ask("休館日はいつですか。").text


def test_it_has_what_was_added_and_lacks_what_was_deleted_since(reindexed: KnowledgeBase) -> None:
    kb = reindexed
    kb.add(FEES.encode(), "fees.md")
    kb.add((RULES + " A last rule forbids umbrellas.").encode(), "rules.txt")
    kb.remove(next(one.id for one in kb.documents() if one.name == "案内.md"))
    kb.roll_back()
    assert sorted(one.name for one in kb.documents()) == ["fees.md", "rules.txt"]
    assert all(one.state == "indexed" for one in kb.documents())
    assert "umbrellas" in texts(kb, "rules.txt")[-1]
    assert max(map(len, texts(kb, "rules.txt"))) > 64 * 6, "split as that index splits, not as the settings say"
    assert kb.verify().agrees


def test_the_way_back_goes_both_ways(reindexed: KnowledgeBase) -> None:
    small = texts(reindexed, "rules.txt")
    reindexed.roll_back()
    reindexed.roll_back()
    assert texts(reindexed, "rules.txt") == small
    assert reindexed.stats().stale == ""


def test_as_a_job_that_a_crash_cut_off_after_the_switch_it_does_not_switch_twice(reindexed: KnowledgeBase) -> None:
    small, job = texts(reindexed, "rules.txt"), reindexed.submit_rollback()
    reindexed.roll_back()  # the job's own work; the crash came before the queue heard of it
    reindexed.work_off()
    assert [one.state for one in reindexed.jobs() if one.id == job.id] == ["done"]
    assert texts(reindexed, "rules.txt") != small


def test_dropped_it_is_gone_and_said_to_be(reindexed: KnowledgeBase) -> None:
    before = reindexed.stats()
    assert before.previous is not None
    assert reindexed.drop_previous() == before.previous.chunks
    assert reindexed.drop_previous() == 0
    assert reindexed.stats().previous is None
    assert reindexed.verify().agrees
    with pytest.raises(StoreError, match="no earlier index"):
        reindexed.roll_back()
    with pytest.raises(StoreError, match="no earlier index"):
        reindexed.submit_rollback()


def test_a_reindex_with_the_same_settings_keeps_no_second_copy(kb: KnowledgeBase) -> None:
    kb.add(FEES.encode(), "fees.md")
    kb.reindex()
    assert kb.stats().previous is None


def test_a_vector_is_never_kept_under_another_models_name(open_kb: Open) -> None:
    """A document added under model B while A's index is active waits, is embedded by A, and by B at the reindex."""
    first = open_kb()
    first.add(RULES.encode(), "rules.txt")
    first.close()
    other = {"embedding_model": str(sentence_transformer._default_folder())}
    second = open_kb(**other)
    second.add(FEES.encode(), "fees.md")
    second.close()
    third = open_kb()
    third.embed_all()
    assert all(one.state == "indexed" for one in third.documents())
    chunks = third.stats().chunks
    third.close()
    seen = list[Progress]()
    open_kb(**other).reindex(seen.append)
    assert max(one.done for one in seen if one.stage == "embed") == chunks
