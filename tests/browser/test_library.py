"""The Library in a real browser: found, looked into, moved, read again, renamed and deleted, in both languages."""

import re
from io import BytesIO

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.browser.documents import upload
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_walk import add_to_library, coloured_pixels, wait_for_colour
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

TICK, ROW = 17, 35  # px in the table
FERRIES = b"""# Ferries

## Tickets

A ticket for the ferry costs 12 euros. Children under six travel free of charge.

## Timetable

The first ferry leaves the north quay at 6:40 and the last one at 21:15.
"""
RECEIPT = dict.fromkeys(("chunks", "vectors", "entries", "kilobytes", "remaining"), "{")


def two_chapters(name: str) -> bytes:
    """A page with two headings, which make two passages."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for number, heading in enumerate(("Harbour", "Weather")):
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(72, 760 - 300 * number, f"{heading} of {name}")
        canvas.setFont("Helvetica", 11)
        for line in range(8):
            canvas.drawString(72, 730 - 300 * number - 20 * line, f"{heading} note {line} of {name} is kept by hand.")
    canvas.save()
    return buffer.getvalue()


def settled(page):
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_a_question_that_a_document_suggests_is_asked(visit):
    page, words = visit("/library?lang=日本語"), words_of("ja")
    add_to_library(page, upload("ferries.md", FERRIES))
    expect(page.locator(".st-key-jobs")).to_contain_text("ferries.md を追加しました")
    search = page.get_by_role("textbox", name=words("library.search"))
    search.fill("ferries.md")
    search.press("Enter")
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(r"\d+件中1件を表示|文書: 1件"))
    tick_first(page)
    page.get_by_role("radio", name=words("chains.questions")).click()
    page.get_by_role("button", name=words("chains_start.questions")).click()
    suggested = page.locator(".st-key-chain_questions_list").get_by_role("button").first
    question = suggested.inner_text().split("\n")[-1]
    suggested.click()
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(question)
    expect(page.locator("button.mark").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?lang="))  # the language has come along


def tick_first(page):
    settled(page)
    page.get_by_test_id("stDataFrame").click(position={"x": TICK, "y": ROW + TICK})


@pytest.mark.parametrize(("language", "locale", "width"), [("en", "en-US", 1360), ("ja", "ja-JP", 390)])
def test_a_document_is_found_looked_into_moved_read_again_and_deleted(visit, language, locale, width):
    words, name = words_of(language), f"beacon-{language}.pdf"
    page = visit("/library", locale=locale, width=width)
    add_to_library(page, upload(name, two_chapters(name)))
    jobs, main = page.locator(".st-key-jobs"), page.get_by_test_id("stMain")
    expect(jobs).to_contain_text(words("job.added", name=name, chunks=2).replace("**", ""))

    search = page.get_by_role("textbox", name=words("library.search"))
    search.fill("BEACON－" + language)  # whatever the case and the width
    search.press("Enter")
    found = re.escape(words("library.found", count="1", total="@")).replace("@", r"[\d,]+")
    alone = re.escape(words("library.documents", count="1")) + r"(?!\d)"
    expect(main).to_contain_text(re.compile(f"{found}|{alone}"))  # a tick in the table from before would be lost
    tick_first(page)
    passages = page.locator(".st-key-preview_chunks").get_by_test_id("stRadioOption")
    expect(passages).to_have_count(2)
    image = page.locator(".stMain [data-testid=stImage] img").last
    expect(image).to_be_visible()
    assert coloured_pixels(image) == 0
    passages.nth(1).click()
    expect(page.locator(".st-key-preview_blocks .passage").first).to_contain_text("Weather")
    settled(page)
    wait_for_colour(page.locator(".stMain [data-testid=stImage] img").last, 100)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    page.get_by_role("button", name=words("library.move", count=1)).click()
    target = page.get_by_label(words("library.move_to"))
    target.fill(f"coast-{language}")
    target.press("Enter")
    page.get_by_role("button", name=words("library.move_now"), exact=True).click()
    expect(main).to_contain_text(words("library.moved", count=1, collection=f"coast-{language}").replace("**", ""))

    tick_first(page)
    page.get_by_role("button", name=words("library.read_again", count=1)).click()
    expect(jobs).to_contain_text(words("job.reread", name=name, chunks=2).replace("**", ""))

    collections = page.locator(".st-key-collections")
    collections.get_by_text(words("library.collection_count", name=f"coast-{language}", count=1)).click()
    page.get_by_role("button", name=words("library.collection_menu")).click()
    page.get_by_label(words("library.new_name")).fill(f"shore-{language}")
    page.get_by_label(words("library.new_name")).press("Enter")
    page.get_by_role("button", name=words("library.rename"), exact=True).click()
    renamed = words("library.collection_count", name=f"shore-{language}", count=1)
    expect(collections.get_by_text(renamed)).to_be_visible()

    settled(page)
    delete = page.get_by_role("button", name=words("library.delete_collection"))
    if not delete.is_visible():  # the menu stays open where the page was not drawn anew
        page.get_by_role("button", name=words("library.collection_menu")).click()
    delete.click()
    dialog = page.get_by_role("dialog", name=words("library.confirm_title"))
    expect(dialog).to_contain_text(name)
    dialog.get_by_role("button", name=words("library.confirm_yes")).click()
    expect(main).to_contain_text(words("library.receipt", **RECEIPT, names=name).split("{")[0])


def test_a_document_that_somebody_else_deletes_is_shown_no_longer(visit):
    words, name = words_of("en"), "ebb.pdf"
    pages = [visit("/library")]
    add_to_library(pages[0], upload(name, two_chapters(name)))
    expect(pages[0].locator(".st-key-jobs")).to_contain_text(words("job.added", name=name, chunks=2).replace("**", ""))
    pages.append(visit("/library"))
    for page in pages:
        search = page.get_by_role("textbox", name=words("library.search"))
        search.fill(name)
        search.press("Enter")
        expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(r"^.*(1 of \d+ shown|Documents: 1\D)", re.S))
        tick_first(page)
        expect(page.locator(".st-key-preview_chunks").get_by_test_id("stRadioOption")).to_have_count(2)
    pages[1].get_by_role("button", name=words("library.delete", count=1)).click()
    pages[1].get_by_role("dialog").get_by_role("button", name=words("library.confirm_yes")).click()
    expect(pages[1].get_by_test_id("stMain")).to_contain_text(
        words("library.receipt", **RECEIPT, names=name).split("{")[0]
    )
    pages[0].locator(".st-key-preview_chunks").get_by_test_id("stRadioOption").first.click()
    expect(pages[0].locator(".st-key-preview_chunks")).to_have_count(0)
    expect(pages[0].get_by_test_id("stMain")).not_to_contain_text("Harbour note 0")
