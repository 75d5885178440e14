"""The properties of an Outlook message (MS-OXMSG, MS-OXPROPS) become blocks.

A message is a folder of a compound file: a stream per property of variable length, one stream with all others, a
folder per recipient and per attachment; an attached message is such a folder again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

from olefile import OleFileIO

from loaders._content import Content, Member
from loaders._document import Block, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument, EncryptedDocument
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._outlook_rtf import uncompressed
from loaders._paragraphs import paragraphs

_SUBJECT, _TEXT, _HTML, _RTF = "0037", "1000", "1013", "1009"
_CLASS, _SENDER_NAME, _SENDER_ADDRESS, _SMTP_ADDRESS = "001A", "0C1A", "0C1F", "5D01"
_TO, _CC, _MESSAGE_ID = "0E04", "0E03", "1035"
_FILE, _LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _HIDDEN = "3701", "3707", "3704", "3001", 0x7FFE
_SUBMITTED, _DELIVERED, _CODE_PAGE, _INTERNET_CODE_PAGE = 0x0039, 0x0E06, 0x3FFD, 0x3FDE
_UNICODE, _STRING, _BINARY, _FOLDER = "001F", "001E", "0102", "000D"
_TOP_HEADER, _INNER_HEADER, _ATTACHMENT_HEADER = 32, 24, 8  # bytes before the first entry of the properties stream
_OPENPGP = b"-----BEGIN PGP MESSAGE-----"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 4


def read(data: bytes) -> Content:
    """The message and those attached to it. Raises EncryptedDocument where the body is encrypted (S/MIME)."""
    with OleFileIO(BytesIO(data)) as ole:
        message = _Message(ole, [], _TOP_HEADER)
        if not message.text(_CLASS) and not message.text(_SUBJECT) and not message.body():
            raise DamagedDocument("There is no message in this file.", "Save it from Outlook again.")
        if "smime" in message.text(_CLASS).lower() and "multipartsigned" not in message.text(_CLASS).lower():
            raise EncryptedDocument("This message is encrypted.", "Open it in Outlook and save it decrypted.")
        reader = _Reader()
        blocks = list(reader.blocks(message, 1))
        if not message.body() and any(_OPENPGP in member.data for member in reader.members):
            raise EncryptedDocument("This message is encrypted.", "Open it in your mail program and save it decrypted.")
        return Content(
            blocks,
            title=message.text(_SUBJECT),
            metadata=message.about() | {"message_id": message.text(_MESSAGE_ID)},
            encoding=message.encoding,
            skipped=reader.skipped,
            members=reader.members,
        )


class _Message:
    """One folder with the properties of a message, a recipient or an attachment."""

    def __init__(self, ole: OleFileIO, path: list[str], header: int) -> None:
        self._ole = ole
        self.path = path
        self._fixed = self._fixed_properties(header)
        page = self._fixed.get(_INTERNET_CODE_PAGE) or self._fixed.get(_CODE_PAGE)
        number = struct.unpack("<I", page[:4])[0] if page else 0
        self.encoding = {0: "", 65001: "utf-8", 50220: "iso2022_jp", 932: "cp932"}.get(number, f"cp{number}")

    def data(self, tag: str, kind: str) -> bytes:
        """The bytes of a property of this kind; b"" where it is missing."""
        path = [*self.path, f"__substg1.0_{tag}{kind}"]
        return self._ole.openstream(path).read() if self._ole.get_type(path) == 2 else b""

    def text(self, tag: str) -> str:
        """A property's text, whichever way it is stored."""
        wide = self.data(tag, _UNICODE)
        narrow = b"" if wide else self.data(tag, _STRING)
        found = wide.decode("utf-16-le", "replace") if wide else decode(narrow, self.encoding)[0] if narrow else ""
        return found.rstrip("\0")

    def time(self, tag: int) -> str:
        """A time as ISO 8601 in UTC; "" where it is missing or no time at all."""
        raw = self._fixed.get(tag)
        try:
            found = _EPOCH + timedelta(microseconds=struct.unpack("<Q", raw)[0] // 10) if raw else None
        except OverflowError:
            return ""
        return found.replace(microsecond=0).isoformat(sep=" ") if found and found.year > 1601 else ""

    def about(self) -> dict[str, str]:
        """Who wrote to whom and when."""
        address = self.text(_SMTP_ADDRESS) or self.text(_SENDER_ADDRESS)
        name = self.text(_SENDER_NAME)
        sender = f"{name} <{address}>" if name and "@" in address and name != address else name or address
        sent = self.time(_SUBMITTED) or self.time(_DELIVERED)
        return {"from": sender, "to": self.text(_TO), "cc": self.text(_CC), "date": sent}

    def body(self) -> list[Block]:
        """The plain text, or the HTML where that has a table or there is no plain text."""
        html = self.data(_HTML, _BINARY) or self.data(_HTML, _STRING) or self.data(_HTML, _UNICODE)
        plain = [Block(b.kind, b.text, b.level) for b in paragraphs(self.text(_TEXT))]
        if not html:
            return plain
        page = decode(html, self.encoding)[0]
        rich = [Block(b.kind, b.text, b.level) for b in html_blocks(parse(page))]
        return rich if not plain or any(block.kind == "table" for block in rich) else plain

    def rtf(self) -> bytes:
        """The body as RTF, for a message that has it in no other way."""
        return uncompressed(self.data(_RTF, _BINARY))

    def attachments(self) -> Iterator[_Message]:
        """The folders of what is attached."""
        depth = len(self.path)
        found = {
            entry[depth]
            for entry in self._ole.listdir(streams=True, storages=True)
            if entry[:depth] == self.path and len(entry) > depth and entry[depth].startswith("__attach_version1.0_")
        }
        for name in sorted(found):
            yield _Message(self._ole, [*self.path, name], _ATTACHMENT_HEADER)

    def attached_message(self) -> _Message | None:
        """The message that this attachment is, if it is one."""
        path = [*self.path, f"__substg1.0_{_FILE}{_FOLDER}"]
        return _Message(self._ole, path, _INNER_HEADER) if self._ole.get_type(path) == 1 else None

    def is_hidden(self) -> bool:
        """Whether an attachment is a picture of the body."""
        return self._fixed.get(_HIDDEN, b"\0")[:1] == b"\x01"

    def _fixed_properties(self, header: int) -> dict[int, bytes]:
        path = [*self.path, "__properties_version1.0"]
        data = self._ole.openstream(path).read() if self._ole.get_type(path) == 2 else b""
        entries = (data[n : n + 16] for n in range(header, len(data) - 15, 16))
        return {struct.unpack("<H", entry[2:4])[0]: entry[8:] for entry in entries}


class _Reader:
    """Collects what a message and the messages attached to it say and carry."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.skipped: list[Skipped] = []

    def blocks(self, message: _Message, level: int, folder: str = "") -> Iterator[Block]:
        subject, about = message.text(_SUBJECT), message.about()
        if subject:
            yield Block("heading", subject, level)
        if lines := [f"{name.title()}: {value}" for name, value in about.items() if value]:
            yield Block("paragraph", "\n".join(lines))
        body = message.body()
        yield from body
        if not body and (rtf := message.rtf()):
            self.members.append(Member(f"{folder}body.rtf", rtf))
        for attachment in message.attachments():
            yield from self._attachment(attachment, level, folder)

    def _attachment(self, attachment: _Message, level: int, folder: str) -> Iterator[Block]:
        inner = attachment.attached_message()
        stated = attachment.text(_LONG_NAME) or attachment.text(_SHORT_NAME) or attachment.text(_DISPLAY_NAME)
        name = stated.replace("\\", "/").rsplit("/", 1)[-1] or "attachment"
        if inner is not None and level <= _MAX_DEPTH:
            yield from self.blocks(inner, level + 1, f"{folder}{inner.text(_SUBJECT) or name}/")
        elif data := attachment.data(_FILE, _BINARY):
            if attachment.is_hidden() and len(data) < 10_000:
                self.skipped.append(Skipped("decoration", name))
            else:
                self.members.append(Member(folder + name, data))
        else:
            self.skipped.append(Skipped("empty_attachment", name))
