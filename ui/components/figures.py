"""Figures as Streamlit shows them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.language import Words


def draw_metrics(words: Words, figures: Mapping[str, str]) -> None:
    """Figures side by side, each under its name."""
    for column, (key, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(words(key), value)


def megabytes(size: int) -> str:
    """Bytes as MB with one decimal, from a thousand on as GB."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
