"""The drawer on the right: the source that a citation points at, and the way to the next one.

It is a fragment: to open a source, to go on to the next and to close it draws nothing else of the page anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from ui.chat.conversation import Conversation
from ui.components.source_view import Source, draw_source, sources_of
from ui.language import Words
from ui.visit import Visit

_STATE = "opened"
_KEY = "drawer"
_HERE = Path(__file__).parent
_mount = component("tenkyo_drawer", html="<span></span>", js=(_HERE / "drawer.js").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Opened:
    """The source that is open: the number `index` of those of a turn's answer."""

    turn: int
    index: int
    sources: Sequence[Source]

    def step(self, by: int) -> None:
        """Goes to another one of the same answer; after the last comes the first."""
        st.session_state[_STATE] = self.turn, (self.index + by) % len(self.sources)


@st.fragment
def draw_drawer(visit: Visit, conversation: Conversation) -> None:
    """Draws the open source, if there is one, and listens for clicks on citations."""
    opened = opened_source(conversation)
    _mount(
        key=_KEY,
        data={"opened": f"{opened.turn}:{opened.index}" if opened else "", "label": visit.words("source.title")},
        on_open_change=_open,
    )
    if opened:
        with st.container(key="source"):
            _draw_header(visit.words, opened)
            draw_source(visit, opened.sources[opened.index])


def opened_source(conversation: Conversation) -> Opened | None:
    """What is open; None where that is no part of this conversation (any more)."""
    turn_id, index = st.session_state.get(_STATE) or (0, 0)
    answers = (turn.reply.answer for turn in conversation.turns if turn.id == turn_id and turn.reply)
    sources = sources_of(answer) if (answer := next(answers, None)) else []
    return Opened(turn_id, index, sources) if 0 <= index < len(sources) else None


def close_drawer() -> None:
    """Shuts it."""
    st.session_state.pop(_STATE, None)


def _open() -> None:
    """The browser says which: `turn:index`."""
    turn, index = str(st.session_state[_KEY]["open"]).split(":")
    st.session_state[_STATE] = int(turn), int(index)


def _draw_header(words: Words, opened: Opened) -> None:
    several = len(opened.sources) > 1
    with st.container(horizontal=True, vertical_alignment="center", key="source_header", gap="small"):
        st.header(words("source.title"), width="stretch")
        if several:
            _draw_step(words, opened, -1)
            st.caption(words("source.position", number=opened.index + 1, count=len(opened.sources)), width="content")
            _draw_step(words, opened, 1)
        st.button(
            words("source.close"),
            key="close_source",
            icon=":material/close:",
            shortcut="Esc",
            on_click=close_drawer,
        )


def _draw_step(words: Words, opened: Opened, by: int) -> None:
    name, icon, key = ("next", "forward", "Right") if by > 0 else ("previous", "back", "Left")
    st.button(
        words(f"source.{name}"),
        key=f"{name}_source",
        icon=f":material/arrow_{icon}_ios:" if by > 0 else ":material/arrow_back_ios_new:",
        type="tertiary",
        shortcut=key,
        on_click=opened.step,
        args=(by,),
    )
