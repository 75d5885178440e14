from __future__ import annotations

from pathlib import Path

from rag import KnowledgeBase
from rag.storage.folders import bytes_in


def test_files_that_go_while_they_are_measured_count_nothing(kb: KnowledgeBase, tmp_path: Path) -> None:
    kb.add(b"# Hours\n\nThe library opens at nine.\n", "hours.md")
    before = kb.stats().original_bytes
    gone = tmp_path / "gone"
    for folder in ("originals/aa", "indexes", "backups"):
        (kb.settings.store / folder).mkdir(exist_ok=True)
        (kb.settings.store / folder / ".temporary").symlink_to(gone)  # listed, but not there when it is looked at
    assert kb.stats().original_bytes == before > 0
    room = kb.storage()
    assert room.catalog > 0
    assert room.originals >= before
    assert bytes_in(kb.settings.store) == room.catalog + room.originals + room.indexes + room.backups + room.other
