"""The Index section says for which languages of the library vectors are used, and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ui.knowledge import knowledge_base
from ui.language import Words, words_of

Draw = Callable[..., AppTest]


def _rows(app: AppTest, words: Words) -> dict[str, tuple[str, str]]:
    """By language, whether vectors are used and because of what."""
    assert not app.exception
    (frame,) = [frame.value for frame in app.dataframe if words("coverage.language") in frame.value]
    names = (frame[words(f"coverage.{name}")] for name in ("language", "used", "by"))
    return {language: (used, by) for language, used, by in zip(*names, strict=True)}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("setting", "english", "japanese"), [("", "yes", "no"), ("ja", "no", "yes")])
def test_each_language_has_a_row(
    draw: Draw, environment: pytest.MonkeyPatch, language: str, setting: str, english: str, japanese: str
) -> None:
    words = words_of(language)
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    environment.setenv("TENKYO_EMBEDDING_LANGUAGES", setting)
    app = draw("admin", language)
    knowledge_base().add(b"The keeper feeds the gulls at dawn.", "keeper.txt")
    knowledge_base().add("灯台守は夜明けにカモメに餌をやる。".encode(), "灯台.txt")
    app.text_input[0].set_value("pw")
    app.button[0].click().run()
    app.segmented_control(key="section").set_value("index").run()
    why = words(f"coverage_by.{'setting' if setting else 'name'}")
    expected = {
        words.name("languages", "en"): (words(f"coverage.{english}"), why),
        words.name("languages", "ja"): (words(f"coverage.{japanese}"), why),
    }
    assert _rows(app, words) == expected
    next(button for button in app.button if button.label == words("coverage.check")).click().run()
    assert _rows(app, words) == expected  # from a passage of each nothing is concluded
