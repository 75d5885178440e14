"""Takes the README's pictures of the real app over the sample library: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.app_process import chromium, running_app  # noqa: E402 - needs the path above
from ui.language import words_of  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PASSWORD = "for the picture"  # noqa: S105 - of an app that lives for a minute
TIMEOUT_MS = 120_000
SIZE = {"width": 1360, "height": 860}


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


def library_page(page: Page, address: str) -> None:
    """The table, and one document as it was read."""
    page.goto(f"{address}/library")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    table.click(position={"x": 17, "y": 35 * 3 + 17})
    expect(page.locator(".st-key-preview_blocks")).to_be_visible()


def admin_page(page: Page, address: str) -> None:
    """Health and figures."""
    page.goto(f"{address}/admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")).to_have_count(3)


@dataclass(frozen=True)
class Picture:
    """How to get there, and as which visitor."""

    prepare: Callable[[Page, str], None]
    locale: str = "en-US"
    dark: bool = False


PICTURES = {
    "welcome": Picture(welcome_page),
    "ask-en": Picture(ask_page("en", "second")),
    "ask-ja": Picture(ask_page("ja", "first"), locale="ja-JP"),
    "ask-dark": Picture(ask_page("en", "first"), dark=True),
    "library": Picture(library_page),
    "admin": Picture(admin_page),
}


def new_page(browser: Browser, picture: Picture) -> Page:
    """A fresh visitor."""
    scheme = "dark" if picture.dark else "light"
    page = browser.new_context(locale=picture.locale, viewport=SIZE, color_scheme=scheme).new_page()
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
