"""Which loader reads what, how failures are told, languages, and the command line."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import loaders
from loaders import (
    DamagedDocument,
    EmptyDocument,
    EncryptedDocument,
    LoadError,
    UnsupportedFormat,
    detect_language,
    load,
)
from tests.loaders.conftest import SAMPLES, ZOO

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + bytes(40)


@pytest.mark.parametrize(
    ("data", "name", "error", "message"),
    [
        (b"", "a.pdf", EmptyDocument, "empty (0 bytes)"),
        (PNG, "photo.pdf", DamagedDocument, "This is an image, not a PDF. This image is truncated or damaged."),
        (PNG, "photo.png", DamagedDocument, "This image is truncated or damaged."),
        (SEVEN_ZIP, "papers.pdf", DamagedDocument, "This is a 7-Zip archive, not a PDF."),
        (SEVEN_ZIP, "papers.7z", UnsupportedFormat, "a 7-Zip archive"),
        (bytes(range(256)) * 9, "data.bin", UnsupportedFormat, "not known"),
        (b"plain text", "a.docx", DamagedDocument, "not a Word document"),
        (b"PK\x03\x04 cut off", "a.pptx", DamagedDocument, "truncated or damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            EncryptedDocument,
            "password",
        ),
        (b" \n\t\n", "a.txt", EmptyDocument, "no text"),
    ],
)
def test_what_cannot_be_read_is_told_clearly(data: bytes, name: str, error: type[LoadError], message: str) -> None:
    with pytest.raises(error) as raised:
        load(data, name)
    assert message in raised.value.message
    assert raised.value.hint
    assert raised.value.file == name
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (type(copy), copy.message, copy.hint, copy.file) == (error, raised.value.message, raised.value.hint, name)


def test_an_unsupported_file_names_what_is_supported() -> None:
    with pytest.raises(UnsupportedFormat) as raised:
        load(SEVEN_ZIP, "papers.7z")
    assert all(
        extension in raised.value.hint for extension in (".pdf", ".docx", ".pptx", ".csv", ".html", ".md", ".txt")
    )


def test_content_decides_before_the_name() -> None:
    pdf = (SAMPLES / "library-guide.pdf").read_bytes()
    document = load(pdf, "guide.txt")
    assert document.media_type == "application/pdf"
    assert document.id == hashlib.sha256(pdf).hexdigest()
    assert load((SAMPLES / "annual-plan-ja.docx").read_bytes(), "plan.pptx").blocks[0].text == "令和8年度 事業計画"
    assert load(b"<!DOCTYPE html><p>Hello</p>", "page").media_type == "text/html"
    assert load("ただの文章です。".encode(), "README").media_type == "text/plain"


def test_parsers_are_imported_only_when_chosen() -> None:
    script = (
        "import sys, loaders; loaders.load(b'a,b\\n1,2\\n', 'a.csv');"
        "print([m for m in ('pypdfium2', 'pypdf', 'docx', 'pptx', 'lxml', 'markdown_it', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=_root())
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who won?", "en"),
        ("late fee", "en"),
        ("What is OAuth?", "en"),
        ("Where does the river rise?", "en"),
        ("Wann erschien das Gedicht The Mask of Anarchy zum ersten Mal?", "de"),
        ("What does 図書館 mean in English?", "en"),
        ("開館時間は？", "ja"),
        ("休館日", "ja"),
        ("OAuthとは何ですか", "ja"),
        ("图书馆什么时候开门", "zh"),
        ("圖書館開放時間為上午九點，歡迎讀者前來", "zh"),
        ("도서관은 언제 열어요?", "ko"),
        ("Wann öffnet die Bibliothek am Sonntag?", "de"),
        ("À quelle heure ouvre la bibliothèque ?", "fr"),
        ("Когда открывается библиотека?", "ru"),
        ("12345 --", "und"),
        ("", "und"),
    ],
)
def test_languages_of_questions(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_command_line_prints_what_the_issue_says() -> None:
    done = _run("data/samples/volunteers-ja.md", "--json")
    printed = json.loads(done.stdout)
    assert set(printed["document"]) == {"id", "name", "media_type", "title", "language", "metadata"}
    assert printed["blocks"][0] == {
        "kind": "heading",
        "text": "図書館ボランティア募集要項",
        "level": 1,
        "location": {"line": 1},
    }
    assert "読み聞かせ" in _run("data/samples/volunteers-ja.md").stdout


def test_the_command_line_fails_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "photo.pdf").write_bytes(PNG)
    for name in ("photo.pdf", "missing.pdf"):
        done = _run(str(tmp_path / name))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert name in done.stderr


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loaders", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=_root(), encoding="utf-8")


def _root() -> Path:
    return Path(loaders.__file__).parent.parent


PASSWORDS = {
    "aes-256-r6.pdf": "usersecret",
    "aes-256.pdf": "baz",
    "rc4-40.pdf": "baz",
    "libreoffice-writer-password.pdf": "openpassword",
    "r6-user-password.pdf": "asdfzxcv",
    "unstructured__password.pdf": "password",
}
REFUSED = {
    "test_empty.csv": "empty",
    "shp-groupshape.pptx": "empty",
    "password-is-pass.docx": "encrypted",
    "truncated62886.docx": "damaged",
    "6709287337197568.docx": "damaged",
    "6120975439364096.docx": "damaged",
    "5471515212382208.pptx": "damaged",
}


@pytest.mark.skipif(not ZOO.is_dir(), reason="needs ../shared/data/zoo beside the checkout")
class TestZoo:
    """Real files from elsewhere."""

    def test_every_file_of_the_mission_loads_or_is_refused_as_it_should(self) -> None:
        formats = {"pdf", "csv", "docx", "pptx", "html", "md", "txt"}
        files = [f for f in sorted(ZOO.glob("*/*")) if f.parent.name in formats and f.suffix != ".mht"]
        assert len(files) > 100
        for file in files:
            password = next((p for name, p in PASSWORDS.items() if file.name.endswith(name)), None)
            expected = next((code for name, code in REFUSED.items() if file.name.endswith(name)), None)
            try:
                found = None if load(file, password=password).blocks else "no blocks"
            except LoadError as error:
                found = error.code
            assert (file.name, found) == (file.name, expected)

    # Snippets as pdftotext, pandoc and a look at the page give them.
    @pytest.mark.parametrize(
        ("file", "page", "snippet"),
        [
            (
                "pdf/unstructured__multi-column-2p.pdf",
                1,
                "relies on efficient passage retrieval to select candidate contexts",
            ),
            ("pdf/pdfminersix__naacl06-shinyama.pdf", 1, "Existing IE systems require a lot of time and human effort"),
            (
                "pdf/pdfminersix__kampo.pdf",
                1,
                "道路交通法施行令（昭和三十五年政令第二百七十号）の一部を次のように改正する。",
            ),
            ("pdf/pdfminersix__jo.pdf", 1, "わたくしといふ現象は"),
            ("docx/unstructured__docx-tables.docx", None, "e | f\ng&t | h"),
            ("docx/GIF__441_core-data-parts_datetime_ja.docx", None, "日付、時刻、データ形式"),
            ("pptx/markitdown__test.pptx", None, "7 | 8 | 9 | 1b92870d-e3b5-4e65-8153-919f4ff45592 | 11 | 12"),
            ("csv/markitdown__test_mskanji.csv", None, "名前: 佐藤太郎 | 年齢: 30 | 住所: 東京"),
            ("csv/scraping-test1__13TOKYO.CSV", None, "東京都 | 千代田区 | 飯田橋"),
            (
                "html/unstructured__example-steelJIS-datasheet-utf-16.html",
                None,
                "0.39 - 0.46 | 0.2 - 0.35 | 0.65 - 1.1",
            ),
        ],
    )
    def test_known_sentences_are_found_whole_and_on_their_page(self, file: str, page: int | None, snippet: str) -> None:
        document = load(ZOO / file)
        pages = [block.location.page for block in document.blocks if snippet in block.text]
        assert page in pages


@pytest.mark.parametrize(
    ("data", "name", "misnamed"),
    [
        ((SAMPLES / "library-guide.pdf").read_bytes(), "guide.txt", "a PDF, not a plain text file"),
        (b"<!DOCTYPE html><p>Hello</p>", "page.md", "an HTML page, not a Markdown document"),
        (b"<!DOCTYPE html><p>Hello</p>", "page.htm", ""),
        (b"<!DOCTYPE html><p>Hello</p>", "page.unknown", ""),
        (b"Just words.", "words.txt", ""),
    ],
)
def test_a_name_that_disagrees_with_the_content_is_told(data: bytes, name: str, misnamed: str) -> None:
    assert load(data, name).report.misnamed == misnamed
