"""The frame around the pages: language, look, navigation."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from rag.errors import TenkyoError
from ui import admin, ask, library
from ui.knowledge import knowledge_base
from ui.language import LANGUAGES, Words, language_of, words_of
from ui.page_language import mark_language
from ui.trouble import draw_trouble
from ui.visit import Visit

HERE = Path(__file__).parent
PAGES = (
    ("ask", ask.page, ":material/forum:"),
    ("library", library.page, ":material/library_books:"),
    ("admin", admin.page, ":material/tune:"),
)


def choose_language() -> Words:
    """The browser's language until the person picks another, which the address then remembers."""
    chosen = st.segmented_control(
        words_of("en")("app.language"),
        list(LANGUAGES),
        default=language_of(st.context.locale),
        format_func=lambda language: LANGUAGES[language],
        key="lang",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    return words_of(chosen)


def draw() -> None:
    """One run of the app."""
    icon = (HERE / "icon.svg").read_text(encoding="utf-8")  # a named icon would be fetched from the internet
    st.set_page_config(page_title=words_of("en")("app.name"), page_icon=icon, layout="wide")
    st.logo(HERE / "logo.svg", icon_image=HERE / "icon.svg", size="large")
    st.html(HERE / "theme.css")
    sidebar = st.sidebar.container()
    with st.sidebar.container(key="language"):
        words = choose_language()
    try:
        visit = Visit(knowledge_base(), words, sidebar)
    except TenkyoError as error:
        draw_trouble(words, error)
        return
    mark_language(words, visit.knowledge.settings.max_file_mb)
    for name, draw_page, symbol in PAGES:
        title = words(f"{name}.title")
        visit.pages[name] = st.Page(partial(draw_page, visit), title=title, icon=symbol, url_path=name)
    st.navigation(list(visit.pages.values())).run()


draw()
