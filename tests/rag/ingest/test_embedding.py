"""Chunks that wait get their vectors, group by group."""

from __future__ import annotations

import pytest

from rag import KnowledgeBase
from rag.embedders.onnx_int8 import OnnxInt8Embedder
from rag.ingest import embedding


def test_a_text_is_embedded_once_however_many_groups_it_stands_in(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "EMBEDDED_AT_ONCE", 2)
    embed, texts = OnnxInt8Embedder.embed_passages, list[str]()

    def noted(self: OnnxInt8Embedder, passages: list[str], background: bool = False) -> object:
        texts.extend(passages)
        return embed(self, passages, background)

    monkeypatch.setattr(OnnxInt8Embedder, "embed_passages", noted)
    for n in range(7):
        kb.add_searchable(b"# Otters\n\nOtters sleep on their backs and hold hands.", f"{n}.md")
    kb.add_searchable(b"# Zebras\n\nZebras sleep standing.", "last.md")
    kb.embed_all()
    assert not sum(document.pending for document in kb.documents())
    assert len(texts) == len(set(texts)) == 2
