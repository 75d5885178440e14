"""Chains are runs as questions are: logs (and traces) are told of them in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event as Flag
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chains.face import Chains
from rag.errors import DocumentNotFound, ModelUnavailable
from rag.results import ExtractedColumn
from rag.types import AskOptions
from tests.rag.chains.conftest import Says


def story(kb: KnowledgeBase) -> list[tuple[str, dict[str, Any]]]:
    return [(line.event, dict(line.fields)) for line in reversed(kb.logs.latest())]


def test_a_summary_that_is_written_is_logged_with_its_prompts(
    kb: KnowledgeBase, guide: str, written_by: Callable[[Says], Chains]
) -> None:
    chains = written_by(Says(lambda _: "The library opens at nine in the morning.", window=500))
    list(chains.summarise([guide]))
    told = story(kb)
    names = [name for name, _ in told]
    assert (names[0], names[-1]) == ("RunStarted", "RunEnded")
    assert told[0][1]["kind"] == "summarise"
    assert names.count("PromptBuilt") == names.count("ModelFinished") >= 1
    assert {fields["purpose"] for name, fields in told if name == "PromptBuilt"} == {"summarise"}
    counted = sum(fields["prompt_tokens"] for name, fields in told if name == "ModelFinished")
    assert told[-1][1]["prompt_tokens"] == counted > 0
    assert len({fields["run_id"] for _, fields in told}) == 1
    assert "library" not in str(told)


@pytest.mark.parametrize("kind", ["summarise", "compare", "extract", "suggest"])
def test_each_chain_begins_and_ends(kb: KnowledgeBase, guide: str, guide_ja: str, kind: str) -> None:
    columns = [ExtractedColumn("opens")]
    work: dict[str, Callable[[], Iterator[Any]]] = {
        "summarise": lambda: kb.chains.summarise([guide]),
        "compare": lambda: kb.chains.compare(guide, guide_ja),
        "extract": lambda: kb.chains.extract([guide], columns),
        "suggest": lambda: kb.chains.suggest(guide),
    }
    list(work[kind]())
    (begin, fields), *_, (end, _) = story(kb)
    assert (begin, fields["kind"], end) == ("RunStarted", kind, "RunEnded")


def test_a_chain_that_fails_or_is_left_is_logged_so(kb: KnowledgeBase, guide: str) -> None:
    with pytest.raises(DocumentNotFound):
        list(kb.chains.summarise(["no such document"]))
    assert story(kb)[-1][1]["code"] == "not_found"
    left = kb.chains.summarise([guide])
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert story(kb)[-1][1]["code"] == "given_up"


def test_a_chain_whose_model_fails_says_so(kb: KnowledgeBase, guide: str, written_by: Callable[[Says], Chains]) -> None:
    def fail(prompt: str) -> str:
        raise ModelUnavailable("It is gone.", "Start it.")

    list(written_by(Says(fail)).suggest(guide))
    assert "ModelFailed" in [name for name, _ in story(kb)]


def test_a_question_in_parts_is_one_run(kb: KnowledgeBase, guide: str) -> None:
    events = list(kb.chains.answer("When does the library open? What does a lost card cost?", (), AskOptions(), Flag()))
    assert len({event.run_id for event in events}) == 1
    names = [name for name, _ in story(kb)]
    assert names == ["RunStarted", "PassagesRetrieved", "PassagesRetrieved", "RunEnded", "AnswerReady"]
