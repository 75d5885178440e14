"""What a store takes on the disk, part by part."""

from __future__ import annotations


def test_each_part_is_counted_and_nothing_is_left_out(kb):
    kb.add(b"The horn sounds at noon.", "fog.txt")
    kb.back_up(kb.settings.store / "backups" / "one.zip")
    room = kb.storage()
    assert room.originals == sum(
        path.stat().st_size for path in (kb.settings.store / "originals").rglob("*") if path.is_file()
    )
    assert room.backups == (kb.settings.store / "backups" / "one.zip").stat().st_size
    assert min(room.catalog, room.indexes, room.free) > 0
    files = (path for path in kb.settings.store.rglob("*") if path.is_file())
    assert room.catalog + room.originals + room.indexes + room.backups + room.other == sum(
        f.stat().st_size for f in files
    )


def test_nothing_of_a_deleted_or_replaced_document_can_be_read_in_the_stores_files(kb):
    for number in range(5):
        kb.add(f"# Note {number}\n\nThe key lies under stone{number}.\n".encode(), f"note{number}.md")
    kb.add(b"# Note 2\n\nThe key lies nowhere.\n", "note2.md")
    assert kb.remove(next(info.id for info in kb.documents() if info.name == "note3.md")).remaining == 0
    files = [path for path in kb.settings.store.rglob("*") if path.is_file() and "indexes" not in path.parts]
    there = {number for number in range(5) for path in files if f"stone{number}".encode() in path.read_bytes()}
    assert there == {0, 1, 4}
