"""The files of a folder on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


def bytes_of(path: Path) -> int:
    """How large a file is; 0 for one that has gone meanwhile, as temporary files and old indexes do."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def bytes_in(folder: Path) -> int:
    """How large all files in a folder and those inside it are, as `bytes_of` each."""
    return sum(bytes_of(Path(where, name)) for where, _, names in os.walk(folder) for name in names)


class Listing(NamedTuple):
    """Each file with its path inside the folder; and the folders inside it, by theirs, that could not be read."""

    files: list[tuple[Path, str]]
    unread: list[str]


def files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file with its path inside the folder, so that two called readme.md do not replace each other.

    Hidden files, and those by which an Office program marks a document as open, are passed over.
    """
    yield from listing(folder).files


def listing(folder: Path) -> Listing:
    """What `files_in` gives, and what it cannot; links to files are followed, links to folders are not."""
    files, unread = list[Path](), list[str]()

    def refused(error: OSError) -> None:
        unread.append(Path(error.filename).relative_to(folder).as_posix())

    for where, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += (Path(where, name) for name in names if not name.startswith((".", "~$")))
    there = [(path, path.relative_to(folder).as_posix()) for path in sorted(files) if path.is_file()]
    return Listing(there, unread)
