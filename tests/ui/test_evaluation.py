"""The Evaluation section: ways of searching compared on an admin's own questions, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from evals.variants import Variant
from tests._loopback import Exchange, loopback
from ui.knowledge import knowledge_base
from ui.language import Words, words_of

FILES = {
    "keeper.txt": "The keeper feeds the gulls at dawn. The stairs have two hundred steps.",
    "harbour.txt": "Boats leave the harbour at noon. A ticket costs five coins.",
    "灯台.txt": "灯台守は夜明けにカモメに餌をやる。階段は二百段ある。",
    "港.txt": "船は正午に港を出る。切符は五枚の銀貨である。",
}
QUESTIONS = {
    "en": "question,document\nHow many steps do the stairs have?,keeper.txt\nWhat does a ticket cost?,harbour.txt\n",
    "ja": "question,document\n階段は何段ありますか,灯台.txt\n切符はいくらですか,港.txt\n",
}
NOTHING_FOUND = "question,document\nWho paints the tower?,painter.txt\n"

Draw = Callable[..., AppTest]


def _evaluation(draw: Draw, environment: pytest.MonkeyPatch, language: str, questions: str) -> AppTest:
    """The section over a small library, with these questions chosen."""
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    app = draw("admin", language)
    for name, text in FILES.items():
        knowledge_base().add(text.encode(), name)
    app.text_input[0].set_value("pw")
    app.button[0].click().run()
    app.segmented_control(key="section").set_value("evaluation").run()
    words = words_of(language)
    uploader = next(one for one in app.file_uploader if one.label == words("evaluation.file"))
    uploader.set_value([("q.csv", questions.encode(), "text/csv")])
    return app


def _measure(app: AppTest, words: Words, others: list[Variant], pairs: str = "") -> AppTest:
    next(one for one in app.multiselect if one.label == words("evaluation.against")).set_value(others)
    next(one for one in app.text_input if one.label == words("evaluation.against_settings")).set_value(pairs)
    app = next(button for button in app.button if button.label == words("evaluation.run")).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ways_of_searching_are_compared_with_a_significance_test(
    draw: Draw, environment: pytest.MonkeyPatch, language: str
) -> None:
    words, other, pairs = words_of(language), Variant("dense"), "chunk_tokens=40 chunk_overlap_tokens=8"
    app = _measure(_evaluation(draw, environment, language, QUESTIONS[language]), words, [other], pairs)
    (figures,) = [frame.value for frame in app.dataframe if words("evaluation.metric") in frame.value]
    first = words("modes.hybrid")
    assert list(figures[first]) == ["1.000 (1.000 – 1.000)"] * 5
    assert list(figures[pairs]) == list(figures[first])
    assert list(figures[words("evaluation.chance", name=pairs)]) == ["1.000"] * 5
    assert words("evaluation.chance", name=words("modes.dense")) in figures
    same = words.markdown("evaluation.alike", one=first, other=pairs, gain="+0.000", chance="1.000")
    assert same in [element.value for element in app.markdown]
    assert knowledge_base().settings.chunk_tokens != 40


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("pairs", ["colour=red", "chunk_tokens=few"])
def test_a_setting_that_is_none_is_said(draw: Draw, environment: pytest.MonkeyPatch, language: str, pairs: str) -> None:
    words = words_of(language)
    app = _measure(_evaluation(draw, environment, language, NOTHING_FOUND), words, [], pairs)
    assert len(app.error) == 1
    assert any(pairs.partition("=")[0] in caption.value.replace("\\", "") for caption in app.caption)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_a_chat_model_adds_is_compared_over_its_server(
    draw: Draw, environment: pytest.MonkeyPatch, language: str
) -> None:
    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.send("港の切符の値段" if language == "ja" else "The price of a ticket")
        exchange.end()

    words, variant = words_of(language), Variant(settings=("query_expansion=multi-query",))
    with loopback(act) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
        environment.setenv("TENKYO_CHAT_MODEL", "m")
        app = _measure(_evaluation(draw, environment, language, QUESTIONS[language]), words, [variant])
    assert len(server.got) == 2  # one for each question, and none for the library as it is set
    name = words("variants.query_expansion=multi-query")
    (figures,) = [frame.value for frame in app.dataframe if words("evaluation.metric") in frame.value]
    assert figures[name].tolist()[0].startswith("1.000")


def test_a_server_that_fails_is_said_and_nothing_is_measured(draw: Draw, environment: pytest.MonkeyPatch) -> None:
    words, variant = words_of("en"), Variant(settings=("query_expansion=hyde",))
    with loopback(lambda exchange: exchange.refuse(400, "out of order")) as server:
        environment.setenv("TENKYO_CHAT_BASE_URL", server.url)
        environment.setenv("TENKYO_CHAT_MODEL", "m")
        app = _measure(_evaluation(draw, environment, "en", QUESTIONS["en"]), words, [variant])
    assert len(app.error) == 1
    assert not app.dataframe
    assert any("out of order" in caption.value for caption in app.caption)
