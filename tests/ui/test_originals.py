"""What opens in the browser, and what is only given to be kept."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.headers import SecurityHeaders
from ui.knowledge import knowledge_base
from ui.originals import ROUTES, address_of

SCRIPT = "<script>alert(1)</script><p>The horn sounds at noon.</p>"


@pytest.fixture
def client(environment):
    """Through the app's own middleware."""
    app = Starlette(routes=ROUTES)
    app.add_middleware(SecurityHeaders)
    return TestClient(app)


def added(name: str, data: bytes):
    knowledge = knowledge_base()
    knowledge.add(data, name)
    return knowledge.documents()[-1]


def test_a_text_in_an_old_encoding_opens_as_plain_utf_8(client):
    text = "霧の日は、五秒間ずつ霧笛を鳴らします。毎日、灯台守が記録します。"
    response = client.get(address_of(added("霧.txt", text.encode("shift_jis")), None))
    assert response.text == text
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-disposition"] == "inline; filename*=UTF-8''%E9%9C%A7.txt"


def test_html_never_opens(client):
    response = client.get(address_of(added("page.html", SCRIPT.encode()), None))
    assert response.content == SCRIPT.encode()
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment")


def test_a_text_with_a_script_is_text_and_may_do_nothing(client):
    response = client.get(address_of(added("note.txt", SCRIPT.encode()), None))
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_name_cannot_add_a_header(client):
    response = client.get(address_of(added('a"\r\nSet-Cookie: b.txt', b"The horn sounds at noon."), None))
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("id_", ["nonsense", "..%2Fcatalog.sqlite"])
def test_what_is_not_there_is_not_found(client, id_):
    assert client.get(f"/original/{id_}").status_code == 404


def test_a_pdf_opens_at_the_page(environment):
    from tests.browser.documents import pdf

    document = added("keeper.pdf", pdf())
    assert address_of(document, 2) == f"/original/{document.id}#page=2"
