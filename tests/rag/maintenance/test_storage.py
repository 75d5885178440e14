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
