"""The first screens stand there before any model is loaded: a start in which loading it takes for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from rag import KnowledgeBase, Settings
from tests.browser import documents
from tests.browser.app_process import running_app
from tests.browser.documents import upload
from ui.language import words_of

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

MODELS = "*-int8-*.onnx"
PAPER = upload("lighthouse.pdf", documents.pdf())


class Held:
    """A cache folder without the model's file, which somebody else seems to be making there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = sorted(Settings().cache.glob(MODELS))
        self._locks = [FileLock(folder / f"{file.name}.lock") for file in self._made]
        for lock in self._locks:
            lock.acquire()

    def release(self) -> None:
        """The file is there."""
        for file, lock in zip(self._made, self._locks, strict=True):
            shutil.copyfile(file, self.folder / file.name)
            lock.release()


@pytest.fixture
def held(tmp_path: Path) -> Held:
    with KnowledgeBase.open(tmp_path / "made", Settings(samples=False)) as kb:
        kb.warm_up()  # the file is made, if it never was
    folder = tmp_path / "cache"
    folder.mkdir()
    return Held(folder)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_are_drawn_and_files_taken_in_while_no_model_is_loaded(
    browser, held: Held, tmp_path: Path, language: str
) -> None:
    words = words_of(language)
    with running_app(tmp_path / "store", samples="false", cache=str(held.folder)) as address:
        page = browser.new_context(locale=language).new_page()
        page.goto(address)
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()
        page.get_by_role("link", name=words("library.title")).click()
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(PAPER)
        expect(page.get_by_test_id("stFileChip")).to_have_count(1)
        page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
        expect(page.get_by_text(words("library.documents", count=1)).first).to_be_visible()
        expect(page.get_by_text(words("library.pending", count=2))).to_be_visible()
        page.get_by_role("link", name=words("ask.title")).first.click()
        page.get_by_test_id("stChatInputTextArea").fill("What is the lamp cleaned with?")
        page.get_by_test_id("stChatInputTextArea").press("Enter")
        expect(page.get_by_text(documents.ENGLISH[1][1]).first).to_be_visible()
        expect(page.get_by_text(words("answer.early"))).to_be_visible()
        assert not list(held.folder.glob(MODELS))
        held.release()
        page.get_by_role("link", name=words("library.title")).click()
        expect(page.get_by_text(words("state.indexed")).first).to_be_attached()
        page.get_by_role("link", name=words("ask.title")).first.click()
        page.get_by_test_id("stChatInputTextArea").fill("When is the horn sounded?")
        page.get_by_test_id("stChatInputTextArea").press("Enter")
        expect(page.get_by_text(documents.ENGLISH[2][1]).first).to_be_visible()
        expect(page.get_by_text(words("answer.early"))).to_have_count(1)
        page.context.close()
