"""What can be made of documents on the Library page, over a real library, without a browser."""

from __future__ import annotations

import pytest

from tests._loopback import loopback
from ui.knowledge import knowledge_base
from ui.language import words_of

GUIDE = "# Hours\n\nThe library opens at nine in the morning.\n\nA lost card costs 5 euros.\n"
OTHER = "# Hours\n\nThe library opens at ten in the morning.\n\nA lost card costs 5 euros.\n"


def start(environment_words, kind, documents, model=None):
    """Draws the chains of these documents alone, makes one (by this model), and gives the page when it is done."""
    from streamlit.testing.v1 import AppTest

    def script(language, ids):
        import streamlit as st

        from ui.knowledge import knowledge_base
        from ui.language import words_of
        from ui.shelf.chains_view import draw_chains
        from ui.visit import Visit

        knowledge = knowledge_base()
        draw_chains(
            Visit(knowledge, words_of(language), st.sidebar.container()), [knowledge.document(id_) for id_ in ids]
        )

    app = AppTest.from_function(script, args=(environment_words.language, documents), default_timeout=60).run()
    app.button_group[0].set_value(kind).run()
    if model:
        app.selectbox(key="chat_model").set_value(model).run()
    app.button[0].click().run()
    work = app.session_state[f"work-{kind}-{hash(tuple(documents))}"]
    assert work.wait(60)
    app.run()
    assert not app.exception
    return app


def texts(elements):
    return [element.value.replace("\\", "") for element in elements]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_summary_whose_sentences_open_their_source(environment, language):
    words = words_of(language)
    id_ = knowledge_base().add(GUIDE.encode(), "guide.md").document_id
    app = start(words, "summary", [id_])
    assert "The library opens at nine in the morning." in texts(app.markdown)
    assert words("answer.extractive") in texts(app.caption)
    button = next(b for b in app.button if words("where.line", line=3) in b.label)
    button.click().run()
    assert not app.exception
    assert app.session_state["chain_source"].document_id == id_


def test_two_documents_are_compared(environment):
    ids = [knowledge_base().add(text.encode(), name).document_id for text, name in ((GUIDE, "a.md"), (OTHER, "b.md"))]
    app = start(words_of("en"), "compare", ids)
    assert "They differ" in texts(app.subheader)
    shown = texts(app.markdown)
    assert {"The library opens at nine in the morning.", "The library opens at ten in the morning."} <= set(shown)
    assert app.expander[0].label == "Both say (1)"


def test_questions_that_a_document_answers(environment):
    id_ = knowledge_base().add(GUIDE.encode(), "guide.md").document_id
    app = start(words_of("en"), "questions", [id_])
    assert any("How much does a lost card cost?" in one.label.replace("\\", "") for one in app.button)


def test_the_model_that_is_chosen_writes(environment):
    def answers(exchange):
        exchange.begin()
        exchange.send("The library opens at nine in the morning.")
        exchange.end(40, 9)

    with loopback(answers, ({"id": "small", "object": "model"},)) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
        environment.setenv("TENKYO_CHAT_MODEL", "small")
        id_ = knowledge_base().add(GUIDE.encode(), "guide.md").document_id
        app = start(words_of("en"), "summary", [id_])
        assert words_of("en").markdown("answer.model", name="small") in [one.value for one in app.caption]
        app = start(words_of("en"), "summary", [id_], "extractive")
        assert words_of("en")("answer.extractive") in texts(app.caption)
