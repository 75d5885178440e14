"""Prompts on the Admin page: edited, checked, previewed with the library's own passages, reset."""

import pytest

from rag.types import Example
from tests.ui.test_pages import enter, texts
from ui.console.prompts_view import examples_in
from ui.knowledge import knowledge_base
from ui.language import words_of

TEXT = "The keeper feeds the gulls at dawn. The stairs have two hundred steps."
QUESTION = "How many steps do the stairs have?"


@pytest.fixture
def app(draw, environment):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin")
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    return enter(app, "prompts")


def choose(app, name, language="en"):
    app.selectbox(key="template").set_value(name)
    return app.segmented_control(key="template_language").set_value(language).run()


def test_a_template_is_edited_and_reset(app):
    assert not app.exception
    ours = knowledge_base().templates.text("answer", "en")
    assert app.text_area[0].value == ours
    app.text_area[0].set_value("Quote the passages.").run()
    app.button(key="save_template").click().run()
    assert not app.exception
    assert texts(app.success) == [words_of("en")("prompts.saved")]
    assert knowledge_base().templates.render("answer", "en") == "Quote the passages."
    app.run()
    app.button(key="reset_template").click().run()
    assert app.text_area[0].value == ours
    assert knowledge_base().templates.text("answer", "en") == ours


def test_a_template_without_its_variables_is_refused_and_says_which(app):
    choose(app, "question")
    app.text_area[0].set_value("Just $question").run()
    app.button(key="save_template").click().run()
    assert not app.exception
    told = [text.replace("\\", "") for text in texts(app.error)]
    assert told == [" ".join(words_of("en").error({"code": "invalid_prompt"}))]
    assert any("must use these variables" in text and "passages" in text for text in texts(app.caption))
    assert "$passages" in knowledge_base().templates.text("question", "en")


@pytest.mark.parametrize("name", ["answer", "passage", "example", "memory", "condense", "summarise_part", "sql"])
def test_a_preview_is_filled_with_the_librarys_own_passages(app, name):
    choose(app, name)
    app.text_input(key="preview_question").set_value(QUESTION).run()
    app.button(key="preview_template").click().run()
    assert not app.exception
    assert not app.error
    shown = app.code[0].value
    assert ("two hundred steps" in shown) == (name != "sql")
    assert r"of 4\,096 tokens" in " ".join(texts(app.markdown))


def test_a_preview_shows_what_is_edited_before_it_is_saved(app):
    choose(app, "passage")
    app.text_area[0].set_value("<passage>\nNo. $number of $source\n$text\n</passage>").run()
    app.text_input(key="preview_question").set_value(QUESTION).run()
    app.button(key="preview_template").click().run()
    assert "No. 1 of keeper.txt" in app.code[0].value
    assert "No. $number" not in knowledge_base().templates.text("passage", "en")


def test_a_japanese_template_is_previewed_in_japanese(app):
    choose(app, "answer", "ja")
    app.button(key="preview_template").click().run()
    assert not app.exception
    assert "推測しません" in app.code[0].value
    assert "質問：" in app.code[0].value


def test_rows_of_the_table_become_examples():
    rows = [
        {"question": " Q? ", "answer": "A [1].", "language": "ja"},
        {"question": None, "answer": "", "language": "en"},
        {"question": "Half?", "answer": None, "language": None},
    ]
    assert examples_in(rows, "en") == [Example("Q?", "A [1].", "ja"), Example("Half?", "", "en")]
