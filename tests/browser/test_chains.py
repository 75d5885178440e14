"""What is made of documents in the Library, in a real browser: compared, with the sources, and summarised."""

from __future__ import annotations

import re

import pytest

from tests.browser.documents import upload
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_library import ROW, TICK, settled
from tests.browser.test_walk import add_to_library
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

LINES = {
    "en": "# Quay {n}\n\nQuay number: Q-{n}\n\nThe quay has a crane. The crane lifts {n} tons.\n",
    "ja": "# 岸壁{n}\n\n岸壁番号：Q-{n}\n\n岸壁には起重機があります。起重機は{n}トンを持ち上げます。\n",
}


@pytest.mark.parametrize(("language", "width"), [("en", 1360), ("ja", 390)])
def test_documents_are_compared_with_their_sources_and_summarised(visit, language, width):
    words = words_of(language)
    page = visit("/library", locale=language, width=width)
    names = [f"quay-{language}-{n}.md" for n in (4, 7)]
    texts = [LINES[language].format(n=n).encode() for n in (4, 7)]
    add_to_library(page, *map(upload, names, texts))
    jobs, chains = page.locator(".st-key-jobs").last, page.locator(".st-key-chains")
    for name in names:
        expect(jobs).to_contain_text(words("job.added", name=name, chunks=1).replace("**", ""))
    search = page.get_by_role("textbox", name=words("library.search"))
    search.fill(f"quay-{language}")
    search.press("Enter")
    found = re.escape(words("library.found", count="2", total="@")).replace("@", r"[\d,]+")
    alone = re.escape(words("library.documents", count="2")) + r"(?!\d)"
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(f"{found}|{alone}"))
    settled(page)
    for row in range(2):
        page.get_by_test_id("stDataFrame").first.click(position={"x": TICK, "y": ROW * (row + 1) + TICK})
        expect(page.get_by_role("button", name=words("library.delete", count=row + 1))).to_be_visible()
        settled(page)

    chains.get_by_role("radio", name=words("chains.compare"), exact=True).click()
    chains.get_by_role("button", name=words("chains_start.compare"), exact=True).click()
    expect(chains.get_by_role("heading", name=words("chains.differing"))).to_be_visible()
    settled(page)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    chains.get_by_role("button", name=words("chains.source")).or_(
        chains.get_by_role("button", name=words("where.line", line=""))
    ).first.click()
    dialog = page.get_by_role("dialog", name=words("source.title"))
    expect(dialog.locator("mark.quote").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    chains.get_by_role("radio", name=words("chains.summary"), exact=True).click()
    chains.get_by_role("button", name=words("chains_start.summary"), exact=True).click()
    expect(chains).to_contain_text(words("answer.extractive"))
