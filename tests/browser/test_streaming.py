"""An answer that a chat model writes slowly: it is seen as it comes, and no click loses it."""

from __future__ import annotations

from threading import Event as Flag

import pytest

from rag import KnowledgeBase
from tests._loopback import Exchange, loopback
from tests.browser import documents
from tests.browser.app_process import running_app
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

BEGUN = "In fog the horn is sounded "
REST = "for **five seconds** in every minute [1].\n\n- `Log` each hour of fog in ink [1]."
QUESTION = "How long is the horn sounded in fog?"
WAIT_S = 120


class SlowModel:
    """Writes its first words at once and the rest when it is told to."""

    def __init__(self) -> None:
        self.go_on = Flag()

    def write(self, exchange: Exchange) -> None:
        exchange.begin()
        exchange.send(BEGUN)
        self.go_on.wait(WAIT_S)
        exchange.send(REST)
        exchange.end()


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """The model, its server, and the address of an app that asks it."""
    model, store = SlowModel(), tmp_path_factory.mktemp("slow") / "store"
    with KnowledgeBase.open(store) as knowledge:
        knowledge.add(documents.pdf(), "lighthouse.pdf")
    settings = {"chat_backend": "openai", "chat_model": "m", "samples": "false", "min_confidence": "0"}
    with loopback(model.write) as server, running_app(store, chat_base_url=server.url, **settings) as address:
        yield model, server, address
        model.go_on.set()  # else the app could not end


@pytest.fixture
def writing(slow, browser, request):
    """A page on which an answer is being written."""
    model, server, address = slow
    model.go_on.clear()
    server.got.clear()
    server.left.clear()
    locale = getattr(request, "param", "en")
    context = browser.new_context(locale=locale, viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.set_default_timeout(WAIT_S * 1000)
    page.goto(address)
    page.get_by_test_id("stChatInputTextArea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".writing")).to_have_text(BEGUN)
    yield page, words_of(locale)
    model.go_on.set()
    context.close()


def answer_of(page):
    return page.get_by_test_id("stChatMessage").nth(1)


@pytest.mark.parametrize("writing", ["en", "ja"], indirect=True)
def test_clicking_around_loses_nothing_of_an_answer_that_is_being_written(slow, writing):
    model, server, _ = slow
    page, words = writing
    expect(page.locator(".st-key-chat")).to_contain_text(words("stage.writing"))
    page.locator(".st-key-scope button").first.click()
    picker = page.get_by_test_id("stPopoverBody")
    expect(picker).to_be_visible()
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    page.get_by_test_id("stSidebar").get_by_text("日本語" if words.language == "en" else "English", exact=True).click()
    other = words_of("ja" if words.language == "en" else "en")
    expect(page.locator(".st-key-chat")).to_contain_text(other("stage.writing"))
    page.get_by_role("link", name=other("library.title")).click()
    expect(page.get_by_role("heading", level=1, name=other("library.title"))).to_be_visible()
    page.get_by_role("link", name=other("ask.title")).click()
    expect(page.locator(".writing")).to_have_text(BEGUN)
    model.go_on.set()
    answer = answer_of(page)
    expect(answer.locator(".sentence").first).to_have_text(BEGUN + "for five seconds in every minute.")
    expect(answer.locator(".sentence strong")).to_have_text("five seconds")
    expect(answer.locator(".item .sentence code")).to_have_text("Log")
    expect(answer.locator("button.mark")).to_have_count(2)
    assert len(server.got) == 1, "the model was asked once, whatever was clicked"


def test_stop_keeps_what_was_written_and_it_can_be_asked_again(slow, writing):
    model, server, _ = slow
    page, words = writing
    page.keyboard.press("Escape")
    answer = answer_of(page)
    expect(answer).to_contain_text(words("answer.stopped"))
    expect(answer.locator(".sentence").first).to_have_text(BEGUN.strip())
    model.go_on.set()
    page.get_by_role("button", name=words("turn.again")).click()
    expect(answer.locator("button.mark")).to_have_count(2)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)
    assert len(server.got) == 2
