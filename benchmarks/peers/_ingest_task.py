"""What the ingest scripts share: the files' paths come in on standard input, the seconds go out on standard output."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"


def read_task() -> dict[str, Any]:
    """`model` (a folder), `files` (paths)."""
    return json.load(sys.stdin)


def measure(ingest: Callable[[list[str]], int], files: list[str], warm_up: Callable[[], object]) -> None:
    """Times loading, splitting, embedding and indexing; imports and loading the model are left out."""
    warm_up()
    start, cpu = time.perf_counter(), time.process_time()
    chunks = ingest(files)
    took = {"indexed_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**took, "chunks": chunks}))


def loaded(load: Callable[[str], list[Any]], files: list[str]) -> list[Any]:
    """What could be read of the files; one that fails is said on standard error and left out."""
    found = []
    for file in files:
        try:
            found += load(file)
        except Exception as error:  # noqa: BLE001 - whatever another library raises
            print(f"{file}: {error!r}", file=sys.stderr)
    return found
