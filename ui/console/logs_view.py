"""The newest lines of the log on the Admin page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.visit import Visit

_LEVELS = ("info", "warning", "error")
_LINES = 200


def draw_logs(visit: Visit) -> None:
    """The lines from a level on, newest first, and where they are kept."""
    words, settings = visit.words, visit.knowledge.settings
    st.caption(words.markdown("logs.hint", path=str(settings.store / "logs")))
    if settings.log != "file":
        st.info(words("logs.elsewhere"), icon=":material/terminal:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = st.segmented_control(
            words("logs.level"),
            _LEVELS,
            default="info",
            required=True,
            format_func=lambda name: words(f"logs.from.{name}"),
            key="log_level",
        )
        st.button(words("logs.again"), key="read_logs", icon=":material/refresh:")
    lines = visit.knowledge.logs.latest(_LINES, level)
    if not lines:
        st.caption(words("logs.none"))
        return
    st.dataframe(
        [{"at": line.at, "level": line.level, "event": line.event, "fields": _shown(line.fields)} for line in lines],
        hide_index=True,
        height=520,
        column_config={
            "at": st.column_config.DatetimeColumn(words("logs.at"), format="YYYY-MM-DD HH:mm:ss", width="medium"),
            "level": st.column_config.TextColumn(words("logs.level"), width="small"),
            "event": st.column_config.TextColumn(words("logs.event"), width="medium"),
            "fields": st.column_config.TextColumn(words("logs.fields"), width="large"),
        },
        alt=words("admin.section.logs"),
    )


def _shown(fields: Mapping[str, object]) -> str:
    return " · ".join(f"{name}={value}" for name, value in fields.items() if name != "run_id")
