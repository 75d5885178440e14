"""What pages say of work in the background, and what can be done about it, without a browser."""

import pytest

from ui.knowledge import knowledge_base
from ui.language import words_of

TEXT = "The keeper feeds the gulls at dawn. The stairs have two hundred steps."


def texts(elements) -> list[str]:
    return [element.value for element in elements]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_pause_is_shown_where_no_file_is_on_its_way_too(draw, environment, language):
    words = words_of(language)
    environment.setenv("TENKYO_ADMIN_PASSWORD", "pw")
    for name in ("library", "admin"):
        app = draw(name, language)
        if name == "admin":
            app.text_input[0].set_value("pw")
            app.button[0].click().run()
            app.segmented_control(key="section").set_value("index").run()
        assert words("library.paused") not in texts(app.caption)
        knowledge_base().pause()
        app.run()
        assert words("library.paused") in texts(app.caption)
        app.button(key="resume").click().run()
        assert not app.exception
        assert not knowledge_base().activity().paused
        assert words("library.paused") not in texts(app.caption)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_rest_of_many_files_is_cancelled_by_one_click(draw, language):
    words = words_of(language)
    draw("library", language)
    knowledge = knowledge_base()
    knowledge.pause()
    for n in range(40):
        knowledge.submit(f"{TEXT} {n}".encode(), f"{n}.txt")
    app = draw("library", language)
    app.button(key="cancel_unread").click().run()
    assert not app.exception
    assert {job.state for job in knowledge.jobs()} == {"cancelled"}
    assert words("library.jobs", done=40, total=40) in texts(app.markdown)
    assert words("library.cancel_unread") not in {button.label for button in app.button}
