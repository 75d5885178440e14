"""`python -m benchmarks.loaders.make_expectations ZOO`: makes `made.jsonl` again.

Needs pdftotext (poppler-utils), pandoc and LibreOffice. What a reader read is sampled evenly, so that every part of a
file is asked for; the passwords and encodings are those that the zoo's MANIFEST.tsv states.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.loaders import office_readers, readers, web_readers
from benchmarks.loaders.expectations import BY_HAND, MADE, Place

T = TypeVar("T")
MAX_SNIPPETS = 40
MAX_CELLS = 60
MAX_ABSENT = 6
_ENCODINGS = {  # where it is neither UTF-8 nor stated in the file
    "csv/langchain-community__example-non-utf8.csv": "cp932",
    "csv/markitdown__test_mskanji.csv": "cp932",
    "csv/scraping-test1__13TOKYO.CSV": "cp932",
    "csv/unstructured__stanley-cups-utf-16.csv": "utf-16",
    "html/chardet___chromium_Shift-JIS_with_no_encoding_specified.html": "cp932",
    "html/chardet___mozilla_bug426271_text-euc-jp.html": "euc-jp",
    "html/chardet___mozilla_bug620106_text.html": "euc-jp",
    "html/chardet___ude_1.txt": "iso-2022-jp",
    "html/unstructured__example-steelJIS-datasheet-utf-16.html": "utf-16",
    "html/unstructured__fake-html-cp1252.html": "cp1252",
    "txt/unstructured__fake-text-utf-16-be.txt": "utf-16-be",
    "txt/unstructured__fake-text-utf-32.txt": "utf-32",
    "eml/unstructured__fake-email-utf-16.eml": "utf-8",
}
_DELIMITERS = {
    "csv/unstructured__stanley-cups.tsv": "\t",
    "csv/unstructured__semicolon-delimited.csv": ";",
    "csv/unstructured__single-column.csv": "|",
}
_UNSURE = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
# The row of the header (from 0), None where the table has none; 0 elsewhere.
_HEADERS = {
    "csv/scraping-test1__13TOKYO.CSV": None,
    "csv/unstructured__csv-with-escaped-commas.csv": None,
    "csv/unstructured__single-column.csv": None,
    "csv/unstructured__stanley-cups-utf-16.csv": 1,
    "csv/unstructured__stanley-cups-with-emoji.csv": 1,
    "csv/unstructured__stanley-cups.tsv": 1,
}


def read(path: Path, file: str, password: str | None) -> readers.Reading | None:
    """What an independent reader reads of a file of the zoo; None where there is none for it."""
    folder, extension = file.split("/")[0], path.suffix.lower()
    encoding = _ENCODINGS.get(file, "utf-8-sig")
    if file.endswith(".source.html"):  # what the people of Readability say is its main content
        return web_readers.page(path, encoding, path.with_name(path.name.replace(".source.", ".expected.")))
    if extension in (".csv", ".tsv"):
        return readers.table(path, encoding, _DELIMITERS.get(file, ","), _HEADERS.get(file, 0))
    by_extension = {
        ".pdf": lambda: readers.pdf(path, password),
        ".docx": lambda: office_readers.word(path),
        ".pptx": lambda: office_readers.slides(path),
        ".xlsx": lambda: office_readers.office(path, "csv"),
        ".doc": lambda: office_readers.office(path, "txt"),
        ".ppt": lambda: office_readers.office(path, "pdf"),
        ".rtf": lambda: readers.pandoc(path, "rtf"),
        ".odt": lambda: readers.pandoc(path, "odt"),
        ".html": lambda: web_readers.page(path, encoding),
        ".md": lambda: readers.pandoc(path, "gfm"),
        ".epub": lambda: readers.pandoc(path, "epub"),
        ".txt": lambda: readers.text(path, encoding),
        ".enex": lambda: web_readers.notes(path),
        ".eml": lambda: readers.mail(_as_utf8(path, encoding)),
        ".mht": lambda: web_readers.saved_page(path),
    }
    if extension == ".zip":
        return web_readers.slack(path) if folder == "slack" else web_readers.pages_in_zip(path)
    return by_extension[extension]() if extension in by_extension else None


def _as_utf8(path: Path, encoding: str) -> bytes:
    data = path.read_bytes()
    return data.decode("utf-16").encode() if data[:2] in (b"\xff\xfe", b"\xfe\xff") and encoding == "utf-8" else data


def snippets(lines: Sequence[tuple[str, Place]]) -> list[tuple[str, Place]]:
    """A sample of short texts: at most ten words (or thirty characters) of a line, spread over the file."""
    chosen: dict[tuple[str, Place], None] = {}
    for line, place in lines:
        words = " ".join(line.split()).split(" ")
        text = " ".join(words[:10])
        if not text.isascii() and len(words) < 4:
            text = text[:30]
        letters = sum(c.isalnum() for c in text)
        if letters >= 4 and letters >= 0.6 * len(text) and not _UNSURE.search(text):
            chosen[text, place] = None
    return _spread(list(chosen), max(MAX_SNIPPETS, min(len(chosen) // 20, 5 * MAX_SNIPPETS)))


def cells(grids: Sequence[list[list[str]]]) -> list[tuple[str, str, str]]:
    """A sample of (row, column, value): the row by its first cell, where that is filled and unlike the others."""
    found: list[tuple[str, str, str]] = []
    for table in grids:
        widths = [sum(bool(cell.strip()) for cell in row) for row in table]
        if max(widths, default=0) < 2:
            continue
        # The header is below a title of one cell.
        grid = table[next(n for n, width in enumerate(widths) if width > 1 or max(widths) == 2) :]
        firsts = [row[0].strip() for row in grid[1:] if row]
        for row in grid[1:]:
            if row and row[0].strip() and firsts.count(row[0].strip()) == 1:
                pairs = zip(grid[0], row, strict=False)
                found += [
                    (row[0], column, value) for column, value in pairs if value.strip() and (column or not grid[0][0])
                ]
    return _spread(found, MAX_CELLS)


def _spread(items: list[T], limit: int) -> list[T]:
    return items if len(items) <= limit else [items[n * len(items) // limit] for n in range(limit)]


def main() -> int:
    """Writes the expectations; says on standard error which files no reader could read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loaders.make_expectations")
    parser.add_argument("zoo", type=Path)
    zoo: Path = parser.parse_args().zoo
    written = json.loads(BY_HAND.read_text(encoding="utf-8"))
    rows: list[str] = []
    for path in sorted(path for folder in sorted(zoo.iterdir()) if folder.is_dir() for path in folder.iterdir()):
        file = str(path.relative_to(zoo))
        if written.get(file, {}).get("only"):  # hostile or broken: nothing that a reader could be trusted with
            continue
        try:
            reading = read(path, file, written.get(file, {}).get("password"))
        except (subprocess.SubprocessError, zipfile.BadZipFile, OSError, ValueError, KeyError, SyntaxError) as error:
            print(f"{file}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
            reading = None
        if reading:
            rows.append(json.dumps(_row(file, reading), ensure_ascii=False))
    MADE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 0


def _row(file: str, reading: readers.Reading) -> dict[str, object]:
    return {
        "file": file,
        "reader": reading.reader,
        "snippets": snippets(reading.lines),
        "absent": _spread(list(dict.fromkeys(reading.absent)), MAX_ABSENT),
        "cells": cells(reading.grids),
    }


if __name__ == "__main__":
    sys.exit(main())
