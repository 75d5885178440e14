"""What an Office package holds beside its text: embedded files, pictures, macros."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from loaders._content import Content, Member
from loaders._document import Skipped
from loaders._office_package import Package

_READABLE = frozenset([".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pdf", ".csv", ".txt", ".html", ".xml"])
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")


def with_parts(content: Content, package: Package, folder: str) -> Content:
    """The content with the files embedded in the package, and what is left out; a chart's own workbook is neither."""
    members = list(content.members)
    skipped = list(content.skipped)
    charted = {part for chart in package.names if f"{folder}/charts/" in chart for part in _workbooks(package, chart)}
    for name in package.names:
        path = PurePosixPath(name)
        if name in charted:
            continue
        if name.startswith(f"{folder}/embeddings/") and path.suffix.lower() in _READABLE:
            damaged = len(package.damaged)
            members.append(Member(path.name, package.read(name)))
            if len(package.damaged) > damaged:
                members.pop()
                skipped.append(Skipped("damaged_member", path.name))
        elif name.startswith(f"{folder}/embeddings/"):
            skipped.append(Skipped("embedded_object", path.name))
        elif name.endswith("vbaProject.bin"):
            skipped.append(Skipped("macro", path.name))
    if pictures := sum(name.startswith(f"{folder}/media/") for name in package.names):
        skipped.append(Skipped("image", str(pictures)))
    slides = sum(_SLIDE.fullmatch(name) is not None for name in package.names)
    return replace(content, members=members, skipped=skipped, pages=slides)


def _workbooks(package: Package, chart: str) -> list[str]:
    return package.related(chart, "package")
