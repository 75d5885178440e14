"""The agent on the Ask page: the switch that lets it answer, and the steps that it takes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from rag.types import ToolUse
from ui.language import Words
from ui.plain import plain
from ui.visit import Visit

_KEY = "agent"
_SHOWN_CHARACTERS = 2000


def draw_agent_switch(visit: Visit, model: str) -> bool:
    """A switch where there is a chat model to act; gives whether it is on."""
    if not visit.knowledge.agent.available(model):
        return False
    words = visit.words
    names = words("where.separator").join(words.name("tools", name) for name in visit.knowledge.agent.tools())
    return st.toggle(words("agent.switch"), key=_KEY, persist_state="session", help=words("agent.help", tools=names))


def draw_steps(words: Words, steps: Sequence[ToolUse], *, live: bool) -> None:
    """Every tool that was called: with what, why, and what it gave."""
    if not steps:
        return
    with st.expander(words("agent.steps", count=len(steps)), icon=":material/construction:", expanded=live):
        for number, step in enumerate(steps, 1):
            name = words.name("tools", step.name)
            st.markdown(f"**{number}. {plain(name)}** {plain(_told(step.arguments))}")
            if step.thought:
                st.caption(plain(step.thought[:_SHOWN_CHARACTERS]))
            if step.result is not None:
                failed = words("agent.failed") if step.failed else ""
                st.code(f"{failed}{step.result[:_SHOWN_CHARACTERS]}", language=None, wrap_lines=True)


def _told(arguments: str) -> str:
    """The arguments of a call without JSON's marks; the value alone where there is but one."""
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):  # it is a model that wrote them
        return arguments
    if not isinstance(given, dict):
        return arguments
    values = [str(value) for value in given.values()]
    return values[0] if len(values) == 1 else " · ".join(f"{name}: {value}" for name, value in given.items())
