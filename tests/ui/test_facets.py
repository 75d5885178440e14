"""Tags and named entities are filters of the Library and of a question's scope, where documents have them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from loaders import Block, Document, Location
from ui.components.facets import facets_of
from ui.knowledge import knowledge_base
from ui.language import words_of


def add(name: str, **metadata: str) -> None:
    block = Block("paragraph", f"{name} says that the horn sounds at noon.", 0, Location())
    knowledge_base().add_documents([Document(name * 20, name, "text/plain", name, "en", metadata, (block,))])


def test_values_are_listed_by_how_many_documents_have_them(environment) -> None:
    add("one.txt", persons="Rie; Ken", places="Kobe")
    add("two.txt", persons="Ken")
    assert facets_of(knowledge_base().documents()) == {"persons": ["Ken", "Rie"], "places": ["Kobe"]}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_library_shows_what_names_any_of_those_chosen(draw, language) -> None:
    app = draw("library", language)
    add("one.txt", persons="Rie; Ken", tags="minutes")
    add("two.txt", persons="Ken")
    add("three.txt")
    app.run()
    persons = app.multiselect(key="shelf_facet_persons")
    assert persons.label == words_of(language)("facet.persons")
    persons.set_value(["Ken", "Rie"]).run()
    assert sorted(app.dataframe[0].value.iloc[:, 0]) == ["one.txt", "two.txt"]
    app.multiselect(key="shelf_facet_tags").set_value(["minutes"]).run()
    assert list(app.dataframe[0].value.iloc[:, 0]) == ["one.txt"]
    assert not app.exception


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_document_says_what_it_is_about_and_whom_it_names(environment, language) -> None:
    def script(language: str) -> None:
        import streamlit as st

        from ui.components.document_view import draw_preview
        from ui.knowledge import knowledge_base
        from ui.language import words_of
        from ui.visit import Visit

        visit = Visit(knowledge_base(), words_of(language), st.sidebar.container())
        draw_preview(visit, knowledge_base().documents()[0])

    add("one.txt", persons="Rie; O*Neil", tags="minutes")
    app = AppTest.from_function(script, args=(language,), default_timeout=60).run()
    words = words_of(language)
    told = f"{words('facet.tags')}: minutes · {words('facet.persons')}: Rie{words('where.separator')}O*Neil"
    assert told in [caption.value.replace("\\", "") for caption in app.caption]


def test_a_question_is_asked_of_those_that_name_somebody(draw) -> None:
    app = draw("ask")
    add("one.txt", persons="Rie; Ken")
    add("two.txt")
    app.run()
    app.multiselect(key="scope_persons").set_value(["Rie"]).run()
    app.chat_input[0].set_value("When does the horn sound?").run()
    reply = app.session_state.conversation.turns[0].reply
    assert reply.wait(60)
    assert {hit.document.name for hit in reply.answer.hits} == {"one.txt"}
    app.run()
    app.button(key="scope_clear").click().run()
    assert app.multiselect(key="scope_persons").value == []
    assert not app.exception


def test_without_tags_or_entities_nothing_is_offered(draw) -> None:
    app = draw("library")
    add("one.txt")
    app.run()
    assert [box.key for box in app.multiselect if "facet" in box.key] == []
