"""Zip archives: each file in it is read by its own loader."""

from __future__ import annotations

from loaders._content import Content

NAME = "a zip archive"
EXTENSIONS = {".zip": "application/zip"}
BINARY = True

# A container of one document, which another part reads or nobody does.
_DOCUMENTS = (
    "[Content_Types].xml",
    "mimetype",
    "META-INF/container.xml",
    "META-INF/MANIFEST.MF",
    "AndroidManifest.xml",
)


def recognises(data: bytes) -> bool:
    """A directory of files that is no document's container."""
    from loaders._zip_members import names_in

    names = names_in(data)
    return bool(names) and not any(name in names for name in _DOCUMENTS)


def load(data: bytes, name: str, password: str | None) -> Content:
    """No blocks of its own: the files are members. What operating systems add to archives is left out."""
    del name
    from loaders._zip_members import Archive

    archive = Archive(data, password)
    members = list(archive.members())
    return Content([], metadata={"files": str(len(members))}, members=members, skipped=archive.skipped)
