"""The files of a folder on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file with its path inside the folder, so that two called readme.md do not replace each other.

    Hidden files, and those by which an Office program marks a document as open, are passed over.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if not path.name.startswith("~$") and not any(part.startswith(".") for part in name.parts):
            yield path, name.as_posix()
