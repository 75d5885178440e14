from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.app_process import chromium, running_app

PASSWORD = "sesame, open"
TIMEOUT_MS = 60_000


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    playwright.expect.set_options(timeout=TIMEOUT_MS)
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    store = tmp_path_factory.mktemp("store")
    with running_app(store, samples="false", admin_password=PASSWORD) as url:
        yield url


@pytest.fixture
def visit(browser, address):
    """Opens pages as a visitor of a given language; at the end no request may have left this machine."""
    requested: list[str] = []
    contexts = []

    def open_page(path: str = "/", locale: str = "en-US", width: int = 1360, theme: str = "light"):
        size = {"width": width, "height": 900}
        context = browser.new_context(locale=locale, viewport=size, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("request", lambda request: requested.append(request.url))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    hosts = {urlsplit(url).hostname for url in requested if url.startswith(("http", "ws"))}
    assert hosts == {"localhost"}
