"""The files as they were uploaded, at addresses of their own: `/original/ID` opens in the browser what may."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rag.errors import TenkyoError
from rag.types import DocumentInfo
from ui.downloads import attachment, named
from ui.knowledge import knowledge_base

_PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TEXTS: Final = ("text/plain", "text/markdown", "text/csv")
_KEEP: Final = "keep"


def opens_in_browser(document: DocumentInfo) -> bool:
    """Whether a browser shows it without running anything of it: PDF, pictures, plain text (never HTML or SVG)."""
    return document.has_original and (document.media_type in ("application/pdf", *_PICTURES, *_TEXTS))


def address_of(document: DocumentInfo, page: int | None) -> str:
    """Where the browser opens it, a PDF at the page."""
    at = f"#page={page}" if page and document.media_type == "application/pdf" else ""
    return f"/original/{document.id}{at}"


def address_to_keep(document: DocumentInfo) -> str:
    """Where its very bytes are fetched, to be kept."""
    return f"/original/{document.id}?{_KEEP}"


def original(request: Request) -> Response:
    """The file; what no browser should open is given to be kept."""
    try:
        knowledge = knowledge_base()
        document = knowledge.document(request.path_params["id"])
        data = knowledge.original(document.id)
    except TenkyoError as error:
        return PlainTextResponse(str(error), status_code=404)
    name, media_type = document.name.rsplit("/", 1)[-1], document.media_type
    if _KEEP in request.query_params or not opens_in_browser(document):
        return attachment(data, name)
    if media_type in _TEXTS:  # of whatever kind and encoding: as plain text, in one that every browser knows
        media_type = "text/plain; charset=utf-8"
        data = data.decode(document.report.encoding or "utf-8", "replace").encode()
    return named(data, name, media_type, "inline")


ROUTES: Final = [Route("/original/{id}", original)]
