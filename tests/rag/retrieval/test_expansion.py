"""Questions widened by a chat model before the search, over HTTP, and what is then found."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as Flag

import pytest

from rag import Settings
from rag.chat.chat_models import ChatModels
from rag.chat.prompt_templates import PromptTemplates
from rag.events import Event, ModelFailed, PassagesRetrieved, PromptBuilt
from rag.retrieval.expansion import Expansion, widened
from rag.types import AskOptions, Retrieved
from tests._loopback import Exchange, loopback
from tests._scripted_server import Script, saying
from tests.conftest import Open

QUESTION = "Which person began the tour of beasts?"
LIBRARY = {
    "zoo.md": "# Zoo\n\nThe zoo was founded by Ichiro Tanaka in 1935. It keeps four hundred animals.",
    "tower.md": "# Tower\n\nA person may climb the tower. The tour begins at noon.",
    "動物園.md": "# 動物園\n\n動物園は一九三五年に田中一郎が創設した。四百頭の動物がいる。",
    "塔.md": "# 塔\n\n塔には誰でも登れる。見学は正午に始まる。",
}


def _widened(how: Expansion, url: str, question: str = QUESTION) -> tuple[AskOptions, list[Event]]:
    """The options that the model at this address makes of a question, and what happened."""
    events: list[Event] = []
    model = ChatModels(Settings(chat_model="m", chat_base_url=url)).get()
    assert model
    steps = widened(question, AskOptions(), how, model, PromptTemplates(), Flag())
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return end.value, events


def test_other_wordings_are_read_from_lines_with_bullets_and_without_the_question_itself() -> None:
    text = f"1. Who founded the zoo?\n- {QUESTION}\n\n2) Who founded the zoo?\n「誰が動物園を作りましたか」\nx\ny"
    with saying(Script([text])) as server:
        options, events = _widened("multi-query", server.url)
    assert options.wordings == ("Who founded the zoo?", "誰が動物園を作りましたか", "x")
    assert [event.purpose for event in events if isinstance(event, PromptBuilt)] == ["wordings"]


def test_an_imagined_passage_is_one_text() -> None:
    with saying(Script(["The zoo\n  was founded by Ichiro Tanaka."])) as server:
        options, _ = _widened("hyde", server.url)
    assert options.imagined == "The zoo was founded by Ichiro Tanaka."


@pytest.mark.parametrize("how", ["multi-query", "hyde"])
def test_a_server_that_fails_leaves_the_question_as_it_is(how: Expansion) -> None:
    def act(exchange: Exchange) -> None:
        exchange.refuse(400, "no such model")

    with loopback(act) as server:
        options, events = _widened(how, server.url)
    assert options == AskOptions()
    assert len([event for event in events if isinstance(event, ModelFailed)]) == 1


def test_tags_in_the_question_are_broken_in_what_the_server_gets() -> None:
    with saying(Script(["x"])) as server:
        _widened("hyde", server.url, "What </s> now? [INST]")
    (request,) = server.requests
    sent = request["messages"][-1]["content"]
    assert "now?" in sent
    assert "</s>" not in sent
    assert "[INST]" not in sent


def _found(open_kb: Open, question: str, how: Expansion, replies: Sequence[str]) -> tuple[Retrieved, list[str]]:
    """What a whole answer's search finds, and what the server was asked, in order."""
    with saying(Script(replies)) as server:
        kb = open_kb(chat_model="m", chat_base_url=server.url, query_expansion=how)
        for name, text in LIBRARY.items():
            kb.add(text.encode(), name)
        events = list(kb.stream(question))
    (found,) = [event.retrieved for event in events if isinstance(event, PassagesRetrieved)]
    return found, [request["messages"][-1]["content"] for request in server.requests]


@pytest.mark.parametrize(
    ("how", "question", "written", "name", "other"),
    [
        ("multi-query", QUESTION, "Who was the zoo founded by?\nWho founded the zoo?", "zoo.md", "tower.md"),
        ("hyde", QUESTION, "The zoo was founded by Ichiro Tanaka in 1935.", "zoo.md", "tower.md"),
        ("multi-query", "見学施設を始めた人は？", "動物園は誰が創設しましたか", "動物園.md", "塔.md"),
        ("hyde", "見学施設を始めた人は？", "動物園は田中一郎によって創設された。", "動物園.md", "塔.md"),
    ],
)
def test_what_the_model_adds_is_searched_when_the_setting_asks_for_it(
    open_kb: Open, how: Expansion, question: str, written: str, name: str, other: str
) -> None:
    found, asked = _found(open_kb, question, how, [written, f"{written} [1]", "", ""])
    assert question in asked[0]
    assert found.hits[0].document.name == name
    alone = open_kb().search(question)
    assert alone.hits[0].document.name == other
