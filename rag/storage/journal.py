"""SQLite's write-ahead log, checked: where it is damaged, SQLite drops every commit from there on and says nothing.

Formats: https://www.sqlite.org/walformat.html. Numbers of frames count from 1, so they are also how many there are.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LITTLE, _BIG = 0x377F0682, 0x377F0683
"""How a log begins, by the order of the bytes that its checksums are of."""
_HEADER, _FRAME_HEADER = 32, 24  # bytes
_INDEX_HEADER = 48
_AT_ONCE = 2_000
_ALL_BITS = 0xFFFFFFFF
_Sums = tuple[int, int]


class _Log(NamedTuple):
    """Which log it is, how many frames from its first on are whole, and whether commits can be seen after those."""

    salts: bytes
    whole: int
    goes_on: bool


class _Known(NamedTuple):
    """What the index of the log, in memory that processes share, knew; written once the log is on the disk."""

    salts: bytes
    frames: int
    copied: int


def is_damaged(database: Path) -> bool:
    """Whether commits of this database are lost in its log; False where a power failure may explain what is seen."""
    known = _known(database)
    log = _log(database.with_name(f"{database.name}-wal"))
    if _known(database) != known:
        return False  # another process is at work on it, so it is sound
    if log is None:
        return known is not None and known.frames > known.copied
    if known is not None and log.salts in (known.salts, b""):
        return log.whole < known.frames
    return log.goes_on


def _known(database: Path) -> _Known | None:
    """None where there is no index, or none that can be trusted."""
    try:
        with database.with_name(f"{database.name}-shm").open("rb") as file:
            data = file.read(2 * _INDEX_HEADER + 4)
    except OSError:
        return None
    header, words = data[:_INDEX_HEADER], np.frombuffer(data[: len(data) & ~3], np.uint32)
    if len(data) < 2 * _INDEX_HEADER + 4 or header != data[_INDEX_HEADER : 2 * _INDEX_HEADER]:
        return None
    if _sums(words[None, :10], (0, 0))[0] != (words[10], words[11]):
        return None
    return _Known(header[32:40], int(words[4]), int(words[24]))


def _log(path: Path) -> _Log | None:
    """None where there is no log."""
    try:
        size = path.stat().st_size
        header = np.fromfile(path, np.uint8, _HEADER).tobytes()
    except OSError:
        return None
    if size == 0:
        return None
    magic, _, page, _, *_, first, second = (int.from_bytes(header[n : n + 4], "big") for n in range(0, _HEADER, 4))
    order = {_LITTLE: "<u4", _BIG: ">u4"}.get(magic, "")
    if not order or _sums(np.frombuffer(header[:24], order)[None, :], (0, 0))[0] != (first, second):
        return _Log(b"", 0, goes_on=size > _HEADER)
    count = (size - _HEADER) // (_FRAME_HEADER + page)
    shape = (count, _FRAME_HEADER + page)
    frames = np.memmap(path, np.uint8, "r", _HEADER, shape) if count else np.empty(shape, np.uint8)
    whole = _count_whole(frames, order, header[16:24], (first, second))
    ours = np.all(frames[whole:, 8:16] == np.frombuffer(header[16:24], np.uint8), axis=1)
    # SQLite waits for the disk after each commit: what stands after one shows that it was there.
    commits = np.flatnonzero(ours & frames[whole:, 4:8].any(axis=1))
    return _Log(header[16:24], whole, goes_on=bool(len(commits)) and bool(ours[commits[0] + 1 :].any()))


def _count_whole(frames: NDArray[np.uint8], order: str, salts: bytes, sums: _Sums) -> int:
    """How many frames from the first on have the salts and the checksums that they must have."""
    for start in range(0, len(frames), _AT_ONCE):
        some = frames[start : start + _AT_ONCE]
        words = np.hstack([some[:, :8], some[:, _FRAME_HEADER:]]).view(order)
        for n, found in enumerate(_sums(words, sums)):
            written = tuple(int.from_bytes(some[n, at : at + 4].tobytes(), "big") for at in (16, 20))
            if some[n, 8:16].tobytes() != salts or found != written:
                return start + n
            sums = found
    return len(frames)


def _sums(rows: NDArray[np.uint32], start: _Sums) -> list[_Sums]:
    """SQLite's checksum after each row of words, going on from the one before.

    Each pair of words (x, y) makes (one, other) into (one + other + x, one + 2 other + x + y), modulo 2 to the 32.
    """
    (a, b, c, d), factors = _factors(rows.shape[1] // 2)
    found, (one, other) = list[_Sums](), start
    for first, second in (rows.astype(np.uint32) @ factors).tolist():
        one, other = (a * one + b * other + first) & _ALL_BITS, (c * one + d * other + second) & _ALL_BITS
        found.append((one, other))
    return found


@cache
def _factors(pairs: int) -> tuple[tuple[int, int, int, int], NDArray[np.uint32]]:
    """What so many pairs do to the sums before them, and what each word of them adds to both sums."""
    (a, b, c, d), rows = (1, 0, 0, 1), list[_Sums]()
    for _ in range(pairs):
        rows += [(b, d), ((a + b) & _ALL_BITS, (c + d) & _ALL_BITS)]
        a, b, c, d = ((a + b) & _ALL_BITS, (a + 2 * b) & _ALL_BITS, (c + d) & _ALL_BITS, (c + 2 * d) & _ALL_BITS)
    return (a, b, c, d), np.array(rows[::-1], np.uint32)
