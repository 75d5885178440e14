"""How long people wait: from the start of the app to a page that can be used, and with many of them at once."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from evals.metrics import percentile
from rag import KnowledgeBase, Settings
from tests.browser.app_process import chromium, running_app
from ui.language import words_of

_TIMEOUT_MS = 60_000
_CHAT = "stChatInputTextArea"
_EXAMPLES = ("first", "second", "third", "fourth")
QUESTIONS = tuple(words_of(language)(f"examples.{number}") for number in _EXAMPLES for language in ("en", "ja"))
"""Those that the app proposes for its sample library."""


def run_start(stores: Sequence[Path]) -> list[dict[str, object]]:
    """A row per store, each with a fresh process: seconds since its start."""
    return [_started(store) for store in stores if (store / "catalog.sqlite").exists()]


def run_sessions(sessions: int) -> list[dict[str, object]]:
    """One row: so many browsers on the sample library, each with its own questions, all at once; then one alone."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        store = Path(folder) / "store"
        with KnowledgeBase.open(store, Settings()) as kb:
            kb.work_off()
        with running_app(store) as address:
            with ThreadPoolExecutor(1) as pool:
                alone = pool.submit(_answer_times, address, threading.Barrier(1)).result()
            together = threading.Barrier(sessions)
            with ThreadPoolExecutor(sessions) as pool:
                took = [
                    t for times in pool.map(lambda _: _answer_times(address, together), range(sessions)) for t in times
                ]
    return [_asked("one", alone), _asked(f"{sessions} at once", took)]


def _started(store: Path) -> dict[str, object]:
    with KnowledgeBase.open(settings=Settings(store=store, samples=False)) as kb:
        chunks = sum(info.chunks for info in kb.documents())
    start = time.perf_counter()
    with running_app(store, samples="false") as address, _browser() as browser:
        up = time.perf_counter() - start
        page = browser.new_page()
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


def _answer_times(address: str, together: threading.Barrier) -> list[float]:
    """Opens a browser, waits for the others, and asks every question."""
    with _browser() as browser:
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_test_id(_CHAT)).to_be_enabled(timeout=_TIMEOUT_MS)
        together.wait()
        return [_ask(page, question) for question in QUESTIONS]


def _ask(page: Page, question: str) -> float:
    """Seconds until the answer stands there with its citations."""
    messages = page.get_by_test_id("stChatMessage")
    before = messages.count()
    page.get_by_test_id(_CHAT).fill(question)
    start = time.perf_counter()
    page.get_by_test_id(_CHAT).press("Enter")
    expect(messages.nth(before + 1).locator("button.mark").first).to_be_visible(timeout=_TIMEOUT_MS)
    took = time.perf_counter() - start
    assert page.get_by_test_id("stException").count() == 0
    return took


def _asked(who: str, took: Sequence[float]) -> dict[str, object]:
    return {
        "sessions": who,
        "answers": len(took),
        "p50 s": round(percentile(list(took), 0.5), 2),
        "p95 s": round(percentile(list(took), 0.95), 2),
        "slowest s": round(max(took), 2),
    }


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
