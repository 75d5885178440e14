"""How much room a store takes, part by part."""

from __future__ import annotations

import shutil
from pathlib import Path

from rag.reports import Storage

_PARTS = {
    "catalog": "catalog.sqlite*",
    "originals": "originals/**/*",
    "indexes": "indexes/**/*",
    "backups": "backups/*",
}


def storage(folder: Path) -> Storage:
    """Bytes of each part of the store in this folder, and what is free on its disk."""
    sizes = {name: sum(map(_size, folder.glob(pattern))) for name, pattern in _PARTS.items()}
    every = sum(map(_size, folder.rglob("*")))
    return Storage(**sizes, other=max(0, every - sum(sizes.values())), free=shutil.disk_usage(folder).free)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # an index that has just been replaced by a newer one
        return 0
