"""The Admin page's chat models: which there are, and how one is when it is tried."""

from __future__ import annotations

import streamlit as st

from rag.errors import InvalidSettings
from rag.reports import ModelHealth
from ui.components.figures import draw_metrics
from ui.language import Words
from ui.visit import Visit


def draw_models(visit: Visit) -> None:
    """The models of the settings, and a button that tries one."""
    words, models = visit.words, visit.knowledge.models
    st.caption(words("models.hint"))
    if not models.choices:
        st.info(words("models.none"), icon=":material/format_quote:")
        return
    st.dataframe(
        [
            {"name": one.name, "model": one.model, "runs": one.base_url or one.backend, "window": one.context_tokens}
            for one in models.choices
        ],
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(words("models.name")),
            "model": st.column_config.TextColumn(words("models.model")),
            "runs": st.column_config.TextColumn(words("models.runs")),
            "window": st.column_config.NumberColumn(words("models.window"), format="localized"),
        },
        alt=words("admin.section.models"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(words("models.choose"), models.offered(), key="model_tried", width=420)
        tried = st.button(words("models.test"), key="test_model", icon=":material/speed:")
    if tried:
        with st.spinner(words("models.testing")):
            _draw_outcome(visit, name)


def _draw_outcome(visit: Visit, name: str) -> None:
    words = visit.words
    try:
        health = visit.knowledge.models.check(name)
    except InvalidSettings as error:
        message, hint = words.error(error.as_dict())
        st.error(words.markdown("app.problem", message=message, hint=hint))
        return
    if health.error:
        message, hint = words.error(health.error)
        st.error(words.markdown("app.problem", message=message, hint=hint), icon=":material/error:")
        st.caption(words.markdown("app.details", message=f"{health.error['message']} {health.error['hint']}"))
    else:
        _draw_health(words, health)
    if health.served:
        st.caption(words.markdown("models.served", names=", ".join(one.id for one in health.served)))


def _draw_health(words: Words, health: ModelHealth) -> None:
    st.success(words.markdown("models.answers", name=health.name), icon=":material/check_circle:")
    first = health.first_token_ms
    draw_metrics(
        words,
        {
            "models.first": words("models.ms", count=f"{first:,.0f}") if first is not None else "–",
            "models.window": f"{health.window:,}",
            "models.told": f"{health.told:,}" if health.told else "–",
            "models.read": f"{health.read:,}" if health.read else "–",
        },
    )
    if health.listed is False:
        st.warning(words.markdown("models.not_listed", name=health.name), icon=":material/warning:")
    if health.truncates:
        st.warning(words("models.truncates", read=f"{health.read:,}", sent=f"{health.sent:,}"), icon=":material/cut:")
