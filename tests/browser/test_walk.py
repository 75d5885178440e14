"""The real app in a real browser: what a visitor does on the first day, in both languages."""

import time
from io import BytesIO

import pytest
from PIL import Image

from tests.browser import documents
from tests.browser.conftest import PASSWORD, TIMEOUT_MS
from tests.browser.documents import upload

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

PDF = documents.pdf()
HORN = "In fog the horn is sounded for five seconds in every minute."
LEAVE = "有給休暇は入社から六か月後に十日付与されます。"
HOSTILE_NAME = "![x](http:evil.example) <b>:smile:<_b> $x^2$ www.evil.example _a_.txt"
HOSTILE_TEXT = (
    "The zeppelin lands at noon <img src='http://evil.example/a.png' onerror='alert(1)'> "
    "![pixel](http://evil.example/b.png) [click](http://evil.example) :material/home: $x^2$."
)


def ask(page, question: str):
    """Asks, and gives the answer's chat message once it is complete."""
    before = page.get_by_test_id("stChatMessage").count()
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.get_by_test_id("stChatInputSubmitButton").click()  # waits until files dropped in are there
    answer = page.get_by_test_id("stChatMessage").nth(before + 1)
    expect(answer.locator("button.mark").first).to_be_visible()
    return answer


def add_to_library(page, *files):
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(list(files))
    expect(page.get_by_test_id("stFileChip")).to_have_count(len(files))
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()


def open_admin(page, section: str = "Overview"):
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("radio", name=section).click()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def wait_for_colour(image, least: int) -> None:
    """Until so many pixels of an element are coloured: a picture comes a moment after its place in the page."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while (pixels := coloured_pixels(image)) <= least and time.monotonic() < deadline:
        pass
    assert pixels > least


def coloured_pixels(image) -> int:
    """Pixels of an element that are neither black, white nor grey."""
    picture = Image.open(BytesIO(image.screenshot())).convert("HSV")
    return sum(count for count, (_, saturation, _) in picture.getcolors(1 << 24) if saturation > 60)


def test_a_pdf_is_uploaded_asked_about_and_opened_at_its_page(visit):
    page = visit("/library")
    add_to_library(page, upload("lighthouse.pdf", PDF))
    expect(page.locator(".st-key-jobs")).to_contain_text("lighthouse.pdf · ready")

    page.get_by_role("link", name="Ask").click()
    answer = ask(page, "How long is the horn sounded in fog?")
    expect(answer.locator(".sentence").first).to_have_text(HORN)
    answer.locator("button.mark").first.click()

    drawer = page.locator(".st-key-source")
    expect(drawer.locator("mark.quote").first).to_have_text(HORN)
    expect(drawer).to_contain_text("lighthouse.pdf")
    expect(drawer).to_contain_text("page 2")
    image = drawer.get_by_role("img", name="Page 2 of lighthouse.pdf")
    expect(image).to_be_visible()
    wait_for_colour(image, 500)
    with page.expect_download() as download:
        drawer.get_by_role("link", name="Download the original").click()
    assert download.value.path().read_bytes() == PDF

    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(answer.locator(".sentence").first).to_have_text(HORN)


def test_a_japanese_docx_is_dropped_into_the_chat_and_asked_about(visit):
    page = visit(locale="ja-JP")
    expect(page.get_by_role("heading", name="文書に聞いてみましょう")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_test_id("stChatInput").locator("input[type=file]").set_input_files(
        [upload("就業規則.docx", documents.docx())]
    )
    expect(page.get_by_test_id("stChatInput")).to_contain_text("就業規則.docx")

    answer = ask(page, "有給休暇は何日もらえますか？")
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("就業規則.docx を追加しました")
    expect(answer.locator(".sentence").first).to_have_text(LEAVE)
    answer.locator("button.source").first.click()
    drawer = page.locator(".st-key-source")
    expect(drawer.get_by_role("heading", name="出典")).to_be_visible()
    expect(drawer.locator("mark.quote").first).to_have_text(LEAVE)


def test_questions_are_answered_while_the_index_is_rebuilt(visit):
    asking, admin = visit(), visit("/admin")
    open_admin(admin, "Index")
    admin.get_by_role("button", name="Reindex").click()
    answer = ask(asking, "How long is the horn sounded in fog?")
    expect(answer.locator(".sentence").first).to_have_text(HORN)
    expect(admin.get_by_test_id("stMain")).to_contain_text("Reindex · done")
    expect(admin.get_by_test_id("stMain")).to_contain_text("Both indexes hold exactly what the catalog holds.")
    again = ask(asking, "What is the lamp cleaned with?")
    expect(again.locator(".sentence").first).to_have_text("The lamp is cleaned every morning with a dry linen cloth.")


def test_admin_stays_shut_for_a_wrong_password(visit):
    page = visit("/admin")
    page.get_by_label("Password", exact=True).fill("sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("That is not the password.")
    expect(page.get_by_role("radio", name="Overview")).to_have_count(0)


def test_a_bad_file_says_why_and_the_good_one_beside_it_is_taken_in(visit):
    page = visit("/library")
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    add_to_library(
        page,
        upload("photo.pdf", png),
        upload("empty.txt", b""),
        upload("tides.md", b"# Tides\n\nHigh at six."),
    )
    jobs = page.locator(".st-key-jobs").last  # a box that is just being replaced stays in the page for an instant
    expect(jobs).to_contain_text("tides.md · ready")
    expect(jobs).to_contain_text("photo.pdf was not taken in. The file is damaged, or is not what its name says.")
    expect(jobs).to_contain_text("empty.txt was not taken in. There is no text in the file.")


def test_hostile_text_shows_as_text(visit):
    page = visit("/library")
    add_to_library(page, upload(HOSTILE_NAME, HOSTILE_TEXT.encode()))
    line = page.locator(".st-key-jobs [data-testid=stCaptionContainer]", has_text="evil.example").first
    expect(line).to_be_visible()
    assert HOSTILE_NAME in line.inner_text().replace("\u2060", "")
    assert line.locator("a, img, b, em, .katex").count() == 0

    page.get_by_role("link", name="Ask").click()
    answer = ask(page, "When does the zeppelin land? <img src=x onerror=alert(1)> ![x](http://evil.example/c.png)")
    expect(answer.locator(".sentence").first).to_contain_text("<img src='http://evil.example/a.png'")
    answer.locator("button.mark").first.click()
    drawer = page.locator(".st-key-source")
    expect(drawer.locator(".blocks")).to_contain_text("![pixel](http://evil.example/b.png)")
    assert page.locator("[data-testid=stMain] img, [data-testid=stMain] .blocks a").count() == 0


def test_a_document_is_previewed_and_deleted_with_a_receipt(visit):
    page = visit("/library")
    add_to_library(page, upload("harbour.txt", b"The harbour master lives in the red house."))
    expect(page.locator(".st-key-jobs")).to_contain_text("harbour.txt · ready")
    page.reload()
    heading = page.get_by_role("heading", name="Documents: ")
    left = int(heading.inner_text().removeprefix("Documents: ")) - 1
    page.get_by_test_id("stDataFrame").click(position={"x": 17, "y": 35 + 17})  # the first row's tick
    expect(page.locator(".st-key-preview_blocks")).to_contain_text("The harbour master lives in the red house.")
    page.get_by_role("button", name="Delete (1)").click()
    expect(page.get_by_role("dialog")).to_contain_text("harbour.txt")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_test_id("stMain")).to_contain_text("Removed: harbour.txt. Passages 1, vectors 1")
    expect(page.get_by_test_id("stMain")).to_contain_text(f"Documents: {left}" if left else "Nothing here yet.")


def test_the_language_can_be_switched_and_stays(visit):
    page = visit("/library")
    page.get_by_text("日本語", exact=True).click()
    expect(page.get_by_role("heading", name="ライブラリ")).to_be_visible()
    page.get_by_role("link", name="質問").click()
    expect(page.get_by_role("heading", name="文書に聞いてみましょう")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="文書に聞いてみましょう")).to_be_visible()


def test_what_the_documents_lack_is_not_answered(visit):
    page = visit()
    page.get_by_test_id("stChatInputTextArea").fill("Which guitar did the president of Paraguay play in 1974?")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Your documents do not seem to answer this.")


def test_every_response_carries_the_security_headers(visit):
    page = visit()
    with page.expect_response(lambda response: response.url.endswith("/library")) as seen:
        page.goto(page.url + "library")
    headers = seen.value.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"].replace("wasm-unsafe-eval", "")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
