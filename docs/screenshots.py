"""Takes the README's pictures of the real app over the sample library: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.app_process import chromium, running_app  # noqa: E402 - needs the path above
from ui.language import words_of  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PASSWORD = "for the picture"  # noqa: S105 - of an app that lives for a minute
TIMEOUT_MS = 120_000
WIDE: ViewportSize = {"width": 1360, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


def wait_until_ready(page: Page, address: str) -> None:
    """Until the sample library is read, the list of finished jobs is cleared away and the model is loaded."""
    page.goto(f"{address}/library")
    clear = page.get_by_role("button", name="Clear the list")
    expect(page.locator(".st-key-jobs")).to_contain_text("Files taken in: 9 of 9")
    clear.click()
    expect(clear).to_have_count(0)
    ask_page("en", "first")(page, address)  # the first question loads the model: the pictures show the app warm


def ask_page(language: str, example: str) -> Callable[[Page, str], None]:
    """An answer with its source open."""

    def prepare(page: Page, address: str) -> None:
        page.goto(address)
        page.get_by_role("button", name=words_of(language)(f"examples.{example}")).click()
        page.locator("button.mark").first.click()
        image = page.locator(".st-key-source img").first
        expect(image).to_be_visible()
        image.evaluate("image => image.decode()")

    return prepare


def welcome_page(page: Page, address: str) -> None:
    """The empty chat."""
    page.goto(address)
    expect(page.locator(".st-key-examples button")).to_have_count(4)


def library_page(language: str) -> Callable[[Page, str], None]:
    """A document as it was read, a passage marked where it stands."""

    def prepare(page: Page, address: str) -> None:
        page.goto(f"{address}/library")
        table = page.get_by_test_id("stDataFrame")
        expect(table.locator("canvas").first).to_be_visible()
        search = page.get_by_role("textbox", name=words_of(language)("library.search"))
        search.fill("library-guide")
        search.press("Enter")
        expect(page.get_by_test_id("stMain")).to_contain_text(words_of(language)("library.found", count=1, total=9))
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(page.locator('[data-stale="true"]')).to_have_count(0)
        expect(table.locator("canvas").first).to_be_visible()
        table.click(position={"x": 17, "y": 35 + 17})
        page.locator(".st-key-preview_chunks").get_by_test_id("stRadioOption").nth(1).click()
        expect(page.locator(".st-key-preview_blocks .passage").first).to_be_visible()
        image = page.locator(".stMain [data-testid=stImage] img").first
        image.evaluate("image => image.decode()")
        search.evaluate("search => search.scrollIntoView({ block: 'start' })")

    return prepare


def shelf_page(page: Page, address: str) -> None:
    """The table of documents."""
    page.goto(f"{address}/library")
    expect(page.get_by_test_id("stDataFrame").locator("canvas").first).to_be_visible()


def admin_page(section: str, charts: int, language: str = "en") -> Callable[[Page, str], None]:
    """A section, with as many charts as it has."""

    def prepare(page: Page, address: str) -> None:
        page.goto(f"{address}/admin?section={section}")
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        drawn = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
        expect(drawn).to_have_count(charts)
        if section == "index":
            page.get_by_role("button", name=words_of(language)("reindex.estimate")).click()
            expect(page.get_by_test_id("stMetric")).to_have_count(8)

    return prepare


@dataclass(frozen=True)
class Picture:
    """How to get there, and as which visitor."""

    prepare: Callable[[Page, str], None]
    locale: str = "en-US"
    dark: bool = False
    phone: bool = False


OVERVIEW = admin_page("overview", 2)
PICTURES = {
    "welcome": Picture(welcome_page),
    "welcome-ja": Picture(welcome_page, locale="ja-JP"),
    "ask-en": Picture(ask_page("en", "second")),
    "ask-ja": Picture(ask_page("ja", "first"), locale="ja-JP"),
    "ask-dark": Picture(ask_page("en", "first"), dark=True),
    "ask-phone": Picture(ask_page("ja", "first"), locale="ja-JP", phone=True),
    "library": Picture(library_page("en")),
    "library-ja": Picture(library_page("ja"), locale="ja-JP"),
    "library-dark": Picture(shelf_page, dark=True),
    "library-phone": Picture(library_page("en"), phone=True),
    "admin": Picture(OVERVIEW),
    "admin-ja": Picture(admin_page("index", 0, "ja"), locale="ja-JP"),
    "admin-dark": Picture(admin_page("index", 0), dark=True),
    "admin-phone": Picture(OVERVIEW, phone=True),
}


def new_page(browser: Browser, picture: Picture) -> Page:
    """A fresh visitor."""
    scheme = "dark" if picture.dark else "light"
    size = PHONE if picture.phone else WIDE
    page = browser.new_context(locale=picture.locale, viewport=size, color_scheme=scheme).new_page()
    page.set_default_timeout(TIMEOUT_MS)
    return page


def main() -> None:
    """Takes all pictures, or those named on the command line."""
    path = chromium()
    if path is None:
        sys.exit("No Chromium on this machine (Debian: apt-get install chromium)")
    expect.set_options(timeout=TIMEOUT_MS)
    wanted = sys.argv[1:] or list(PICTURES)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as store,
        running_app(Path(store), admin_password=PASSWORD) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        wait_until_ready(new_page(browser, PICTURES["library"]), address)
        for name in wanted:
            page = new_page(browser, PICTURES[name])
            PICTURES[name].prepare(page, address)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
            page.context.close()
            print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
