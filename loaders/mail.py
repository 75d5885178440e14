"""Mail messages as programs save them (.eml): who wrote to whom, what, and what is attached."""

from __future__ import annotations

from loaders._content import Content
from loaders._errors import DamagedDocument, EncryptedDocument

NAME = "an e-mail message"
EXTENSIONS = {".eml": "message/rfc822"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Header lines that only mail has, of one message."""
    from loaders._mime_header import header_of, is_mailbox, is_message, is_web_archive

    found = header_of(data)
    return is_message(found) and not is_web_archive(found) and not is_mailbox(data)


def load(data: bytes, name: str, password: str | None) -> Content:
    """The subject as heading, the usual headers, and the body; attachments are members.

    Raises EncryptedDocument where the body is encrypted (S/MIME, OpenPGP).
    """
    del name, password
    from loaders._mime import MessageReader
    from loaders._mime_header import header_of

    if not header_of(data):
        raise DamagedDocument("This is not a mail message: it has no header.", "Save it from the mail program again.")
    reader = MessageReader(data)
    if reader.encrypted:
        raise EncryptedDocument("This message is encrypted.", "Open it in your mail program and save it decrypted.")
    return Content(
        reader.blocks,
        title=reader.subject,
        metadata=reader.metadata(),
        encoding=reader.encoding,
        skipped=reader.skipped,
        members=reader.members,
    )
