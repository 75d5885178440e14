"""Files as people really send them: each gives a clear message, the others of the batch go in, the store is intact."""

from __future__ import annotations

import io
import random
from pathlib import Path

import docx
import pytest

from rag import KnowledgeBase
from tests._files import encrypted_pdf, pdf


def word(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_each_bad_file_of_a_batch_is_told_and_the_others_go_in(kb: KnowledgeBase) -> None:
    batch = {
        "good.pdf": pdf("The bridge was opened in 1932."),
        "empty.txt": b"",
        "picture.pdf": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "secret.pdf": encrypted_pdf("The vault code is 7.", "open sesame"),
        "truncated.docx": word("Half of it.")[:-3000],
        "good.docx": word("橋は一九三二年に開通しました。"),
    }
    results = {name: kb.add_searchable(data, name) for name, data in batch.items()}
    kb.embed_all()
    codes = {name: (result.error or {}).get("code") for name, result in results.items()}
    assert codes == {
        "good.pdf": None,
        "empty.txt": "empty",
        "picture.pdf": "damaged",
        "secret.pdf": "encrypted",
        "truncated.docx": "damaged",
        "good.docx": None,
    }
    for name, result in results.items():
        if result.error:
            assert result.error["message"], name
            assert result.error["hint"], name
    assert kb.ask("When was the bridge opened?").text == "The bridge was opened in 1932."
    assert kb.ask("橋はいつ開通しましたか").text == "橋は一九三二年に開通しました。"
    assert [document.name for document in kb.documents()] == ["good.pdf", "good.docx"]


def test_the_password_opens_an_encrypted_pdf(kb: KnowledgeBase) -> None:
    data = encrypted_pdf("The vault code is 7.", "open sesame")
    assert (kb.add(data, "secret.pdf", password="wrong").error or {})["code"] == "encrypted"
    assert kb.add(data, "secret.pdf", password="open sesame").status == "added"
    assert kb.ask("What is the vault code?").text == "The vault code is 7."


@pytest.mark.slow
def test_a_csv_of_50_mb_goes_in(kb: KnowledgeBase, tmp_path: Path) -> None:
    numbers = random.Random(0)
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write("order,customer,city,item,amount\n")
        row = 0
        while file.tell() < 50_000_000:
            row += 1
            place, price = numbers.randrange(10**6), numbers.randrange(10**5)
            file.write(
                f"A{row:07},customer number {place},city of {place % 977},item {row % 4999} of the catalog,{price}\n"
            )
    added = kb.add_searchable(path)
    assert added.status == "added"
    hit = kb.search("order A0456789").hits[0]
    assert "order: A0456789 |" in hit.chunk.text
    info = kb.documents()[0]
    assert 0 < info.pending < info.chunks / 50  # the first rows get vectors; the far ones are found by words
