"""Every page is free of what axe-core finds against WCAG 2.1 A and AA, light and dark, wide and narrow."""

import re

import pytest

from tests.browser import documents
from tests.browser.documents import upload
from tests.browser.test_walk import add_to_library, ask, open_admin

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
DONE = re.compile(r"lighthouse\.pdf.*(ready|already here|パッセージ|すでにあります)")
STREAMLITS_OWN = {
    # A label on an element without a role.
    "presentation-role-conflict": "[data-testid=stFileUploader], [data-testid=stChatInput]",
}
"""A rule that parts of Streamlit's break, and which parts: anywhere else it holds."""
IS_WITHIN = "([target, parts]) => document.querySelector(target)?.closest(parts) != null"


def assert_accessible(page) -> None:
    # Colours are judged when nothing is fading in or out any more.
    page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    found = axe_playwright.Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    broken = [(violation["id"], node) for violation in found["violations"] for node in violation["nodes"]]
    ours = [
        (rule, node["html"][:200], node["failureSummary"])
        for rule, node in broken
        if not is_streamlits(page, rule, node)
    ]
    assert ours == []


def is_streamlits(page, rule: str, node) -> bool:
    parts = STREAMLITS_OWN.get(rule)
    return parts is not None and page.evaluate(IS_WITHIN, [node["target"][0], parts])


@pytest.mark.parametrize(
    ("theme", "width", "locale"), [("light", 1360, "en-US"), ("dark", 1360, "ja-JP"), ("light", 390, "ja-JP")]
)
def test_each_page_is_accessible(visit, theme, width, locale):
    page = visit("/library", locale=locale, theme=theme, width=width)
    add_to_library(page, upload("lighthouse.pdf", documents.pdf()))
    expect(page.locator(".st-key-jobs")).to_contain_text(DONE)
    assert_accessible(page)

    page.goto(page.url.replace("/library", "/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)

    answer = ask(page, "How long is the horn sounded in fog?")
    assert_accessible(page)
    answer.locator("button.mark").first.click()
    expect(page.locator(".st-key-source mark.quote").first).to_be_visible()
    assert_accessible(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_admin_page_is_accessible(visit, theme):
    page = visit("/admin", theme=theme)
    open_admin(page)
    assert_accessible(page)
