"""What a page costs the server: processor time of one run of its script, over the sample library."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from evals.metrics import percentile

_RUNS = 15
_TURNS = 10
_PAGES = {"ask": "Ask, empty", "library": "Library", "admin": "Admin, shut"}
_WAIT_S = 60


def run(runs: int) -> list[dict[str, object]]:
    """A row per page, and for a chat of ten answers; milliseconds of processor time, of all threads together."""
    runs = runs or _RUNS
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        os.environ |= {"TENKYO_STORE": str(Path(folder) / "store"), "HF_HUB_OFFLINE": "1"}
        from streamlit.testing.v1 import AppTest

        from ui.knowledge import knowledge_base

        knowledge_base().work_off()
        rows = []
        for name, label in _PAGES.items():
            app = AppTest.from_function(_draw, args=(name,), default_timeout=_WAIT_S)
            rows.append(_row(label, lambda app=app: app.run(), runs))
        chat = AppTest.from_function(_draw, args=("ask",), default_timeout=_WAIT_S).run()
        for _ in range(_TURNS):
            chat.chat_input[0].set_value("Where is the defibrillator?").run()
            reply = chat.session_state.conversation.turns[-1].reply
            while reply.next_questions is None:
                reply.wait(_WAIT_S)
                time.sleep(0.01)  # until its thread is at rest
        rows.append(_row(f"Ask, {_TURNS} answers", chat.run, runs))
        knowledge_base.clear()
    return rows


def _draw(name: str) -> None:
    import importlib

    import streamlit as st

    from ui.knowledge import knowledge_base
    from ui.language import words_of
    from ui.visit import Visit

    importlib.import_module(f"ui.{name}").page(Visit(knowledge_base(), words_of("en"), st.sidebar.container()))


def _row(name: str, draw: Callable[[], object], runs: int) -> dict[str, object]:
    draw()  # what only the first run does (imports, a cache) is another figure: `start`
    took = []
    for _ in range(runs):
        began = time.process_time()
        draw()
        took.append((time.process_time() - began) * 1000)
    return {"page": name, "p50 CPU ms": round(percentile(took, 0.5)), "p95 CPU ms": round(percentile(took, 0.95))}
