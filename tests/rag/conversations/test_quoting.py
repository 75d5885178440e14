"""What a deletion leaves: conversations that quote the document are counted, and go when that is wished."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import KnowledgeBase
from rag.errors import ConversationNotFound

SECRET = b"# Key\n\nThe zanzibarqueen hides the xylophonekey under the quartzstone.\n"


def test_conversations_that_quote_a_deleted_document_are_counted_and_deleted_without_a_trace(kb: KnowledgeBase) -> None:
    kb.add(SECRET, "key.md")
    kb.add(b"# Hours\n\nThe library opens at nine.\n", "hours.md")
    asked = {"ann": "Where is the xylophonekey?", "ben": "When does the library open?"}
    ids = {owner: kb.conversations.start(owner, question) for owner, question in asked.items()}
    key, hours = kb.documents()
    for owner, info in (("ann", key), ("ben", hours)):
        answer = kb.ask(asked[owner])
        cited = {citation.document_id for sentence in answer.sentences for citation in sentence.citations}
        assert cited == {info.id}
        kept = [hit for hit in answer.hits if hit.document.id == info.id]
        kb.conversations.put_turn(owner, ids[owner], 0, asked[owner], replace(answer, hits=tuple(kept)))
    removed = kb.remove(key.id)
    assert (removed.remaining, removed.conversations, removed.document_ids) == (0, 1, (key.id,))
    assert kb.conversations.delete_quoting(removed.document_ids, "ben") == 0  # another's are not his to delete
    assert kb.conversations.delete_quoting(removed.document_ids) == 1
    assert kb.conversations.count_quoting(removed.document_ids) == 0
    with pytest.raises(ConversationNotFound):
        kb.conversations.load("ann", ids["ann"])
    assert kb.conversations.load("ben", ids["ben"]).turns
    catalog = kb.settings.store / "catalog.sqlite"
    written = catalog.read_bytes() + catalog.with_name("catalog.sqlite-wal").read_bytes()
    assert b"zanzibarqueen" not in written
