"""Who is visiting: a random cookie per browser, so that each person finds their own conversations again."""

from __future__ import annotations

import secrets

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "tenkyo_visitor"
_ONE_YEAR_S = 365 * 24 * 3600
_BYTES = 24


def visitor() -> str:
    """The visitor's secret name: the cookie's value; where cookies are refused, one for this visit only."""
    fresh: str = st.session_state.setdefault("visitor", secrets.token_urlsafe(_BYTES))
    known = st.context.cookies.get(_COOKIE, "")
    return known if len(known) >= len(fresh) else fresh


def is_remembered() -> bool:
    """Whether the browser keeps the cookie, and so is known by it at addresses outside the page, too."""
    return visitor() == st.context.cookies.get(_COOKIE)


def visitor_of(request: Request) -> str:
    """The visitor who asks for an address outside the page; "" for one who is not known."""
    return request.cookies.get(_COOKIE, "")


class VisitorCookie:
    """ASGI middleware that gives a browser its cookie with the first page that it loads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything through; a page for a browser without the cookie sets it."""
        if scope["type"] != "http" or _COOKIE in _cookies(scope):
            await self._app(scope, receive, send)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{_COOKIE}={secrets.token_urlsafe(_BYTES)}; Path=/; Max-Age={_ONE_YEAR_S}; HttpOnly; SameSite=Lax"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", cookie + secure)
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> dict[str, str]:
    header = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    return cookie_parser(header.decode("latin-1"))
