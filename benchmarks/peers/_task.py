"""What every script here shares: the task comes in on standard input, the rankings go out on standard output."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

Search = Callable[[str], list[str]]

os.environ["HF_HUB_OFFLINE"] = "1"


def read_task() -> dict[str, Any]:
    """`model` (a folder), `documents` (id, text), `queries` (texts), `depth`."""
    return json.load(sys.stdin)


def answer(queries: list[str], systems: dict[str, Search]) -> None:
    """Asks every system every question, and prints the ids found and the milliseconds that it took."""
    found: dict[str, dict[str, list[Any]]] = {}
    for name, search in systems.items():
        search(queries[0])  # a model is loaded by its first question
        ranked, took = [], []
        for query in queries:
            start = time.perf_counter()
            ranked.append(search(query))
            took.append((time.perf_counter() - start) * 1000)
        found[name] = {"ranked": ranked, "took_ms": took}
    print(json.dumps(found))
