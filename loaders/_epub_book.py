"""A book's package document says its chapters (EPUB 3.3, OPF 2.0); each is an XHTML page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from bs4.dammit import EncodingDetector

from loaders._content import Content
from loaders._document import Block, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument, EncryptedDocument, LoadError
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._xml_tree import child_text, name_of, parse_xml, text_of
from loaders._zip_members import Archive

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_DUBLIN_CORE = {
    "creator": "author",
    "publisher": "publisher",
    "date": "date",
    "language": "language",
    "description": "description",
}


def read(data: bytes) -> Content:
    """The chapters on the spine, each one's blocks after the other's."""
    archive = Archive(data)
    package_path = _package_path(archive)
    package = parse_xml(_file(archive, package_path))
    folder = posixpath.dirname(package_path)
    manifest = {
        item.get("id"): (posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or ""))), item)
        for item in package.iter("{*}item")
    }
    _refuse_protected(archive, {path for path, item in manifest.values() if item.get("media-type") in _PAGES})
    blocks: list[Block] = []
    skipped = list(archive.skipped)
    try:
        titles = _titles(archive, manifest)
    except DamagedDocument:  # the table of contents only names chapters
        titles = {}
        skipped.append(Skipped("damaged_member", "table of contents"))
    for reference in package.iter("{*}itemref"):
        path, item = manifest.get(reference.get("idref"), ("", None))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        try:
            blocks += _chapter(archive, path, titles.get(path, ""))
        except LoadError:
            skipped.append(Skipped("damaged_member", path))
    metadata = _metadata(package)
    return Content(blocks, metadata.pop("title", ""), metadata, encoding="utf-8", skipped=skipped)


def _package_path(archive: Archive) -> str:
    container = parse_xml(_file(archive, "META-INF/container.xml"))
    return next((unquote(root.get("full-path") or "") for root in container.iter("{*}rootfile")), "")


def _file(archive: Archive, path: str) -> bytes:
    if path not in archive.names:
        raise DamagedDocument(f"The book lacks its part {path or 'package document'}.", "Get the book once more.")
    return archive.read(path)


def _refuse_protected(archive: Archive, pages: set[str]) -> None:
    """Fonts may be scrambled; where chapters are, the book has copy protection."""
    name = "META-INF/encryption.xml"
    if name in archive.names:
        hidden = {unquote(r.get("URI") or "") for r in parse_xml(archive.read(name)).iter("{*}CipherReference")}
        if pages & hidden:
            raise EncryptedDocument("This book has copy protection (DRM).", "Ask its seller for a copy without it.")


def _chapter(archive: Archive, path: str, title: str) -> Iterator[Block]:
    data = _file(archive, path)
    text, _ = decode(data, EncodingDetector.find_declared_encoding(data, is_html=False) or "")
    found = [Block(b.kind, b.text, b.level) for b in html_blocks(parse(text))]
    if title and found and not any(block.kind == "heading" for block in found[:8]):
        yield Block("heading", title, 1)
    yield from found


def _titles(archive: Archive, manifest: dict[Any, tuple[str, Any]]) -> dict[str, str]:
    """The names that the table of contents gives to chapters, for those that have no heading of their own."""
    found: dict[str, str] = {}
    for path, item in manifest.values():
        if path not in archive.names:
            continue
        folder = posixpath.dirname(path)
        if "nav" in (item.get("properties") or "").split():
            links = ((a.get("href"), text_of(a)) for a in parse_xml(archive.read(path)).iter("{*}a"))
        elif item.get("media-type") == "application/x-dtbncx+xml":
            points = parse_xml(archive.read(path)).iter("{*}navPoint")
            links = (
                (_source(point), "".join(text_of(t) for t in point.iterfind("{*}navLabel/{*}text"))) for point in points
            )
        else:
            continue
        for target, label in links:
            if target and "#" not in target:
                found.setdefault(posixpath.normpath(posixpath.join(folder, unquote(target))), " ".join(label.split()))
    return found


def _source(point: Any) -> str | None:
    return next((content.get("src") for content in point.iterfind("{*}content")), None)


def _metadata(package: Any) -> dict[str, str]:
    about = next((child for child in package if name_of(child) == "metadata"), None)
    if about is None:
        return {}
    found = {key: child_text(about, name) for name, key in _DUBLIN_CORE.items()}
    return found | {"title": child_text(about, "title")}
