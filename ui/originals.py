"""The files as they were uploaded, at addresses of their own: `/original/ID` opens in the browser what may."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rag.errors import TenkyoError
from rag.types import DocumentInfo
from ui.knowledge import knowledge_base

_PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TEXTS: Final = ("text/plain", "text/markdown", "text/csv")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def opens_in_browser(document: DocumentInfo) -> bool:
    """Whether a browser shows it without running anything of it: PDF, pictures, plain text (never HTML or SVG)."""
    return document.has_original and (document.media_type in ("application/pdf", *_PICTURES, *_TEXTS))


def address_of(document: DocumentInfo, page: int | None) -> str:
    """Where the browser opens it, a PDF at the page."""
    at = f"#page={page}" if page and document.media_type == "application/pdf" else ""
    return f"/original/{document.id}{at}"


def original(request: Request) -> Response:
    """The file; what no browser should open is given to be kept."""
    try:
        knowledge = knowledge_base()
        document = knowledge.document(request.path_params["id"])
        data = knowledge.original(document.id)
    except TenkyoError as error:
        return PlainTextResponse(str(error), status_code=404)
    name = quote(document.name.rsplit("/", 1)[-1], safe="")
    media_type, disposition = "application/octet-stream", "attachment"
    if opens_in_browser(document):
        media_type, disposition = document.media_type, "inline"
    if document.media_type in _TEXTS:  # of whatever kind and encoding: as plain text, in one that every browser knows
        media_type = "text/plain; charset=utf-8"
        data = data.decode(document.report.encoding or "utf-8", "replace").encode()
    return Response(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
            "Content-Security-Policy": _POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-cache",
        },
    )


ROUTES: Final = [Route("/original/{id}", original)]
