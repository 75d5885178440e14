"""Files to be kept, at addresses of their own: a click on one never depends on how far the page has been drawn.

Streamlit's download button counts only until the next run of what it stands in: a click before the browser has heard
of that run (a slow line, a title just changed) would come to nothing.
"""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

import streamlit as st
from starlette.responses import Response

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def draw_download(label: str, address: str, *, quiet: bool = False) -> None:
    """A link that looks like a button (`quiet`: without its border) and fetches what is at the address."""
    look = "download quiet" if quiet else "download"
    icon = '<span class="icon" aria-hidden="true">download</span>'
    st.html(f'<a class="{look}" href="{escape(address)}" download>{icon}{escape(label)}</a>', width="content")


def attachment(data: bytes, name: str) -> Response:
    """The bytes as a file to be kept; its type is kept from the browser, so that nothing runs."""
    return named(data, name, "application/octet-stream", "attachment")


def named(data: bytes, name: str, media_type: str, disposition: str) -> Response:
    """The bytes under a name in any script, which only this visitor's browser may use."""
    return Response(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-cache",
        },
    )
