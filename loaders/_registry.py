"""Which part of this folder reads a file: decided by content first, then by name."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath
from typing import cast

from loaders._content import Content, Loader, Member
from loaders._document import Block, Child, Document
from loaders._encrypted_office import decrypted
from loaders._errors import DamagedDocument, DocumentTooLarge, EmptyDocument, LoadError, UnsupportedFormat
from loaders._fetch import fetch, is_address
from loaders._language import detect_language
from loaders._pulse import beat
from loaders._report import extraction_report
from loaders._sniffing import foreign_format, is_text

MAX_TITLE = 200
MAX_DEPTH = 4  # of files inside files
_NEAR_TOP = 8
_LANGUAGE_SAMPLE = 40_000
_NO_TITLE = re.compile(
    r"untitled.*|\(anonymous\)|無題.*|名称未設定.*|タイトルなし|(slide|スライド|document|文書) ?\d*"
    r"|(microsoft )?(word|powerpoint)( 文書| プレゼンテーション| document| presentation|\s*-.*)?"
    r"|.*\.(docx?|pptx?|pdf|html?|indd|tex|dvi|xlsx?|odt|qxd|eps|ps)",
    re.IGNORECASE,
)


def load(source: Path | str | bytes, name: str = "", password: str | None = None) -> Document:
    """The document in a file, at an address ("https://…"), or in bytes whose file is called `name`.

    Raises UnsupportedFormat, EncryptedDocument, DamagedDocument, EmptyDocument or DocumentTooLarge, and for an address
    FetchFailed or ForbiddenAddress, each with `file` set; OSError where the file cannot be read.
    """
    try:
        if is_address(source):
            name = name or str(source)
            found = fetch(str(source))
            document = _document(found.data, found.name, password)
            return replace(document, metadata={**found.metadata, **document.metadata})
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = name or ("" if isinstance(source, bytes) else Path(source).name)
        return _document(data, name, password)
    except LoadError as error:
        error.file = error.file or name
        error.args = (error.message, error.hint, error.file)  # an exception is pickled by its args
        raise


def extensions() -> tuple[str, ...]:
    """The file name extensions that are read, as (".pdf", …)."""
    return tuple(extension for part in parts() for extension in part.EXTENSIONS if extension)


@cache
def parts() -> tuple[Loader, ...]:
    """The plain files of this folder. They are cheap to import: what they need from others they import in `load`."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_"))
    return tuple(cast(Loader, importlib.import_module(f"loaders.{name}")) for name in names)


def _document(data: bytes, name: str, password: str | None, depth: int = 0) -> Document:
    if not data:
        raise EmptyDocument("The file is empty (0 bytes).", "Check that it was saved or copied completely.")
    readable = decrypted(data, password)
    part = _choose(readable, name)
    content = _content(part, readable, name, password)
    blocks = content.blocks
    if isinstance(blocks, list | tuple):
        blocks = tuple(block for block in blocks if block.text.strip())
    children = tuple(_children(content.members, password, depth + 1))
    if not blocks and not any(child.document for child in children):
        raise _nothing_in(content, children)
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        name=name,
        media_type=part.EXTENSIONS.get(_extension(name)) or next(iter(part.EXTENSIONS.values())),
        title=_title(content.title, blocks, name),
        language=detect_language(_sample(blocks)),
        metadata={key: value for key, value in content.metadata.items() if value},
        blocks=blocks,
        report=replace(extraction_report(content, blocks), misnamed=_misnamed(part, name)),
        children=children,
    )


def _children(members: Sequence[Member], password: str | None, depth: int) -> Iterator[Child]:
    for number, member in enumerate(members):
        if depth == 1:
            beat(number, len(members), "files")
        else:
            beat()
        yield _child(member, password, depth)


def _child(member: Member, password: str | None, depth: int) -> Child:
    """A file inside a file; one that cannot be read does not keep its parent from being read."""
    try:
        if depth > MAX_DEPTH:
            raise DocumentTooLarge(f"Files are nested more than {MAX_DEPTH} deep.", "Unpack it and add what is inside.")
        return Child(member.name, member.data, _document(member.data, member.name, password, depth))
    except LoadError as error:
        return Child(member.name, member.data, error=error.as_dict())


def _nothing_in(content: Content, children: Sequence[Child]) -> EmptyDocument:
    """Why a file counts as empty: what was skipped, or what became of the files inside it."""
    hint = "Check that it is the file that you meant."
    if children:
        failures = "; ".join(f"{child.name}: {child.error['message']}" for child in children[:3] if child.error)
        return EmptyDocument(f"None of the {len(children)} files in it could be read ({failures}).", hint)
    if content.pages:
        pages = f"{content.pages} page" + ("s" if content.pages > 1 else "")
        return EmptyDocument(f"There is no text in this file ({pages}; it may be a scan).", "Run OCR on it first.")
    return EmptyDocument("There is no text in this file.", hint)


def _extension(name: str) -> str:
    return PurePath(name).suffix.lower()


def _by_name(name: str) -> Loader | None:
    extension = _extension(name)
    return next((part for part in parts() if extension and extension in part.EXTENSIONS), None)


def _misnamed(part: Loader, name: str) -> str:
    """What the content is, and what the name says; "" where they agree or the name says nothing.

    A format without a file name extension of its own (an export in a zip archive) goes by that of its carrier.
    """
    named = _by_name(name)
    if named is None or part is named or "" in part.EXTENSIONS or _extension(name) in part.EXTENSIONS:
        return ""
    return f"{part.NAME}, not {named.NAME}"


def _choose(data: bytes, name: str) -> Loader:
    by_name = _by_name(name)
    for part in parts():
        if part.recognises(data):
            return part
    found = foreign_format(data)
    if found and by_name:
        raise DamagedDocument(f"This is {found}, not {by_name.NAME}.", "Check that the file is what its name says.")
    if found:
        raise UnsupportedFormat(f"This is {found}, and there is no loader for it.", _supported())
    if by_name and by_name.BINARY:
        raise DamagedDocument(f"This is not {by_name.NAME}, or it is truncated or damaged.", "Get the file once more.")
    if by_name:
        return by_name
    if is_text(data):
        return next(part for part in parts() if ".txt" in part.EXTENSIONS)
    raise UnsupportedFormat("The format of this file is not known.", _supported())


def _supported() -> str:
    return "Supported: " + ", ".join(extensions()) + "."


def _content(part: Loader, data: bytes, name: str, password: str | None) -> Content:
    try:
        return part.load(data, name, password)
    except LoadError as error:
        if misnamed := _misnamed(part, name):
            error.message = f"This is {misnamed}. {error.message}"
        raise
    except MemoryError as error:
        raise DocumentTooLarge("There is not enough memory to read this file.", "Split it.") from error
    except ImportError as error:
        raise LoadError(f"Reading {part.NAME} needs a package.", f"Type: pip install {error.name}") from error
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        hint = "Open it in its own program and save it again."
        raise DamagedDocument(f"Reading it as {part.NAME} failed ({detail}).", hint) from error


def _title(stated: str, blocks: Sequence[Block], name: str) -> str:
    """The file's own title if a person wrote it, else its highest heading near the top, else its name."""
    stated = " ".join(stated.split())
    if stated and not _NO_TITLE.fullmatch(stated) and stated.isprintable() and "\ufffd" not in stated:
        return stated[:MAX_TITLE]
    headings = [block for block in blocks[:_NEAR_TOP] if block.kind == "heading"]
    if not headings and isinstance(blocks, tuple):
        headings = [block for block in blocks if block.kind == "heading" and block.level == 1]
    first = min(headings, key=lambda block: block.level, default=None)
    return " ".join(first.text.split())[:MAX_TITLE] if first else PurePath(name).stem


def _sample(blocks: Iterable[Block]) -> str:
    """Enough of the text to tell its language: tables last, as they are names and figures."""
    prose: list[str] = []
    tables: list[str] = []
    size = 0
    for block in blocks:
        (tables if block.kind in ("table", "code") else prose).append(block.text)
        size += len(block.text)
        if size > _LANGUAGE_SAMPLE:
            break
    return "\n".join(prose + tables)[:_LANGUAGE_SAMPLE] if sum(map(len, prose)) < 200 else "\n".join(prose)
