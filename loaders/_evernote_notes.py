"""The notes of an Evernote export become blocks (evernote-export4.dtd, enml2.dtd)."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import XMLSyntaxError, iterparse

from loaders._content import Content, Member
from loaders._document import Block, Skipped
from loaders._errors import DamagedDocument, EmptyDocument
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._xml_tree import child_text, name_of, parse_xml

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_LEAST_WEIGHT = 30  # of 100: below it, what Evernote's recognition read is noise
_CODE = "-en-codeblock"


def read(data: bytes) -> Content:
    """All notes in the order of the export, one at a time: an attachment may be larger than libxml2's usual limit."""
    reader = _Reader()
    blocks: list[Block] = []
    titles: list[str] = []
    try:
        # Entities are never expanded, so a huge text can only be one that the file has.
        for _, note in iterparse(
            io.BytesIO(data),
            tag="note",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            recover=True,
        ):
            blocks += reader.note(note)
            titles.append(child_text(note, "title"))
            note.clear()
    except XMLSyntaxError as error:
        if not blocks:
            raise DamagedDocument("This export is not well-formed XML.", "Export it once more.") from error
        reader.skipped.append(Skipped("damaged_end", "the notes after the damage"))
    if not titles:
        raise EmptyDocument("There are no notes in this export.", "Choose notes in Evernote and export them again.")
    title = titles[0] if len(titles) == 1 else ""
    return Content(
        blocks, title, {"notes": str(len(titles))}, encoding="utf-8", skipped=reader.skipped, members=reader.members
    )


class _Reader:
    """Reads notes; collects what is attached to them."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.skipped: list[Skipped] = []

    def note(self, note: Any) -> Iterator[Block]:
        title = child_text(note, "title") or "Untitled note"
        yield Block("heading", title, 1)
        if about := _about(note):
            yield Block("note", about)
        for content in (child for child in note if name_of(child) == "content"):
            yield from self._content("".join(content.itertext()), title)
        for resource in (child for child in note if name_of(child) == "resource"):
            yield from self._resource(resource, title)

    def _content(self, source: str, title: str) -> Iterator[Block]:
        """A note's text, which is XHTML with a few elements of Evernote's own."""
        source = re.sub(r"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>]*>)?", "", source)
        root = parse(re.sub(r"<(en-todo|en-media)\b([^>]*?)/>", r"<\1\2></\1>", source))
        for box in root.iter("en-todo"):
            box.text = "[x] " if box.get("checked") == "true" else "[ ] "
        for item in root.xpath("//li[contains(@style, '--en-checked')]"):
            _mark(item, "[x] " if "--en-checked:true" in item.get("style") else "[ ] ")
        for secret in root.iter("en-crypt"):
            secret.text = None
            self.skipped.append(Skipped("encrypted_text", title))
        for code in root.xpath(f"//div[contains(@style, '{_CODE}')]"):
            _as_code(code)
        for block in html_blocks(root):
            yield Block(block.kind, block.text, block.level)

    def _resource(self, resource: Any, title: str) -> Iterator[Block]:
        """A file is a member; what Evernote has read in a picture is text."""
        kind = child_text(resource, "mime")
        attributes = next((child for child in resource if name_of(child) == "resource-attributes"), None)
        stated = child_text(attributes, "file-name") if attributes is not None else ""
        extension = kind.split("/")[-1].split("+")[0] or "bin"
        name = (
            stated or f"{title}-{len(self.members) + 1}.{ {'jpeg': 'jpg', 'plain': 'txt'}.get(extension, extension) }"
        )
        try:
            data = base64.b64decode(child_text(resource, "data"))
        except (binascii.Error, ValueError):
            data = b""
        if data:
            self.members.append(Member(name.replace("/", "_"), data))
        else:
            self.skipped.append(Skipped("empty_attachment", name))
        if seen := _recognised(child_text(resource, "recognition")):
            yield Block("caption", seen)


def _mark(item: Any, mark: str) -> None:
    """Puts a check box before the item's text, which may begin in a <div> inside it."""
    while not (item.text or "").strip() and len(item) and item[0].tag in ("div", "p", "span"):
        item = item[0]
    item.text = mark + (item.text or "").lstrip()


def _as_code(element: Any) -> None:
    """Evernote marks code by style: a line per <div>."""
    lines = ["".join(child.itertext()) for child in element if name_of(child) == "div"]
    text = "\n".join(lines) if lines else "".join(element.itertext())
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "pre", text, tail


def _about(note: Any) -> str:
    tags = ", ".join((child.text or "").strip() for child in note if name_of(child) == "tag")
    attributes = next((child for child in note if name_of(child) == "note-attributes"), None)
    names = {"Author": "author", "Source": "source-url"} if attributes is not None else {}
    lines = {"Tags": tags, "Created": _STAMP.sub(r"\1-\2-\3 \4:\5", child_text(note, "created"))}
    lines |= {label: child_text(attributes, name) for label, name in names.items()}
    return "\n".join(f"{label}: {value}" for label, value in lines.items() if value)


def _recognised(source: str) -> str:
    """The likeliest reading of each word that Evernote found in a picture."""
    if not source:
        return ""
    words: list[str] = []
    for item in parse_xml(source.encode()).iter("item"):
        readings = [(int(t.get("w") or 0), t.text or "") for t in item if name_of(t) == "t"]
        weight, word = max(readings, default=(0, ""))
        if weight >= _LEAST_WEIGHT and word:
            words.append(word)
    return " ".join(words)
