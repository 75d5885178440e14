"""Notion exports (zip of Markdown or HTML and CSV): pages under their own names."""

from __future__ import annotations

import re

from loaders._content import Content, Member
from loaders._document import Skipped
from loaders._errors import DamagedDocument, DocumentTooLarge

NAME = "a Notion export"
EXTENSIONS = {"": "application/zip"}
BINARY = True

_ID = re.compile(r" ?[0-9a-f]{32}(?=(_all)?(\.\w+)?$)")
_EXPORT = re.compile(r"(?:Export|ExportBlock)-[0-9a-f]{8}-[0-9a-f-]{27}(?:-Part-\d+)?")
_PART = re.compile(r"(?:.*/)?(?:Export-)?[0-9a-f]{8}-[0-9a-f-]{27}(?:-Part-\d+)?\.zip|.*ExportBlock-.*\.zip")


def recognises(data: bytes) -> bool:
    """Files whose names end with Notion's ids, or the archives that it puts into its archive."""
    from loaders._zip_members import names_in

    names = names_in(data)
    pages = [name for name in names if name.endswith((".md", ".csv", ".html"))]
    return any(_ID.search(page) for page in pages) or (bool(names) and all(_PART.fullmatch(name) for name in names))


def load(data: bytes, name: str, password: str | None) -> Content:
    """The pages and files as members, their names without ids; of a table's two exports the complete one."""
    del name
    members, skipped = _members(data, password)
    return Content([], metadata={"files": str(len(members))}, members=members, skipped=skipped)


def _members(data: bytes, password: str | None, depth: int = 0) -> tuple[list[Member], list[Skipped]]:
    from loaders._zip_members import Archive

    archive = Archive(data, password)
    parts = [part for part in archive.names if _PART.fullmatch(part)]
    complete = {name.replace("_all.csv", ".csv") for name in archive.names if name.endswith("_all.csv")}
    found = list(archive.members(lambda name: "" if name in complete or name in parts else _plain(name)))
    skipped = archive.skipped
    for part in parts:
        if depth > 0:  # Notion puts archives into an archive, and nothing like them into those
            raise DocumentTooLarge("Archives are nested too deep.", "Unpack it and add what is inside.")
        try:
            inner, inner_skipped = _members(archive.read(part), password, depth + 1)
        except DamagedDocument:
            skipped.append(Skipped("damaged_member", part))
            continue
        found += inner
        skipped += inner_skipped
    return found, skipped


def _plain(name: str) -> str:
    """A path without the ids that Notion appends to its names."""
    if name.rsplit("/", 1)[-1] == "index.html":
        return ""  # the list of the pages
    parts = [part for part in name.split("/") if not _EXPORT.fullmatch(part)]
    return "/".join(_ID.sub("", part).replace("_all.csv", ".csv") for part in parts)
