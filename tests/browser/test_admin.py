"""The Admin page in a real browser: checked, reindexed with other passages, taken back; each section accessible."""

import re

import pytest

from tests.browser import documents
from tests.browser.documents import upload
from tests.browser.test_accessibility import DONE, assert_accessible
from tests.browser.test_library import settled
from tests.browser.test_walk import PASSWORD, add_to_library
from ui.admin import SECTIONS
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser


@pytest.fixture
def admin(visit):
    """Opens the Admin page over a library that has a document."""

    def open_page(language: str, **visitor):
        locale = {"en": "en-US", "ja": "ja-JP"}[language]
        page = visit("/library", locale=locale, **visitor)
        add_to_library(page, upload("lighthouse.pdf", documents.pdf()))
        expect(page.locator(".st-key-jobs")).to_contain_text(DONE)
        page.goto(page.url.replace("/library", "/admin"))
        page.get_by_label(words_of(language)("admin.password"), exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("radio", name=words_of(language)("admin.section.overview"))).to_be_visible()
        return page

    return open_page


def go(page, words, section: str):
    page.get_by_role("radio", name=words(f"admin.section.{section}"), exact=True).click()
    expect(page).to_have_url(re.compile(rf"section={section}\b"))
    settled(page)


def tokens_shown(page, words, tokens: int):
    """The field of the form, which is a new one when the settings have changed."""
    return page.locator(f'input[aria-label="{words("reindex.tokens")}"][value="{tokens}"]').first


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_store_is_checked_and_reindexed_and_the_reindex_taken_back(admin, language):
    words, page = words_of(language), admin(language)
    main = page.get_by_test_id("stMain")
    page.get_by_role("button", name=words("check.run")).click()
    expect(main).to_contain_text(words("check.agrees", documents="{", originals="{", vectors="{").split("{")[0])

    go(page, words, "index")
    tokens = page.get_by_label(words("reindex.tokens"))
    tokens.fill("72")
    tokens.press("Tab")
    page.get_by_role("button", name=words("reindex.estimate")).click()
    expect(main).to_contain_text(words("reindex.basis", rate="{").split("{")[0])
    page.get_by_role("button", name=words("admin.reindex")).click()
    expect(main).to_contain_text(words("admin.previous", model="{", tokens=200, chunks="{").split("{")[0])
    expect(main).to_contain_text(words("admin.healthy"))
    expect(tokens_shown(page, words, 72)).to_be_visible()
    settled(page)
    page.get_by_role("button", name=words("admin.roll_back")).click()
    expect(main).to_contain_text(words("job.rollback"))
    expect(tokens_shown(page, words, 200)).to_be_visible()
    settled(page)
    page.get_by_role("button", name=words("admin.drop_previous")).click()
    expect(page.get_by_role("button", name=words("admin.roll_back"))).to_have_count(0)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1360), ("ja", "dark", 390)])
def test_each_section_is_accessible_and_has_an_address(admin, language, theme, width):
    words, page = words_of(language), admin(language, theme=theme, width=width)
    for section in SECTIONS:
        go(page, words, section)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, section
