"""The Admin page: behind a password, one section at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from ui.console.backup_view import draw_backups
from ui.console.evaluation_view import draw_evaluation
from ui.console.gate import Gate
from ui.console.index_view import draw_index
from ui.console.logs_view import draw_logs
from ui.console.models_view import draw_models
from ui.console.overview_view import draw_overview
from ui.console.prompts_view import draw_prompts
from ui.console.settings_view import draw_settings
from ui.console.usage_view import draw_usage
from ui.language import Words
from ui.visit import Visit

SECTIONS: dict[str, Callable[[Visit], None]] = {
    "overview": draw_overview,
    "index": draw_index,
    "usage": draw_usage,
    "evaluation": draw_evaluation,
    "models": draw_models,
    "prompts": draw_prompts,
    "backup": draw_backups,
    "logs": draw_logs,
    "settings": draw_settings,
}
"""By name, in their order on the page; `admin.section.NAME` is what a section is called."""


@st.cache_resource(show_spinner=False)
def gate() -> Gate:
    """The lock of this process."""
    return Gate()


def page(visit: Visit) -> None:
    """Draws the page, or its lock."""
    words, password = visit.words, visit.knowledge.settings.admin_password.get_secret_value()
    st.title(words("admin.title"))
    if not password:
        st.info(words("admin.no_password"), icon=":material/lock:")
        st.code(words("admin.by_environment"), language="bash")
        st.code(words("admin.by_file"), language="toml")
    elif st.session_state.get("admin"):
        _draw_section(visit)
    else:
        _draw_lock(words, password)


def _draw_lock(words: Words, password: str) -> None:
    with st.form("lock", width=420):
        given = st.text_input(words("admin.password"), type="password", autocomplete="current-password")
        tried = st.form_submit_button(words("admin.enter"), type="primary")
    if not tried:
        return
    if gate().opens(given, password):
        st.session_state.admin = True
        st.rerun()
    pause = math.ceil(gate().pause())
    st.error(words("admin.wait", seconds=pause) if pause else words("admin.wrong"))


def _draw_section(visit: Visit) -> None:
    """Only the section chosen is drawn; the address remembers which."""
    words = visit.words
    if "section" not in st.session_state and st.query_params.get("section") in SECTIONS:
        st.session_state.section = st.query_params["section"]
    section = st.segmented_control(
        words("admin.title"),
        list(SECTIONS),
        default=next(iter(SECTIONS)),
        required=True,
        format_func=lambda name: words(f"admin.section.{name}"),
        key="section",
        label_visibility="collapsed",
    )
    st.query_params["section"] = section  # by its name; a bound widget would write its label
    SECTIONS[section](visit)
    st.button(words("admin.leave"), icon=":material/logout:", type="tertiary", on_click=_leave)


def _leave() -> None:
    st.session_state.pop("admin", None)
