"""Extractive answers on every set whose questions carry their answers; off-topic questions are those of another set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.answers import COSTS, evaluate_answers
from rag import Settings


def run(folders: Sequence[Path], limit: int | None, off_topic: Path | None) -> list[dict[str, object]]:
    """A row per set; the curve side by side, for each share of answerable questions that may be declined."""
    settings, rows = Settings(samples=False), list[dict[str, object]]()
    for folder in folders:
        others = off_topic or next((one for one in folders if one != folder), None)
        figures = evaluate_answers(folder, settings, limit, lambda _: None, others)
        points = figures.pop("curve")
        assert isinstance(points, list)
        rows.append({"set": figures.pop("dataset"), **figures, **_flat(points)})
    return rows


def _flat(points: list[dict[str, float | None]]) -> dict[str, object]:
    """The points of the curve side by side: look-alikes and off-topic declined at that cost."""
    return {
        f"look-alikes / off-topic at {cost:.0%}": f"{point['look_alikes']} / {point['off_topic']}"
        for cost, point in zip(COSTS, points, strict=True)
    }
