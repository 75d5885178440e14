"""What documents are about and whom they name, as filters: on the shelf of the Library, and of a question's scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st

from rag.types import FACETS, DocumentInfo
from ui.language import Words


def facets_of(documents: Iterable[DocumentInfo]) -> dict[str, list[str]]:
    """By each facet that any of the documents has: its values, those that most have first."""
    counts = {name: Counter[str]() for name in FACETS}
    for document in documents:
        for name, counted in counts.items():
            counted.update(set(document.values(name)))
    ordered = {name: sorted(one, key=lambda value: (-one[value], value)) for name, one in counts.items()}
    return {name: values for name, values in ordered.items() if values}


def draw_facets(words: Words, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """A filter for each facet that the documents have; gives those that fit, of each one any value that is chosen."""
    known = facets_of(documents)
    if not known:
        return list(documents)
    chosen: dict[str, list[str]] = {}
    for place, (name, values) in zip(st.columns(len(known)), known.items(), strict=True):
        key = f"shelf_facet_{name}"
        if key in st.session_state:  # what has been deleted since
            st.session_state[key] = [value for value in st.session_state[key] if value in values]
        label = words(f"facet.{name}")
        chosen[name] = place.multiselect(label, values, key=key, placeholder=label, label_visibility="collapsed")
    return [one for one in documents if all(_fits(one, name, values) for name, values in chosen.items())]


def _fits(document: DocumentInfo, name: str, chosen: Sequence[str]) -> bool:
    return not chosen or not set(chosen).isdisjoint(document.values(name))
