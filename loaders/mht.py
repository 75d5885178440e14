"""Pages as browsers save them in one file (.mht, RFC 2557)."""

from __future__ import annotations

from loaders._content import Content
from loaders._errors import EmptyDocument

NAME = "a saved web page"
EXTENSIONS = {".mht": "multipart/related", ".mhtml": "multipart/related"}
BINARY = False


def recognises(data: bytes) -> bool:
    """The header lines that browsers write."""
    from loaders._mime_header import header_of, is_web_archive

    return is_web_archive(header_of(data))


def load(data: bytes, name: str, password: str | None) -> Content:
    """The main content of the page itself."""
    del name, password
    from loaders._html_page import read
    from loaders._mime import date, header, payload, web_page

    envelope, part = web_page(data)
    if part is None:
        raise EmptyDocument("There is no page in this web archive.", "Save the page again.")
    content = read(payload(part), str(part.get_content_charset() or ""))
    where = header(envelope, "Snapshot-Content-Location") or header(part, "Content-Location")
    metadata = {**content.metadata, "url": where, "date": content.metadata.get("date", "") or date(envelope)}
    title = content.title or header(envelope, "Subject")
    return Content(content.blocks, title, metadata, encoding=content.encoding, skipped=content.skipped)
