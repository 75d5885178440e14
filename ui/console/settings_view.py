"""The Admin page's settings: every one, with its value and what it means."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from ui.language import Words
from ui.visit import Visit


def draw_settings(visit: Visit) -> None:
    """Draws the table."""
    words, settings = visit.words, visit.knowledge.settings
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
        alt=words("admin.section.settings"),
    )


def shown(words: Words, value: object) -> str:
    """A setting's value for the eye; a secret's only as being set or not."""
    if isinstance(value, SecretStr):
        return words("admin.secret_set") if value.get_secret_value() else words("admin.not_set")
    if isinstance(value, tuple):
        value = ", ".join(choice.name for choice in value)
    return str(value) if value != "" else words("admin.not_set")
