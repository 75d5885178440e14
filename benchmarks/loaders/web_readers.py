"""Independent readers of pages and exports: pandoc over what lxml, zipfile and json find in them."""

from __future__ import annotations

import email
import json
import re
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import lxml.html
from lxml.etree import tostring

from benchmarks.loaders.readers import Reading, pandoc

_FURNITURE = "//nav | //footer | //*[@role='navigation' or @role='contentinfo' or contains(@class, 'navbox')]"
_MAIN = ("//*[@id='mw-content-text']", "//main | //*[@role='main']")  # the first is MediaWiki's


def page(path: Path, encoding: str, expected: Path | None = None) -> Reading:
    """pandoc over the main content: of `expected` (the page with nothing else in it), or inside <main>, or everything.

    Lines of navigation and footers that the main content does not have must not be read.
    """
    if expected is None and not re.search(rb"<main|<nav|<footer|role=.(main|navigation)", path.read_bytes()):
        return pandoc(path, "html", encoding)
    root = lxml.html.fromstring(
        path.read_bytes().decode(encoding).encode(), parser=lxml.html.HTMLParser(encoding="utf-8")
    )
    furniture = [_fragment(element) for element in root.xpath(_FURNITURE) if not element.xpath("ancestor::nav")]
    for element in root.xpath(_FURNITURE):
        element.drop_tree()
    main = next((found for found in map(root.xpath, _MAIN) if found), [root])
    reading = pandoc(expected, "html") if expected else _fragment(main[0])
    text = "\n".join(line for line, _ in reading.lines)
    lines = [line for made in furniture for line, _ in made.lines]
    reading.absent = [(line, None) for line in dict.fromkeys(lines) if len(line) > 8 and line not in text]
    return reading


def _fragment(element: lxml.html.HtmlElement) -> Reading:
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(tostring(element, encoding="utf-8", method="html", with_tail=False))
        file.flush()
        return pandoc(Path(file.name), "html")


def saved_page(path: Path) -> Reading:
    """The page inside a web archive, by Python's email and pandoc."""
    message = email.message_from_bytes(path.read_bytes())
    part = next(part for part in message.walk() if part.get_content_type() == "text/html")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(payload)
        file.flush()
        return pandoc(Path(file.name), "html")


def pages_in_zip(path: Path) -> Reading:
    """pandoc over the pages in a zip archive, and in zip archives in it."""
    reading = Reading("zipfile, pandoc")
    markdown = b""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            with tempfile.TemporaryDirectory() as folder:
                inner = Path(folder) / "inner"
                inner.write_bytes(data)
                if name.endswith(".zip"):
                    reading.lines += pages_in_zip(inner).lines
                elif name.endswith(".html"):
                    reading.lines += pandoc(inner, "html").lines
                elif name.endswith(".md"):
                    markdown += data + b"\n\n"
    with tempfile.NamedTemporaryFile(suffix=".md") as file:
        file.write(markdown)
        file.flush()
        reading.lines += pandoc(Path(file.name), "gfm").lines
    return reading


def notes(path: Path) -> Reading:
    """Titles of an Evernote export, and pandoc over each note's own XML."""
    reading = Reading("raw XML, pandoc -f html")
    root = ElementTree.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", path.read_bytes()))
    for note in root.iter("note"):
        reading.lines.append((note.findtext("title") or "", None))
        with tempfile.NamedTemporaryFile(suffix=".html") as file:
            file.write((note.findtext("content") or "").encode())
            file.flush()
            made = pandoc(Path(file.name), "html")
        reading.lines += made.lines
        reading.grids += made.grids
    return reading


def slack(path: Path) -> Reading:
    """The plain messages in the JSON of a Slack export: those without mentions, links and markup."""
    reading = Reading("raw JSON")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.search(r"/\d{4}-\d\d-\d\d\.json$", name):
                texts = [str(message.get("text", "")) for message in json.loads(archive.read(name))]
                plain = (line for text in texts for line in text.split("\n") if not re.search("[<>&:*_`]", line))
                reading.lines += [(line, None) for line in plain]
    return reading
