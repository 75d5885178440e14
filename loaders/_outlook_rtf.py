"""Compressed RTF as Outlook keeps it (MS-OXRTFCP)."""

from __future__ import annotations

import struct

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sa"
    b"ns SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i"
    b"\\u\\tab\\tx"
)
_COMPRESSED, _STORED = b"LZFu", b"MELA"
_WINDOW = 4096


def uncompressed(data: bytes) -> bytes:
    """The RTF, b"" where there is none or its header is damaged; what a cut stream still gives is given."""
    if len(data) < 16:
        return b""
    size = min(struct.unpack("<I", data[4:8])[0], 20 * len(data))
    if data[8:12] == _STORED:
        return data[16 : 16 + size]
    return _expanded(data[16:], size) if data[8:12] == _COMPRESSED else b""


def _expanded(data: bytes, size: int) -> bytes:
    """LZ77 with a window of 4096 bytes that begins with what every RTF has."""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    write = len(_DICTIONARY)
    out = bytearray()
    position = 0
    while position < len(data) and len(out) < size:
        control = data[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                token = data[position : position + 2]
                position += 2
                start, length = int.from_bytes(token) >> 4, (int.from_bytes(token) & 15) + 2
                if len(token) < 2 or start == write:  # a reference to the place being written ends the stream
                    return bytes(out)
                piece = [start + n for n in range(length)]
            else:
                if position >= len(data):
                    return bytes(out)
                window[write] = data[position]
                piece = [write]
                position += 1
            for source in piece:
                byte = window[source % _WINDOW]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % _WINDOW
    return bytes(out)
