"""A mailbox's messages are put into their threads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from loaders._content import Content, Member
from loaders._document import Block, Skipped
from loaders._errors import DocumentTooLarge
from loaders._mime import MessageReader, header

MAX_MESSAGES = 100_000
_SEPARATOR = re.compile(rb"(?:\A|\r?\n\r?\n|(?<=\n))From [^\r\n]*\r?\n(?=[!-9;-~]+:)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.M)
_REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|vs|tr|rv|antw|返信|転送)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]+>")


def read(data: bytes) -> Content:
    """The messages as blocks, thread after thread in the order of their first messages."""
    readers = [MessageReader(message, level=2) for message in _messages(data)]
    blocks: list[Block] = []
    members: list[Member] = []
    skipped: list[Skipped] = []
    threads = _threads(readers)
    for number, thread in enumerate(threads, start=1):
        blocks.append(Block("heading", _REPLY.sub("", thread[0].subject) or "(no subject)", 1))
        for reader in thread:
            blocks += reader.blocks
            members += [Member(f"{number}/{member.name}", member.data) for member in reader.members]
            skipped += reader.skipped
            if reader.encrypted:
                skipped.append(Skipped("encrypted_message", reader.subject))
    metadata = {"messages": str(len(readers)), "threads": str(len(threads))}
    encoding = next((reader.encoding for reader in readers if reader.encoding), "")
    return Content(blocks, metadata=metadata, encoding=encoding, skipped=skipped, members=members)


def _messages(data: bytes) -> Iterator[bytes]:
    """Each message without its "From " line; lines that the mailbox has escaped are as they were."""
    marks = list(_SEPARATOR.finditer(data))
    if len(marks) > MAX_MESSAGES:
        raise DocumentTooLarge(f"This mailbox has {len(marks):,} messages; the limit is {MAX_MESSAGES:,}.", "Split it.")
    ends = [mark.start() for mark in marks[1:]] + [len(data)]
    for mark, end in zip(marks, ends, strict=True):
        yield _QUOTED_FROM.sub(rb"\1", data[mark.end() : end])


def _threads(readers: list[MessageReader]) -> list[list[MessageReader]]:
    """Messages joined by what they reply to (References, In-Reply-To), or by a subject that says it is a reply."""
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for number, reader in enumerate(readers):
        own, *others = _keys(reader, number)
        for other in others:
            root[find(other)] = find(own)
    threads: dict[str, list[MessageReader]] = {}
    for number, reader in sorted(enumerate(readers), key=lambda pair: _when(pair[1])):
        threads.setdefault(find(_keys(reader, number)[0]), []).append(reader)
    return list(threads.values())


def _keys(reader: MessageReader, number: int) -> list[str]:
    """The message's own id first, then what it belongs to."""
    own = header(reader.message, "Message-ID") or f"message {number}"
    replies = _ID.findall(header(reader.message, "References") + header(reader.message, "In-Reply-To"))
    subject = _REPLY.sub("", reader.subject).casefold()
    return (
        [own, *replies, f"subject {subject}"]
        if subject and (replies or _REPLY.match(reader.subject))
        else [own, *replies]
    )


def _when(reader: MessageReader) -> datetime:
    try:
        found = parsedate_to_datetime(header(reader.message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
