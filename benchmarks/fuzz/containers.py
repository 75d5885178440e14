"""Changes inside what is packed: entries of a zip archive, objects of a PDF. The rest of the file stays sound, so that
the change is met by the code that reads the text, not by the one that unpacks."""

from __future__ import annotations

import contextlib
import io
import random
import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache

from benchmarks.fuzz.mutations import MAX_SIZE, changed
from loaders._archives import UNREADABLE

Entries = Sequence[tuple[str, bytes]]
_MAX_ENTRIES = 400
# Entries that hold text are broken more often than themes, layouts and pictures.
_TEXT = re.compile(
    r"document|slide\d|sheet\d|strings|content|styles|numbering|notes|comments|chart|data\d|drawing|rels|html|\.(md|json)$"
)
_HIDDEN = re.compile(r"theme|layout|master|\.(png|jpe?g|gif|emf|wmf|bin)$", re.IGNORECASE)
_OBJECT = re.compile(rb"(?<!\d)(\d{1,7}) (\d{1,5}) obj\b(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_LENGTH = re.compile(rb"/Length\s+\d+(?:\s+\d+\s+R)?")
_TRAILER = re.compile(rb"/(?:Root|Encrypt)\s+\d+\s+\d+\s+R|/ID\s*\[[^\]]*\]")
_STARTXREF = re.compile(rb"startxref\s+(\d+)")


@lru_cache(maxsize=2)
def entries_of(data: bytes) -> Entries:
    """Names and contents of an archive; nothing where it cannot be read or is too large to be packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()[:_MAX_ENTRIES]
            if sum(info.file_size for info in infos) > MAX_SIZE * 2:
                return ()
            return [(info.filename, archive.read(info)) for info in infos]
    except (*UNREADABLE, RuntimeError, OSError):
        return ()


def packed(entries: Entries) -> bytes:
    """An archive of these, not compressed: that would take most of a mutant's time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name or "x"), content)
    return target.getvalue()


def change_entries(data: bytes, chance: random.Random) -> bytes:
    """One or two entries changed, dropped, renamed or put into each other's place."""
    entries = list(entries_of(data))
    if not entries:
        return changed(data, chance)
    for _ in range(chance.choice((1, 1, 2))):
        target = chance.choices(range(len(entries)), [_weight(name) for name, _ in entries])[0]
        name, content = entries[target]
        deed = chance.random()
        if deed < 0.04 and len(entries) > 1:
            del entries[target]
        elif deed < 0.07:
            entries[target] = (chance.choice(("../../x", "/etc/x", "a" * 3000, name + "/", "\0")), content)
        elif deed < 0.10:
            entries[target] = (name, chance.choice(entries)[1])
        elif content:
            entries[target] = (name, changed(content, chance))
    return packed(entries)


def _weight(name: str) -> int:
    return 1 if _HIDDEN.search(name) else 12 if _TEXT.search(name) else 4


@lru_cache(maxsize=2)
def _objects(data: bytes) -> Sequence[re.Match[bytes]]:
    return list(_OBJECT.finditer(data))


def change_object(data: bytes, chance: random.Random) -> bytes:
    """One or two objects of a PDF changed, their streams unpacked first; appended as its own updates are."""
    objects = _objects(data)
    if not objects:
        return changed(data, chance)
    for _ in range(chance.choice((1, 1, 2))):
        found = chance.choice(objects)
        body = _changed_stream(found[3], chance) or b" " + changed(found[3], chance)
        data = _updated(data, found[1], found[2], body)
    return data


def _changed_stream(body: bytes, chance: random.Random) -> bytes:
    """The object with a change in what its stream packs; nothing where it has none."""
    stream = _STREAM.search(body)
    if stream is None or chance.random() < 0.2:
        return b""
    content, packed_again = stream[1], False
    if b"FlateDecode" in body:
        with contextlib.suppress(zlib.error):
            content, packed_again = zlib.decompressobj().decompress(stream[1], MAX_SIZE), True
    content = changed(content, chance)
    if packed_again:
        content = zlib.compress(content, 1)
    head = _LENGTH.sub(b"/Length %d" % len(content), body[: stream.start()])
    return head + b"stream\n" + content + b"\nendstream\n"


def _updated(data: bytes, number: bytes, generation: bytes, body: bytes) -> bytes:
    """An incremental update (ISO 32000-1, 7.5.6) that replaces one object."""
    offset = len(data) + 1
    added = b"\n%s %s obj%sendobj\n" % (number, generation, body)
    roots = {found[0].split()[0].split(b"[")[0]: found[0] for found in _TRAILER.finditer(data)}
    starts = _STARTXREF.findall(data)
    if b"/Root" not in roots or not starts:
        return data + added
    table = b"xref\n%d 1\n%010d %05d n \n" % (int(number), offset, int(generation))
    trailer = b"trailer\n<</Size %d/Prev %s%s>>\n" % (10**6, starts[-1], b"".join(roots.values()))
    return data + added + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(data) + len(added))
