"""Google Takeout archives: Drive files, mail, notes and the rest, without what Google writes about them."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a Google Takeout archive"
EXTENSIONS = {"": "application/zip"}
BINARY = True

_ABOUT = re.compile(
    r"archive_browser\.html|.*-info\.json|.*/metadata\.json|.*\.supplemental-m\w*\.json|.*\.(jpe?g|png|mp4|heic)\.json",
    re.I,
)


def recognises(data: bytes) -> bool:
    """Everything lies in a folder Takeout."""
    from loaders._zip_members import names_in

    names = names_in(data)
    return bool(names) and all(name.startswith("Takeout/") for name in names)


def load(data: bytes, name: str, password: str | None) -> Content:
    """The files as members, named from below the folder Takeout; a note's JSON only where its page is missing."""
    del name
    from loaders._zip_members import Archive

    archive = Archive(data, password)
    names = set(archive.names)

    def rename(name: str) -> str:
        plain = name.removeprefix("Takeout/")
        twin = "/Keep/" in name and name.endswith(".json") and f"{name.removesuffix('.json')}.html" in names
        return "" if twin or _ABOUT.fullmatch(plain) else plain

    members = list(archive.members(rename))
    return Content([], metadata={"files": str(len(members))}, members=members, skipped=archive.skipped)
