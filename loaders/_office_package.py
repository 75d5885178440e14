"""An Office package (ECMA-376 part 2): its parts, how they refer to one another, what it says of itself.

Damaged parts are read as far as they go, and those of the strict variant (ECMA-376 part 1) as of the usual one.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from lxml.etree import _Element

from loaders._archives import UNREADABLE, check_archive
from loaders._errors import DamagedDocument
from loaders._xml_tree import parse_xml

_SCHEMAS = "http://schemas.openxmlformats.org"
NAMESPACES = {
    "w": f"{_SCHEMAS}/wordprocessingml/2006/main",
    "p": f"{_SCHEMAS}/presentationml/2006/main",
    "x": f"{_SCHEMAS}/spreadsheetml/2006/main",
    "a": f"{_SCHEMAS}/drawingml/2006/main",
    "c": f"{_SCHEMAS}/drawingml/2006/chart",
    "dgm": f"{_SCHEMAS}/drawingml/2006/diagram",
    "wp": f"{_SCHEMAS}/drawingml/2006/wordprocessingDrawing",
    "xdr": f"{_SCHEMAS}/drawingml/2006/spreadsheetDrawing",
    "m": f"{_SCHEMAS}/officeDocument/2006/math",
    "r": f"{_SCHEMAS}/officeDocument/2006/relationships",
    "mc": f"{_SCHEMAS}/markup-compatibility/2006",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "rel": f"{_SCHEMAS}/package/2006/relationships",
}
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_CORE = "docProps/core.xml"
_PROPERTIES = {
    "creator": "author",
    "subject": "subject",
    "keywords": "keywords",
    "description": "description",
    "created": "created",
    "modified": "modified",
}
_CHUNK = 4096


def tag(name: str) -> str:
    """A tag or attribute with a prefix of NAMESPACES, as lxml spells it."""
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def value(element: _Element | None, name: str = "w:val") -> str:
    """An attribute of an element that may not be there; "" without either."""
    return "" if element is None else element.get(tag(name), "")


class Relation(NamedTuple):
    """What a part refers to: `kind` is the last step of the relation's type, `target` a part's name or an address."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of one file, by name, whatever their capitals. Raises LoadError where it must not be unpacked."""

    def __init__(self, data: bytes) -> None:
        check_archive(data)
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        self._entries = {_normal(entry.filename): entry for entry in entries}
        self.names = [entry.filename.replace("\\", "/").lstrip("/") for entry in entries]
        self.damaged: list[str] = []

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked; 0 where there is none."""
        entry = self._entries.get(_normal(name))
        return entry.file_size if entry else 0

    def read(self, name: str) -> bytes:
        """A part's bytes, as far as they can be unpacked; none where there is no such part."""
        entry = self._entries.get(_normal(name))
        if entry is None:
            return b""
        try:
            return self._zip.read(entry)
        except UNREADABLE:
            self.damaged.append(name)
            return self._rest(entry)

    def _rest(self, entry: zipfile.ZipInfo) -> bytes:
        """What can be unpacked before the place that is broken; without the checksum, as one byte may be all."""
        del entry.CRC
        read = bytearray()
        try:
            with self._zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    read += chunk
        except UNREADABLE:
            return bytes(read)
        return bytes(read)

    def xml(self, name: str) -> _Element | None:
        """A part's root; None where there is no such part or nothing of it can be parsed."""
        data = self.read(name)
        if not data.strip():
            return None
        try:
            return parse_xml(transitional(data))
        except DamagedDocument:
            self.damaged.append(name)
            return None

    def relations(self, part: str) -> Mapping[str, Relation]:
        """What a part refers to, by id; of the package itself for ""."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        for relation in () if root is None else root.iter(tag("rel:Relationship")):
            external = relation.get("TargetMode") == "External"
            target = relation.get("Target", "")
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = Relation(kind, target if external else _resolved(folder, target), external)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part refers to by relations of a kind."""
        return [r.target for r in self.relations(part).values() if r.kind == kind and not r.external]

    def main(self, usual: str) -> str:
        """The name of the document's main part; `usual` where the package does not say."""
        stated = self.related("", "officeDocument")
        return stated[0] if stated and self.size(stated[0]) else usual

    def properties(self) -> tuple[str, dict[str, str]]:
        """The title, and the metadata that are stated."""
        root = self.xml(next(iter(self.related("", "core-properties")), _CORE))
        stated: dict[str, str] = {}
        for element in () if root is None else root:
            if isinstance(element.tag, str) and (text := (element.text or "").strip()):
                stated[element.tag.rpartition("}")[2]] = text
        return stated.get("title", ""), {ours: stated[name] for name, ours in _PROPERTIES.items() if name in stated}


def transitional(data: bytes) -> bytes:
    """XML with the strict variant's namespaces as the usual ones."""
    if b"purl.oclc.org" not in data:
        return data
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _resolved(folder: str, target: str) -> str:
    """A relation's target as a part's name."""
    return posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
