"""Files inside files: documents of their own that come, are replaced and go with the one that holds them."""

from __future__ import annotations

import pytest

from loaders import Child, Document, load
from rag import KnowledgeBase
from rag.reports import Removed


def mail(*attachments: tuple[str, bytes], text: str = "The quarterly figures are attached.") -> Document:
    """A document with these files in it, as a loader gives it."""
    children = tuple(Child(name, data, load(data, name)) for name, data in attachments)
    document = load(text.encode(), "mail.txt")
    return Document(
        document.id, "mail.txt", "message/rfc822", "Figures", "en", {}, document.blocks, document.report, children
    )


@pytest.fixture
def kb(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as opened:
        yield opened


def put(kb: KnowledgeBase, document: Document):
    """Commits a document as `add` does once it is loaded."""
    return kb.add_documents([document])[0]


def names(kb: KnowledgeBase) -> dict[str, str | None]:
    """Each document's name, and its parent's."""
    by_id = {info.id: info.name for info in kb.documents()}
    return {info.name: by_id.get(info.parent or "") for info in kb.documents()}


def test_files_inside_are_documents_named_by_their_path(kb):
    added = put(kb, mail(("sales.csv", b"city,sales\nKobe,120\n"), ("note.md", b"# Note\n\nKyoto was closed.\n")))
    assert [child.file for child in added.children] == ["mail.txt/sales.csv", "mail.txt/note.md"]
    assert names(kb) == {
        "mail.txt": None,
        "mail.txt/sales.csv": "mail.txt",
        "mail.txt/note.md": "mail.txt",
    }
    assert kb.original(added.children[0].document_id or "") == b"city,sales\nKobe,120\n"
    assert kb.search("Which city was closed?").hits[0].document.name == "mail.txt/note.md"


def test_members_of_the_same_name_are_all_kept(kb):
    put(kb, mail(("a.txt", b"First letter."), ("a.txt", b"Second letter.")))
    assert set(names(kb)) == {"mail.txt", "mail.txt/a.txt", "mail.txt/a.txt (2)"}


def test_they_are_replaced_with_the_file_that_holds_them(kb):
    put(kb, mail(("old.txt", b"Osaka opened in May.")))
    added = put(kb, mail(("new.txt", b"Osaka opened in June."), text="A new version of the figures."))
    assert added.status == "replaced"
    assert names(kb) == {"mail.txt": None, "mail.txt/new.txt": "mail.txt"}
    assert [hit.chunk.text for hit in kb.search("Osaka opened").hits if "Osaka" in hit.chunk.text] == [
        "Osaka opened in June."
    ]


def test_they_are_deleted_with_it_and_counted(kb):
    added = put(kb, mail(("one.txt", b"Alpha."), ("two.txt", b"Beta.")))
    removed = kb.remove(added.document_id or "")
    assert (removed.chunks, removed.vectors) == (3, 3)
    assert isinstance(removed, Removed)
    assert kb.documents() == []
    assert kb.search("Alpha").hits == ()
    assert kb.stats().original_bytes == 0


def test_one_of_them_can_be_deleted_alone(kb):
    added = put(kb, mail(("one.txt", b"Alpha."), ("two.txt", b"Beta.")))
    kb.remove(added.children[0].document_id or "")
    assert set(names(kb)) == {"mail.txt", "mail.txt/two.txt"}


def test_a_container_without_text_of_its_own_survives_a_reindex(kb):
    child = Child("a.txt", b"Sendai has a castle.", load(b"Sendai has a castle.", "a.txt"))
    put(kb, Document("0" * 64, "box.zip", "application/zip", "box", "und", children=(child,)))
    kb.reindex()
    assert set(names(kb)) == {"box.zip", "box.zip/a.txt"}
    assert kb.search("castle").hits[0].document.name == "box.zip/a.txt"


def test_what_could_not_be_read_inside_is_said(kb):
    error = {"code": "damaged", "message": "It is broken.", "hint": "Get it again."}
    document = mail()
    broken = Document(
        document.id,
        document.name,
        document.media_type,
        "",
        "en",
        {},
        document.blocks,
        children=(Child("x.pdf", b"%PDF", error=error),),
    )
    added = put(kb, broken)
    assert [(child.file, child.status, child.error) for child in added.children] == [
        ("mail.txt/x.pdf", "failed", error)
    ]


def test_the_report_is_kept(kb):
    put(kb, load(b"a,b\n1,2\n", "t.csv"))
    report = kb.documents()[0].report
    assert report == load(b"a,b\n1,2\n", "t.csv").report
    assert report.characters > 0
