"""Ways to break a file. Each takes the bytes and a source of chance, and gives other bytes."""

from __future__ import annotations

import random
import re
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
# What means something to one parser or another: marks, ends, escapes, and characters that no text may hold.
_WORDS = (
    *(b'"', b"'", b",", b";", b"\t", b"|", b"\r", b"\n\n", b"\0", b"```\n", b"---\n", b"===\n", b"# ", b"$$", b"\\"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1b$B", b"\x1b(B", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x81"),
    *(b"&lol;", b"&#0;", b"&#xD800;", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?xml ", b"</", b"/>", b"<script>"),
    *(b"\\ud800", b"\\u0000", b"null", b"[]", b"{}", b"=?utf-8?b?", b"?=", b"--", b"Content-Type: ", b"\\begin{", b"}"),
    *(
        b" 00:00:00,000 --> 99:99:99,999\n",
        b"\xe2\x80\xae",
        b"\xe3\x80\x80",
        b"\xf0\x9f\x92\xa9",
        b"%PDF-",
        b"PK\x03\x04",
    ),
)
_NUMBER = re.compile(rb"\d+")
_TAG = re.compile(rb"<[^<>]{1,400}>")
_LINE = re.compile(rb"\n[^\n]*")


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


def insert_word(data: bytearray, chance: random.Random) -> bytearray:
    """Something that means something to a parser, where it was not expected."""
    for _ in range(chance.choice((1, 3, 10))):
        start = chance.randrange(len(data))
        data[start : start + chance.choice((0, 0, 1, 4))] = chance.choice(_WORDS)
    return data


def change_tags(data: bytearray, chance: random.Random) -> bytearray:
    """Tags dropped, doubled, or replaced by others of the file: a structure that nobody wrote."""
    return _rearranged(data, chance, _TAG)


def change_lines(data: bytearray, chance: random.Random) -> bytearray:
    """Lines dropped, doubled, or replaced by others of the file."""
    return _rearranged(data, chance, _LINE)


def _rearranged(data: bytearray, chance: random.Random, unit: re.Pattern[bytes]) -> bytearray:
    for _ in range(chance.choice((1, 2, 8, 30))):
        one = unit.search(data, chance.randrange(len(data)) if data else 0)
        other = unit.search(data, chance.randrange(len(data)) if data else 0)
        if one and other:
            piece = chance.choice((b"", one[0] * 2, other[0], one[0] + other[0]))
            data[one.start() : one.end()] = piece
    return data or flip_bits(bytearray(b" "), chance)


PLAIN: Sequence[Mutation] = (
    flip_bits,
    set_bytes,
    truncate,
    repeat,
    splice,
    extreme_length,
    extreme_number,
    nest,
    insert_word,
    change_tags,
    change_lines,
)


def changed(data: bytes, chance: random.Random) -> bytes:
    """One to three of these changes."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if broken:
            broken = chance.choice(PLAIN)(broken, chance)
    return bytes(broken[:MAX_SIZE])
