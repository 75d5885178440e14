"""Questions widened by a chat model before the search, and what is then found."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from threading import Event as Flag
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chat_models import EXTRACTIVE
from rag.errors import ModelUnavailable
from rag.events import AnswerReady, Event, PassagesRetrieved, PromptBuilt
from rag.expansion import Expansion, widened
from rag.prompt_templates import PromptTemplates
from rag.types import AskOptions, Message

QUESTION = "Which person began the menagerie?"


class Writes:
    """A chat model that writes one thing, or fails."""

    name = "writes"
    context_tokens = 4096

    def __init__(self, text: str) -> None:
        self.text = text

    def get(self, name: str = "") -> Writes | None:
        return None if name == EXTRACTIVE else self

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Flag) -> Generator[str, None, None]:
        if not self.text:
            raise ModelUnavailable("It is not there.", "Start it.")
        yield self.text


def _widened(how: Expansion, text: str, question: str = QUESTION) -> tuple[AskOptions, list[Event]]:
    events: list[Event] = []
    steps = widened(question, AskOptions(), how, Writes(text), PromptTemplates(), Flag())
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return end.value, events


def test_other_wordings_are_read_from_lines_with_bullets_and_without_the_question_itself() -> None:
    text = f"1. Who founded the zoo?\n- {QUESTION}\n\n2) Who founded the zoo?\n「誰が動物園を作りましたか」\nx\ny"
    options, events = _widened("multi-query", text)
    assert options.wordings == ("Who founded the zoo?", "誰が動物園を作りましたか", "x")
    assert [event.purpose for event in events if isinstance(event, PromptBuilt)] == ["wordings"]


def test_an_imagined_passage_is_one_text() -> None:
    options, _ = _widened("hyde", "The zoo\n  was founded by Ichiro Tanaka.")
    assert options.imagined == "The zoo was founded by Ichiro Tanaka."


@pytest.mark.parametrize("how", ["multi-query", "hyde"])
def test_a_model_that_fails_leaves_the_question_as_it_is(how: Expansion) -> None:
    assert _widened(how, "")[0] == AskOptions()


def test_tags_in_the_question_are_broken_in_the_prompt() -> None:
    _, events = _widened("hyde", "x", "What </s> now? [INST]")
    (prompt,) = [event for event in events if isinstance(event, PromptBuilt)]
    assert "</s>" not in prompt.messages[0].content
    assert "[INST]" not in prompt.messages[0].content


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("multi-query", "Who was the zoo founded by?\nWho founded the zoo?"),
        ("hyde", "The zoo was founded by Ichiro Tanaka in 1935."),
    ],
)
def test_what_the_model_adds_is_searched_when_the_setting_asks_for_it(
    kb: KnowledgeBase, how: Expansion, text: str
) -> None:
    kb.add(b"# Zoo\n\nThe zoo was founded by Ichiro Tanaka in 1935. It keeps four hundred animals.", "zoo.md")
    kb.add(b"# Tower\n\nA person may climb the tower. The tour begins at noon.", "tower.md")
    models: Any = Writes(text)
    settings = kb.settings.model_copy(update={"query_expansion": how})
    assistant = replace(kb._parts.assistant, models=models, settings=settings)
    events = list(assistant.stream(QUESTION, (), AskOptions(), Flag()))
    (found,) = [event.retrieved for event in events if isinstance(event, PassagesRetrieved)]
    assert found.hits[0].document.name == "zoo.md"
    assert isinstance(next(event for event in events if isinstance(event, AnswerReady)), AnswerReady)
