"""Earlier conversations in a real browser: found, gone on with, renamed and deleted, in both languages."""

from __future__ import annotations

import re

import pytest

from tests.browser.documents import upload
from tests.browser.test_library import settled
from tests.browser.test_walk import add_to_library, ask
from ui.chat.conversation_files import FORMS
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

COLOURS = {
    "en": ("buoys-en.md", "# Buoys\n\nThe buoy at the {} quay is {}.\n\n", "Which buoy is at the {} quay?"),
    "ja": ("浮標.md", "# 浮標\n\n{}の浮標は{}です。\n\n", "{}の浮標は何色ですか？"),
}
QUAYS = {
    "en": ("north", "south", "east", "west", "inner", "outer"),
    "ja": ("北桟橋", "南桟橋", "東桟橋", "西桟橋", "内港", "外港"),
}
PAINT = {
    "en": ("red", "green", "yellow", "white", "black", "blue"),
    "ja": ("赤色", "緑色", "黄色", "白色", "黒色", "青色"),
}


class Line:
    """The line on which the server tells the page what is new; held, as a slow one is for a while."""

    def __init__(self, page) -> None:
        self._held: list[str | bytes] | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)
        page.reload()

    def _connect(self, socket) -> None:
        self._socket = socket
        socket.connect_to_server().on_message(self._pass_on)

    def _pass_on(self, message: str | bytes) -> None:
        if self._held is None:
            self._socket.send(message)
        else:
            self._held.append(message)

    def hold(self) -> None:
        self._held = []

    def let_go(self) -> None:
        waiting, self._held = self._held, None
        for message in waiting or ():
            self._socket.send(message)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_conversation_is_found_gone_on_with_renamed_and_deleted(visit, language):
    words, quays = words_of(language), QUAYS[language]
    name, sentence, question = COLOURS[language]
    page = visit("/library", locale=language)
    line = Line(page)
    text = "".join(sentence.format(*pair) for pair in zip(quays, PAINT[language], strict=True))
    add_to_library(page, upload(name, text.encode()))
    expect(page.locator(".st-key-jobs").last).to_contain_text(
        words("job.added", name=name, chunks=len(quays)).replace("**", "")
    )
    page.get_by_role("link", name=words("ask.title")).first.click()
    history = page.locator(".st-key-history")
    for number, quay in enumerate(quays):
        ask(page, question.format(quay))
        expect(history.get_by_role("button", name=question.format(quay))).to_be_visible()
        if number < len(quays) - 1:
            page.keyboard.press("Alt+n")
            expect(page.get_by_test_id("stChatMessage")).to_have_count(0)

    search = page.get_by_role("textbox", name=words("history.search"))
    search.fill(quays[1])
    search.press("Enter")
    found = history.get_by_role("button", name=question.format(quays[1]))
    expect(history.get_by_role("button", name=question.format(quays[0]))).to_have_count(0)
    found.click()
    expect(page.locator("button.mark")).to_have_count(1)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(question.format(quays[1]))
    ask(page, question.format(quays[2]))
    expect(page.get_by_test_id("stChatMessage")).to_have_count(4)

    history.get_by_test_id("stPopoverButton").first.click()
    title = page.get_by_label(words("history.rename"))
    title.fill(f"{quays[1]} 1")
    line.hold()
    title.press("Enter")
    for form, ending in FORMS.items():  # before the page has heard of the new title
        with page.expect_download() as download:
            page.get_by_role("link", name=words(f"history.{form}")).click()
        assert download.value.suggested_filename.endswith(f".{ending}")
        data = download.value.path().read_bytes()
        assert data.startswith(b"PK") if form == "word" else question.format(quays[2]) in data.decode()
    line.let_go()
    settled(page)
    expect(history.get_by_role("button", name=f"{quays[1]} 1")).to_be_visible()
    page.get_by_text(words("history.delete")).click()
    page.get_by_role("button", name=words("history.confirm")).click()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(0)
    expect(history.get_by_role("button", name=f"{quays[1]} 1")).to_have_count(0)
