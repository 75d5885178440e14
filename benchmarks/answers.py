"""Extractive answers on every set whose questions carry their answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.answers import evaluate_answers
from rag import Settings


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set."""
    return [evaluate_answers(folder, Settings(samples=False), limit, lambda _: None) for folder in folders]
