"""A visitor's own conversations as files, at addresses of their own: `/conversation/ID.md`."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rag.errors import TenkyoError
from rag.types import ExportForm
from ui.downloads import attachment
from ui.knowledge import knowledge_base
from ui.visitor import visitor_of

FORMS: Final[dict[ExportForm, str]] = {"word": "docx", "markdown": "md", "json": "json"}
_NAME_CHARACTERS: Final = 60


def address_of(conversation_id: str, form: ExportForm) -> str:
    """Where it is fetched in this form."""
    return f"/conversation/{conversation_id}.{FORMS[form]}"


def conversation_file(request: Request) -> Response:
    """The conversation, if it is this visitor's, named after its title."""
    ending = request.path_params["ending"]
    form: ExportForm | None = next((form for form, own in FORMS.items() if own == ending), None)
    if form is None:
        return PlainTextResponse("There is no such file.", status_code=404)
    owner, id_ = visitor_of(request), request.path_params["id"]
    try:
        saved = knowledge_base().conversations
        title, data = saved.load(owner, id_).title, saved.export(owner, id_, form)
    except TenkyoError as error:
        return PlainTextResponse(str(error), status_code=404)
    return attachment(data, f"{title[:_NAME_CHARACTERS]}.{ending}")


ROUTES: Final = [Route("/conversation/{id}.{ending}", conversation_file)]
