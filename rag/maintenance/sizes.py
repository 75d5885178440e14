"""How much room a store takes, part by part."""

from __future__ import annotations

import shutil
from pathlib import Path

from rag.reports import Storage
from rag.storage.folders import bytes_in, bytes_of

_FOLDERS = ("originals", "indexes", "backups")


def storage(folder: Path) -> Storage:
    """Bytes of each part of the store in this folder, and what is free on its disk."""
    sizes = {name: bytes_in(folder / name) for name in _FOLDERS}
    sizes["catalog"] = sum(map(bytes_of, folder.glob("catalog.sqlite*")))
    other = max(0, bytes_in(folder) - sum(sizes.values()))
    return Storage(**sizes, other=other, free=shutil.disk_usage(folder).free)
