"""The Ask page in a real browser, in both languages: by keyboard alone, and what can be done with an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.browser import documents
from tests.browser.documents import upload
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

FOCUSED = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return at ? at.className + " " + (at.dataset?.testid ?? "") : ""
}"""
MOST_TABS = 40


@dataclass(frozen=True)
class Journey:
    """A file, a question of two parts that it answers, and the two sentences."""

    locale: str
    file: dict[str, str | bytes]
    question: str
    quotes: tuple[str, str]
    changed: str


JOURNEYS = [
    Journey(
        "en",
        upload("lighthouse.pdf", documents.pdf()),
        "What is the lamp cleaned with? How long is the horn sounded in fog?",
        (documents.ENGLISH[1][1], documents.ENGLISH[2][1]),
        "How long is the horn sounded in fog?",
    ),
    Journey(
        "ja",
        upload("勤務の手引き.docx", documents.docx()),
        "有給休暇は何日付与されますか？社員食堂は何時まで営業していますか？",
        (documents.JAPANESE[0], documents.JAPANESE[2]),
        "社員食堂は何時まで営業していますか？",
    ),
]


@pytest.fixture(params=JOURNEYS, ids=lambda journey: journey.locale)
def asked(visit, request):
    """A page with the answer to the question, asked by keyboard about a file that was dropped into the chat."""
    journey: Journey = request.param
    page = visit(locale=journey.locale)
    page.get_by_test_id("stChatInput").locator("input[type=file]").set_input_files([journey.file])
    expect(page.get_by_test_id("stChatInput")).to_contain_text(str(journey.file["name"]))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.insert_text(journey.question)
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()  # once the file is there
    page.keyboard.press("Enter")
    expect(page.locator("button.mark")).to_have_count(2)
    return page, journey, words_of(journey.locale)


def tab_to(page, name: str) -> None:
    """Goes backwards through what the keyboard reaches, until there."""
    for _ in range(MOST_TABS):
        if name in page.evaluate(FOCUSED).split():
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{name} is not reached by keyboard; the focus is at {page.evaluate(FOCUSED)}")


def test_sources_are_reached_looked_through_and_left_by_keyboard(asked):
    page, journey, words = asked
    page.keyboard.press("/")
    tab_to(page, "mark")
    preview = page.locator(".cited").last.locator(".preview")
    expect(preview).to_contain_text(journey.quotes[1])
    expect(preview).to_be_visible()
    page.keyboard.press("Enter")
    drawer = page.locator(".st-key-source")
    expect(drawer.locator("mark.quote").first).to_have_text(journey.quotes[1])
    expect(drawer).to_be_focused()
    expect(drawer).to_contain_text(words("source.position", number=2, count=2))
    page.keyboard.press("ArrowRight")
    expect(drawer).to_contain_text(words("source.position", number=1, count=2))
    expect(drawer.locator("mark.quote").first).to_have_text(journey.quotes[0])
    expect(page.locator("button.mark").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowLeft")
    expect(drawer.locator("mark.quote").first).to_have_text(journey.quotes[1])
    original = drawer.get_by_role("link", name=words("source.open"))
    if journey.locale == "en":
        expect(original).to_have_attribute("href", re.compile(r"/original/\w+#page=2$"))
        address = original.evaluate("link => link.href")
        assert page.request.get(address).body() == journey.file["buffer"]
    else:
        expect(original).to_have_count(0)  # no browser shows a Word file
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page.locator("button.mark").last).to_be_focused()
    page.keyboard.press("Alt+n")
    expect(page.get_by_role("heading", level=1, name=words("ask.welcome"))).to_be_visible()


def test_an_answer_is_rated_its_question_changed_and_gone_on_from(asked):
    page, journey, words = asked
    page.locator("button.mark").first.hover()
    expect(page.locator(".preview").first).to_contain_text(journey.quotes[0])
    expect(page.locator(".preview").first).to_be_visible()

    page.get_by_test_id("stFeedback").get_by_role("radio").nth(1).click()
    page.get_by_text(words("turn.reasons.incomplete"), exact=True).click()
    expect(page.locator(".st-key-chat")).to_contain_text(words("turn.thanks"))

    page.get_by_role("button", name=words("turn.edit")).click()
    page.get_by_label(words("turn.question"), exact=True).fill(journey.changed)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=words("turn.send")).click()
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(journey.changed)
    expect(page.locator(".sentence").first).to_have_text(journey.quotes[1])
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)

    history = page.locator(".st-key-history")
    expect(history).to_contain_text(words("history.today"))
    history.get_by_test_id("stPopoverButton").first.click()
    menu = page.get_by_test_id("stPopoverBody")
    menu.get_by_label(words("history.rename"), exact=True).fill("*Renamed*")
    page.keyboard.press("Enter")
    expect(history).to_contain_text("*Renamed*")
    menu.get_by_text(words("history.delete"), exact=True).click()
    menu.get_by_role("button", name=words("history.confirm")).click()
    expect(history.get_by_test_id("stPopoverButton")).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name=words("ask.welcome"))).to_be_visible()


def test_an_answer_is_copied_with_its_sources_and_gone_on_from(asked):
    page, journey, words = asked
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=words("answer.copy"), exact=True).click()
    expect(page.get_by_text(words("answer.copied"), exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert journey.quotes[0] in copied
    assert str(journey.file["name"]) in copied.splitlines()[-1]
    expect(page.locator(".st-key-chat")).to_contain_text(
        re.compile(words("answer.took", seconds="@").replace("@", r"\d"))
    )

    if journey.locale == "en":  # the other document holds nothing more that could be asked
        following = page.locator(".st-key-next_questions").get_by_role("button").first
        question = following.inner_text().split("\n")[-1]
        following.click()
        expect(page.get_by_test_id("stChatMessage").nth(2)).to_contain_text(question)
        expect(page.get_by_test_id("stChatMessage").nth(3).locator("button.mark").first).to_be_visible()


def test_a_question_is_asked_of_the_documents_that_were_picked(asked):
    page, journey, words = asked
    page.locator(".st-key-scope button").first.click()
    picker = page.get_by_test_id("stPopoverBody")
    picker.get_by_role("combobox", name=words("ask.scope_documents")).click()
    page.get_by_role("option", name=str(journey.file["name"]), exact=True).click()
    expect(page.locator(".st-key-scope")).to_contain_text(words("ask.scope_some", count=1))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_test_id("stChatInputTextArea").fill(journey.changed)
    page.keyboard.press("Enter")
    answer = page.get_by_test_id("stChatMessage").nth(3)
    expect(answer.locator(".sentence").first).to_have_text(journey.quotes[1])
    expect(answer.locator("button.source")).to_have_count(1)
