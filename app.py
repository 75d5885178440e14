"""The web app: `streamlit run app.py`. One process holds the pages, the library and its worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from rag.errors import TenkyoError
from ui import originals
from ui.chat import conversation_files
from ui.headers import SecurityHeaders
from ui.knowledge import knowledge_base
from ui.trouble import show_fault
from ui.visitor import VisitorCookie

log = logging.getLogger("tenkyo")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Opens the library before the first visitor comes, so that what a crash left goes on at once."""
    try:
        await asyncio.to_thread(knowledge_base)
    except TenkyoError:
        log.exception("The library cannot be opened; the pages say so and try again.")
    yield
    await asyncio.to_thread(knowledge_base.clear)


app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    lifespan=lifespan,
    routes=[*originals.ROUTES, *conversation_files.ROUTES],
    middleware=[Middleware(SecurityHeaders), Middleware(VisitorCookie)],
    on_script_error=show_fault,
)
