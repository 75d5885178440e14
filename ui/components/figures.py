"""Figures as Streamlit shows them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.language import Words

_UNITS = (("hours", 3600), ("minutes", 60), ("seconds", 1))


def draw_metrics(words: Words, figures: Mapping[str, str]) -> None:
    """Figures side by side, each under its name."""
    for column, (key, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(words(key), value)


def megabytes(size: int) -> str:
    """Bytes as MB with one decimal, from a thousand on as GB."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def duration(words: Words, seconds: float) -> str:
    """A time in words: seconds below two minutes, minutes below two hours, then hours."""
    unit, size = next((unit, size) for unit, size in _UNITS if seconds >= 2 * size or size == 1)
    return words(f"duration.{unit}", count=max(1, round(seconds / size)))
