"""How an answer was computed: the query over the table, its result, and how the table was read."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from rag.types import Computation
from ui.language import Words


def draw_computation(words: Words, computation: Computation) -> None:
    """Draws it, closed until somebody wants to know."""
    with st.expander(words("computed.title"), icon=":material/calculate:"):
        name = " / ".join(filter(None, (computation.document_name, computation.sheet)))
        st.markdown(words.markdown("computed.table", name=name, rows=f"{computation.rows:,}"))
        st.code(computation.sql, language="sql", wrap_lines=True)
        names, *rows = computation.result
        st.dataframe({name: [row[n] for row in rows] for n, name in enumerate(names)}, hide_index=True)
        for line in _readings(words, computation):
            st.markdown(line)


def _readings(words: Words, computation: Computation) -> Iterator[str]:
    """What was taken for a number or a date, and what was not counted."""
    for column in computation.columns:
        if column.kind != "text":
            unit = words.markdown("computed.unit", unit=column.unit) if column.unit else ""
            yield words.markdown(f"computed.{column.kind}", column=column.name) + unit
        if column.empty:
            yield words.markdown("computed.empty", column=column.name, cells=f"{column.empty:,}")
    if computation.summaries:
        yield words("computed.summaries", rows=f"{computation.summaries:,}")
