"""The Admin page: the index and its health, figures, models and settings."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st
from pydantic import SecretStr

from rag import Settings
from rag.reports import Stats
from ui.backup_view import draw_backups
from ui.document_view import type_name
from ui.evaluation_view import draw_evaluation
from ui.figures import draw_metrics, megabytes
from ui.gate import Gate
from ui.index_view import draw_index
from ui.language import Words
from ui.usage_view import draw_usage
from ui.visit import Visit


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
        _draw_admin(visit)
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


def _draw_admin(visit: Visit) -> None:
    stats = visit.knowledge.stats()
    draw_index(visit, stats)
    _draw_figures(visit.words, stats)
    draw_usage(visit)
    draw_evaluation(visit)
    draw_backups(visit)
    _draw_settings(visit.words, visit.knowledge.settings)
    st.button(visit.words("admin.leave"), icon=":material/logout:", on_click=_leave)


def _leave() -> None:
    st.session_state.pop("admin", None)


def _draw_figures(words: Words, stats: Stats) -> None:
    st.header(words("admin.figures"))
    draw_metrics(
        words,
        {
            "admin.documents": f"{stats.documents:,}",
            "admin.characters": f"{stats.characters:,}",
            "admin.originals": megabytes(stats.original_bytes),
            "admin.store": megabytes(stats.store_bytes),
        },
    )
    types = {type_name(words, name): count for name, count in stats.by_type.items()}
    languages = {words.name("languages", name): count for name, count in stats.by_language.items()}
    left, right = st.columns(2)
    with left:
        _draw_bars(words, "admin.by_type", types)
    with right:
        _draw_bars(words, "admin.by_language", languages)


def _draw_bars(words: Words, title: str, counts: Mapping[str, int]) -> None:
    st.caption(words(title))
    name, documents = words("admin.kind"), words("admin.documents")
    rows = [{name: key, documents: count} for key, count in counts.items()]
    if rows:
        st.bar_chart(
            rows,
            x=name,
            y=documents,
            x_label="",
            y_label="",
            horizontal=True,
            height=220,
            alt=words(title),
        )


def _draw_settings(words: Words, settings: Settings) -> None:
    st.header(words("admin.settings"))
    st.caption(words("admin.settings_hint"))
    values = {name: shown(words, getattr(settings, name)) for name in type(settings).model_fields}
    st.dataframe(
        [{"name": name, "value": value, "meaning": words(f"settings.{name}")} for name, value in values.items()],
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(words("admin.setting")),
            "value": st.column_config.TextColumn(words("admin.value")),
            "meaning": st.column_config.TextColumn(words("admin.meaning"), width="large"),
        },
        alt=words("admin.settings"),
    )


def shown(words: Words, value: object) -> str:
    """A setting's value for the eye; a secret's only as being set or not."""
    if isinstance(value, SecretStr):
        return words("admin.secret_set") if value.get_secret_value() else words("admin.not_set")
    return str(value) if value != "" else words("admin.not_set")
