"""Ways to break a file. Each takes the bytes and a source of chance, and gives other bytes."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence

Mutation = Callable[[bytearray, random.Random], bytearray]
MAX_SIZE = 8 << 20
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)
_NUMBERS = (b"0", b"-1", b"1", b"65536", b"999999999", b"2147483648", b"-99999999999", b"1e308", b"0.0000001", b"NaN")
_NESTS = (
    b"<div>",
    b"<table><tr><td>",
    b"[",
    b"{",
    b"(",
    b"<<",
    b"- ",
    b"> ",
    b"<ul><li>",
    b"<w:tbl>",
    b'{"a":',
    b"\\{",
)
_NUMBER = re.compile(rb"\d+")


def flip_bits(data: bytearray, chance: random.Random) -> bytearray:
    """One to sixty-four bits the other way round."""
    for _ in range(chance.choice((1, 4, 16, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def set_bytes(data: bytearray, chance: random.Random) -> bytearray:
    """A run of bytes overwritten with noise or with one value."""
    start, size = chance.randrange(len(data)), chance.choice((1, 2, 8, 64, 512))
    fill = chance.randbytes(size) if chance.random() < 0.5 else bytes([chance.choice((0, 32, 255))]) * size
    data[start : start + size] = fill[: len(data) - start]
    return data


def truncate(data: bytearray, chance: random.Random) -> bytearray:
    """The end, the beginning, or something in the middle gone."""
    start = chance.randrange(len(data))
    if chance.random() < 0.6:
        del data[start:]
    elif chance.random() < 0.5:
        del data[: start // 2]
    else:
        del data[start : start + chance.randrange(1, 4096)]
    return data


def repeat(data: bytearray, chance: random.Random) -> bytearray:
    """A piece of the file many times over."""
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((1, 4, 16, 256, 4096))]
    times = min(chance.choice((2, 20, 1000)), MAX_SIZE // 4 // len(piece))
    data[start:start] = piece * times
    return data


def splice(data: bytearray, chance: random.Random) -> bytearray:
    """A piece of the file moved to another place in it."""
    start, end = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    piece = data[start : min(end, start + 65536)]
    to = chance.randrange(len(data))
    data[to : to + (len(piece) if chance.random() < 0.5 else 0)] = piece
    return data


def extreme_length(data: bytearray, chance: random.Random) -> bytearray:
    """A binary number, where a length may well be, at the end of its range."""
    size = chance.choice((1, 2, 4, 8))
    start = chance.randrange(max(len(data) - size, 1))
    value = chance.choice(_EXTREMES) & ((1 << 8 * size) - 1)
    data[start : start + size] = value.to_bytes(size, chance.choice(("little", "big")))
    return data


def extreme_number(data: bytearray, chance: random.Random) -> bytearray:
    """A number in digits replaced by one that nobody expects (a length, a count, a span, a position)."""
    for _ in range(chance.choice((1, 3, 10))):
        if found := _NUMBER.search(data, chance.randrange(len(data))):
            data[found.start() : found.end()] = chance.choice(_NUMBERS)
    return data


def nest(data: bytearray, chance: random.Random) -> bytearray:
    """Something opened a thousand times and never closed."""
    start = chance.randrange(len(data))
    data[start:start] = chance.choice(_NESTS) * chance.choice((50, 1000, 20000))
    return data


def change_entry(data: bytearray, chance: random.Random) -> bytearray:
    """An entry of a zip archive changed and packed again, so that its checksum is right; or dropped, or renamed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(info.filename, archive.read(info)) for info in archive.infolist()[:400]]
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        return flip_bits(data, chance)
    if not entries or sum(len(content) for _, content in entries) > MAX_SIZE * 2:
        return flip_bits(data, chance)
    target = chance.randrange(len(entries))
    name, content = entries[target]
    deed = chance.random()
    if deed < 0.08:
        del entries[target]
    elif deed < 0.12:
        entries[target] = (chance.choice(("../../x", "/etc/x", "a" * 3000, name + "/", "\0")), content)
    elif content:
        entries[target] = (name, bytes(chance.choice(PLAIN)(bytearray(content), chance)))
    return _packed(entries)


def _packed(entries: Sequence[tuple[str, bytes]]) -> bytearray:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name or "x"), content, zipfile.ZIP_DEFLATED)
    return bytearray(target.getvalue())


PLAIN: tuple[Mutation, ...] = (
    flip_bits,
    set_bytes,
    truncate,
    repeat,
    splice,
    extreme_length,
    extreme_number,
    nest,
)


def mutant(data: bytes, seed: str) -> bytes:
    """One broken copy of a file, always the same for the same seed: one to three changes."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        mutations = (*PLAIN, *[change_entry] * 12) if changed[:2] == b"PK" else PLAIN
        if changed:
            changed = chance.choice(mutations)(changed, chance)
    return bytes(changed[:MAX_SIZE])
