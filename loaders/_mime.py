"""Messages of the MIME family (RFC 5322, RFC 2045): their headers, their bodies, what is attached.

Read with the lenient half of the standard library's `email`: half of the world's mail breaks a rule somewhere.
"""

from __future__ import annotations

import email
import email.utils
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message

from loaders._content import Member
from loaders._document import Block, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._mime_header import as_bytes
from loaders._paragraphs import paragraphs
from loaders._text import cell

_DECORATION = 10_000  # bytes; an inline picture below this is a signature's logo
_SHOWN = ("From", "To", "Cc", "Date")


def header(message: Message, name: str) -> str:
    """A header's text with its encoded words decoded, on one line."""
    value = message.get(name)
    return "" if value is None else decoded(value)


def decoded(value: str | Header) -> str:
    """Encoded words (RFC 2047), and raw bytes where a header has them against the rules."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return cell(str(value))
    return cell("".join(_piece(text, charset) for text, charset in pieces))


def _piece(text: str | bytes, charset: str | None) -> str:
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    try:
        return (
            raw.decode("ascii")
            if charset in (None, "unknown-8bit") and raw.isascii() and b"\x1b$" not in raw
            else decode(raw, "" if charset == "unknown-8bit" else charset or "")[0]
        )
    except DamagedDocument:
        return raw.decode("utf-8", "replace")


def date(message: Message) -> str:
    """The date as ISO 8601 where it is one, else as it is written."""
    stated = header(message, "Date")
    try:
        return email.utils.parsedate_to_datetime(stated).isoformat(sep=" ")
    except (ValueError, TypeError, IndexError, OverflowError):
        return stated


def payload(part: Message) -> bytes:
    """A part's bytes, their transfer encoding undone."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def file_name(part: Message) -> str:
    """The name that a part states, without folders; "" where it states none."""
    name = part.get_filename() or ""
    return re.sub(r"[\\/\0]+", "_", decoded(name)).strip("_ .")


class MessageReader:
    """One message: `blocks` of its header and body, `members` attached to it, `skipped` and `encoding`."""

    def __init__(self, data: bytes, level: int = 1) -> None:
        self.message = email.message_from_bytes(as_bytes(data))
        self.members: list[Member] = []
        self.skipped: list[Skipped] = []
        self.encoding = ""
        self.encrypted = self.message.get_content_type() == "multipart/encrypted" or (
            "pkcs7-mime" in self.message.get_content_type() and self.message.get_param("smime-type") != "signed-data"
        )
        self.blocks = [*self._about(level), *(() if self.encrypted else self._part(self.message))]

    @property
    def subject(self) -> str:
        """The subject, "" where there is none."""
        return header(self.message, "Subject")

    def metadata(self) -> dict[str, str]:
        """Who wrote what to whom and when, and the threads it belongs to."""
        names = {"from": "From", "to": "To", "cc": "Cc", "message_id": "Message-ID", "in_reply_to": "In-Reply-To"}
        return {key: header(self.message, name) for key, name in names.items()} | {"date": date(self.message)}

    def _about(self, level: int) -> Iterator[Block]:
        if self.subject:
            yield Block("heading", self.subject, level)
        shown = {name: header(self.message, name) for name in _SHOWN}
        lines = [f"{name}: {value}" for name, value in shown.items() if value]
        if lines:
            yield Block("paragraph", "\n".join(lines))

    def _part(self, part: Message) -> Iterator[Block]:
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            yield from self._alternative(part)
        elif kind == "message/rfc822":
            self._attached_message(part)
        elif part.is_multipart():
            for inner in part.get_payload():
                yield from self._part(inner)  # type: ignore[arg-type]  # a multipart's payload is a list of messages
        elif part.get_content_disposition() == "attachment" or (
            file_name(part) and kind not in ("text/plain", "text/html")
        ):
            self._attached(part, kind)
        elif kind in ("text/plain", "text/html", "text/enriched"):
            yield from self._text(part, kind)
        else:
            self._attached(part, kind)

    def _alternative(self, part: Message) -> Iterator[Block]:
        """The plain text, unless the HTML says clearly more or has a table in it."""
        inner = [p for p in part.get_payload() if isinstance(p, Message)] if part.is_multipart() else []
        plain = next((p for p in inner if p.get_content_type() == "text/plain"), None)
        rich = next((p for p in reversed(inner) if p.get_content_type() in ("text/html", "multipart/related")), None)
        for other in inner:
            if other is not plain and other is not rich:
                yield from self._part(other)
        choices = {id(p): list(self._part(p)) for p in (plain, rich) if p is not None}
        said = choices.get(id(plain), [])
        richly = choices.get(id(rich), [])
        more = sum(len(b.text) for b in richly) > 2 * sum(len(b.text) for b in said)
        yield from richly if more or any(b.kind == "table" for b in richly) else said

    def _text(self, part: Message, kind: str) -> Iterator[Block]:
        data = payload(part)
        if not data.strip():
            return
        text, encoding = decode(data, str(part.get_content_charset() or ""))
        self.encoding = self.encoding or encoding
        if kind == "text/plain":
            yield from (Block(b.kind, b.text, b.level) for b in paragraphs(text))
        elif kind == "text/html":
            yield from (Block(b.kind, b.text, b.level) for b in html_blocks(parse(text)))
        else:
            yield from (Block(b.kind, b.text, b.level) for b in paragraphs(re.sub(r"</?\w[^>]*>", "", text)))

    def _attached_message(self, part: Message) -> None:
        for inner in part.get_payload() if part.is_multipart() else ():
            if isinstance(inner, Message):
                name = re.sub(r"[\\/\0:*?\"<>|]+", "_", header(inner, "Subject"))[:100] or "message"
                self.members.append(Member(f"{name}.eml", inner.as_bytes()))

    def _attached(self, part: Message, kind: str) -> None:
        data, name = payload(part), file_name(part)
        if "signature" in kind:
            return
        if not data:
            self.skipped.append(Skipped("empty_attachment", name or kind))
        elif kind.startswith("image/") and part.get_content_disposition() != "attachment" and len(data) < _DECORATION:
            self.skipped.append(Skipped("decoration", name or kind))
        else:
            extension = {"text/calendar": ".ics", "image/jpeg": ".jpg"}.get(
                kind, "." + kind.split("/")[1].split("+")[0]
            )
            self.members.append(Member(name or f"attachment-{len(self.members) + 1}{extension}", data))


def web_page(data: bytes) -> tuple[Message, Message | None]:
    """A saved page's envelope and the part that is the page itself."""
    message = email.message_from_bytes(data)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = str(message.get_param("start") or "")
    return message, next((p for p in pages if start and p.get("Content-ID") == start), pages[0] if pages else None)
