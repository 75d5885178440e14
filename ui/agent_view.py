"""The agent on the Ask page: the switch that lets it answer, and the steps that it takes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.events import ToolCalled, ToolReturned
from ui.language import Words
from ui.plain import plain
from ui.visit import Visit

_KEY = "agent"
_SHOWN_CHARACTERS = 2000

Step = ToolCalled | ToolReturned


def draw_agent_switch(visit: Visit, model: str) -> bool:
    """A switch where there is a chat model to act; gives whether it is on."""
    if not visit.knowledge.agent.available(model):
        return False
    words = visit.words
    names = words("where.separator").join(words.name("tools", name) for name in visit.knowledge.agent.tools())
    return st.toggle(words("agent.switch"), key=_KEY, persist_state="session", help=words("agent.help", tools=names))


def draw_steps(words: Words, steps: Sequence[Step], *, live: bool) -> None:
    """Every tool that was called: with what, why, and what it gave."""
    calls = [step for step in steps if isinstance(step, ToolCalled)]
    if not calls:
        return
    given = {step.call_id: step for step in steps if isinstance(step, ToolReturned)}
    with st.expander(words("agent.steps", count=len(calls)), icon=":material/construction:", expanded=live):
        for number, call in enumerate(calls, 1):
            name = words.name("tools", call.name)
            st.markdown(f"**{number}. {plain(name)}** {plain(call.arguments)}")
            if call.thought:
                st.caption(plain(call.thought[:_SHOWN_CHARACTERS]))
            if returned := given.get(call.call_id):
                failed = words("agent.failed") if returned.failed else ""
                st.code(f"{failed}{returned.result[:_SHOWN_CHARACTERS]}", language=None, wrap_lines=True)
