"""Chat models on the pages: tried by the admin, chosen by who asks, and a prompt that was cut is told."""

import pytest

from rag.events import PromptTruncated
from tests._loopback import loopback
from tests.ui.test_pages import enter, texts
from ui.knowledge import knowledge_base
from ui.language import words_of

TEXT = "The keeper feeds the gulls at dawn. The stairs have two hundred steps."
QUESTION = "How many steps do the stairs have?"


def answers(exchange):
    """A server that reads 40 tokens at most."""
    exchange.begin()
    exchange.send(f"The stairs have two hundred steps, says {exchange.body['model']} [1].")
    exchange.end(40, 9)


@pytest.fixture
def server(environment):
    listed = ({"id": "small", "object": "model"}, {"id": "<b>large</b>", "object": "model"})
    with loopback(answers, listed) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
        environment.setenv("TENKYO_CHAT_MODEL", "small")
        environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
        yield server


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_admin_tries_a_model(draw, server, language):
    words = words_of(language)
    app = enter(draw("admin", language), "models")
    assert not app.exception
    assert app.dataframe[0].value["model"].tolist() == ["small"]
    app.button(key="test_model").click().run()
    assert not app.exception
    assert texts(app.success) == [words.markdown("models.answers", name="small")]
    assert "40" in texts(app.warning)[0]
    assert words.markdown("models.served", names="small, <b>large</b>") in texts(app.caption)


def test_a_model_that_is_not_there_is_told_with_details(draw, environment):
    with loopback(answers) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = enter(draw("admin"), "models")
    app.button(key="test_model").click().run()
    assert not app.exception
    assert "cannot be loaded or reached" in app.error[0].value
    assert "no connection" in texts(app.caption)[-1]


def test_without_a_model_the_section_says_so(draw, environment):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    assert texts(enter(draw("admin"), "models").info) == [words_of("en")("models.none")]


def test_who_asks_chooses_the_model_or_none(draw, server):
    app = draw("ask")
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    app.chat_input[0].set_value(QUESTION).run()
    reply = app.session_state.conversation.turns[0].reply
    assert reply.wait(60)
    assert reply.answer.model == "small"
    assert isinstance(reply.truncated, PromptTruncated)
    app.run()
    assert not app.exception
    assert "read only 40 of about" in app.chat_message[1].warning[0].value
    app.selectbox(key="chat_model").set_value("extractive").run()
    app.chat_input[0].set_value(QUESTION).run()
    reply = app.session_state.conversation.turns[1].reply
    assert reply.wait(60)
    assert (reply.answer.model, reply.truncated) == ("extractive", None)
    assert len(server.got) == 1


def test_an_answer_with_a_sentence_that_nothing_supports_is_not_called_well_supported(draw, environment):
    def wrong(exchange):
        exchange.begin()
        exchange.send("The stairs have two hundred steps [1]. The keeper is paid 900 euros [1].")
        exchange.end()

    with loopback(wrong) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
        environment.setenv("TENKYO_CHAT_MODEL", "small")
        app = draw("ask")
        knowledge_base().add(TEXT.encode(), "keeper.txt")
        app.chat_input[0].set_value(QUESTION).run()
        assert app.session_state.conversation.turns[0].reply.wait(60)
        app.run()
    assert words_of("en")("confidence.partial") in app.chat_message[1].caption[0].value


def test_without_a_model_there_is_nothing_to_choose(draw):
    app = draw("ask")
    assert not app.exception
    assert not app.selectbox
