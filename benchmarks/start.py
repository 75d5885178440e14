"""How long people wait: from the start of the app to a page that can be used."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.sessions import QUESTIONS
from rag import KnowledgeBase, Settings
from tests.browser.app_process import chromium, running_app
from ui.language import words_of

_TIMEOUT_MS = 60_000
_CHAT = "stChatInputTextArea"


def run_start(stores: Sequence[Path]) -> list[dict[str, object]]:
    """A row per store, each with a fresh process: seconds since its start."""
    return [_started(store) for store in stores if (store / "catalog.sqlite").exists()]


def _started(store: Path) -> dict[str, object]:
    with KnowledgeBase.open(settings=Settings(store=store, samples=False)) as kb:
        chunks = sum(info.chunks for info in kb.documents())
    with ExitStack() as opened:
        page = opened.enter_context(_browser()).new_page()  # is there before the app starts
        start = time.perf_counter()
        address = opened.enter_context(running_app(store, samples="false"))
        up = time.perf_counter() - start
        page.goto(address)
        expect(page.get_by_test_id(_CHAT)).to_be_enabled(timeout=_TIMEOUT_MS)
        usable = time.perf_counter() - start
        first, second = _ask(page, QUESTIONS[0]), _ask(page, QUESTIONS[2])
        clicked = time.perf_counter()
        page.get_by_role("link", name=words_of("en")("library.title")).click()
        expect(page.get_by_test_id("stFileUploader").first).to_be_visible(timeout=_TIMEOUT_MS)
        switched = time.perf_counter() - clicked
    figures = {"answers HTTP s": up, "page usable s": usable, "first answer s": first, "second answer s": second}
    rounded = {name: round(seconds, 2) for name, seconds in figures.items()}
    return {"store": store.name, "chunks": f"{chunks:,}", **rounded, "to the Library s": round(switched, 2)}


def _ask(page: Page, question: str) -> float:
    """Seconds until the answer stands there with its citations, or that the library has none."""
    messages = page.get_by_test_id("stChatMessage")
    before = messages.count()
    page.get_by_test_id(_CHAT).fill(question)
    start = time.perf_counter()
    page.get_by_test_id(_CHAT).press("Enter")
    answered = messages.nth(before + 1).locator("button.mark, [data-testid=stAlert]")
    expect(answered.first).to_be_visible(timeout=_TIMEOUT_MS)
    took = time.perf_counter() - start
    assert page.get_by_test_id("stException").count() == 0
    return took


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
