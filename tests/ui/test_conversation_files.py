"""A conversation as a file: its owner fetches it, nobody else does."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.types import Answer
from ui.chat.conversation_files import FORMS, ROUTES, address_of
from ui.headers import SecurityHeaders
from ui.knowledge import knowledge_base

OWNER = "a-secret-that-only-one-browser-has"
QUESTION = "Wann fährt die Fähre? 渡し船は何時ですか？"


@pytest.fixture
def saved(environment) -> str:
    """The id of a conversation that OWNER has had."""
    conversations = knowledge_base().conversations
    id_ = conversations.start(OWNER, QUESTION)
    conversations.put_turn(OWNER, id_, 0, QUESTION, Answer(QUESTION, (), (), False, 0.0, "extractive", 1.0))
    return id_


def client(visitor: str) -> TestClient:
    app = Starlette(routes=ROUTES)
    app.add_middleware(SecurityHeaders)
    return TestClient(app, cookies={"tenkyo_visitor": visitor})


@pytest.mark.parametrize("form", FORMS)
def test_its_owner_fetches_it_under_its_title(saved, form):
    response = client(OWNER).get(address_of(saved, form))
    assert response.content == knowledge_base().conversations.export(OWNER, saved, form)
    assert response.headers["content-type"] == "application/octet-stream"
    name = response.headers["content-disposition"]
    assert name.startswith("attachment; filename*=UTF-8''Wann%20f%C3%A4hrt")
    assert name.endswith(f".{FORMS[form]}")


@pytest.mark.parametrize("visitor", ["", "another-secret"])
def test_nobody_else_does(saved, visitor):
    assert client(visitor).get(address_of(saved, "json")).status_code == 404


@pytest.mark.parametrize("ending", ["exe", "md/..", "sqlite"])
def test_there_are_no_other_forms(saved, ending):
    assert client(OWNER).get(f"/conversation/{saved}.{ending}").status_code == 404
