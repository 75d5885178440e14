"""Ways into the Library other than single files, in a real browser: a folder, a zip, an address."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.browser.documents import upload
from tests.browser.test_walk import add_to_library
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_folder_and_a_zip_come_in_file_by_file(visit, tmp_path, language):
    words = words_of(language)
    folder = tmp_path / "tides"
    (folder / "inner").mkdir(parents=True)
    (folder / f"spring-{language}.md").write_text(f"# Spring tide\n\nIt comes at full moon ({language}).", "utf-8")
    (folder / "inner" / f"neap-{language}.txt").write_text(f"Neap tide comes at half moon ({language}).", "utf-8")
    page = visit("/library", locale=language)
    page.get_by_text(words("library.folder"), exact=True).click()
    page.locator("input[webkitdirectory]").set_input_files(folder)
    expect(page.get_by_test_id("stFileChip")).to_have_count(2)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    jobs = page.locator(".st-key-jobs").last
    expect(jobs).to_contain_text(f"spring-{language}.md")
    expect(jobs).to_contain_text(f"neap-{language}.txt")

    page.get_by_text(words("library.files"), exact=True).click()
    expect(page.locator("input[webkitdirectory]")).to_have_count(0)
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(f"ebb-{language}.md", f"# Ebb\n\nThe ebb runs out to the west ({language}).")
        archive.writestr(f"flood-{language}.csv", f"quay,hour\nnorth,6:40 ({language})\n")
    add_to_library(page, upload(f"packed-{language}.zip", packed.getvalue()))
    search = page.get_by_role("textbox", name=words("library.search"))
    search.fill(f"ebb-{language}")
    search.press("Enter")
    found = re.escape(words("library.found", count="1", total="@")).replace("@", r"[\d,]+")
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(found))
    expect(jobs).to_contain_text(words("job.added", name=f"packed-{language}.zip", chunks=2).replace("**", ""))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_address_inside_the_network_is_refused_with_what_to_do(visit, language):
    words = words_of(language)
    page = visit("/library", locale=language)
    page.get_by_text(words("library.address"), exact=True).click()
    field = page.get_by_role("textbox", name=words("library.address_label"))
    field.fill(f"http://127.0.0.1:9/{language}")
    field.press("Enter")
    jobs = page.locator(".st-key-jobs").last
    expect(jobs).to_contain_text(words("errors.forbidden_address.message"))
    expect(jobs).to_contain_text(words("errors.forbidden_address.hint").split("://")[-1])
