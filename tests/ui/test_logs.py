"""The log on the Admin page."""

import logging

import pytest

from tests.ui.test_pages import enter, texts
from ui.knowledge import knowledge_base
from ui.language import words_of

TEXT = "The keeper feeds the gulls at dawn."


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_newest_lines_are_shown_from_a_level_on(draw, environment, language):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin", language)
    knowledge_base().add(TEXT.encode(), "keeper.txt")
    knowledge_base().ask("Who feeds the gulls?")
    logging.getLogger("rag.ingest.jobs").warning("the disk is nearly full")
    app = enter(app, "logs")
    assert not app.exception
    shown = app.dataframe[0].value
    assert shown["event"].tolist()[:3] == ["the disk is nearly full", "AnswerReady", "RunEnded"]
    assert "model=extractive" in shown["fields"].tolist()[1]
    app.segmented_control(key="log_level").set_value("warning").run()
    assert app.dataframe[0].value["event"].tolist() == ["the disk is nearly full"]
    app.segmented_control(key="log_level").set_value("error").run()
    assert words_of(language)("logs.none") in texts(app.caption)


def test_a_log_that_goes_elsewhere_is_said_to(draw, environment):
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    environment.setenv("TENKYO_LOG", "stderr")
    app = enter(draw("admin"), "logs")
    assert texts(app.info) == [words_of("en")("logs.elsewhere")]
