"""What an Office package holds beside its text: embedded files, pictures, macros."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

from loaders._archives import UNREADABLE
from loaders._content import Content, Member
from loaders._document import Skipped

_READABLE = frozenset([".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pdf", ".csv", ".txt", ".html", ".xml"])
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")


def with_parts(content: Content, data: bytes, folder: str) -> Content:
    """The content with the files embedded in the package, and what is left out; a chart's own workbook is neither."""
    members: list[Member] = []
    skipped = list(content.skipped)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        charted = b"".join(archive.read(name) for name in names if f"{folder}/charts/_rels/" in name).decode("latin-1")
        for name in names:
            path = PurePosixPath(name)
            if f"/{path.name}" in charted:
                continue
            if name.startswith(f"{folder}/embeddings/") and path.suffix.lower() in _READABLE:
                try:
                    members.append(Member(path.name, archive.read(name)))
                except UNREADABLE:
                    skipped.append(Skipped("damaged_member", path.name))
            elif name.startswith(f"{folder}/embeddings/") and not name.endswith("/"):
                skipped.append(Skipped("embedded_object", path.name))
            elif name.endswith("vbaProject.bin"):
                skipped.append(Skipped("macro", path.name))
    if pictures := sum(name.startswith(f"{folder}/media/") for name in names):
        skipped.append(Skipped("image", str(pictures)))
    slides = sum(_SLIDE.fullmatch(name) is not None for name in names)
    return replace(content, members=members, skipped=skipped, pages=slides)
