"""The figures of `benchmarks search` as one picture: milliseconds of a search by the size of the library."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

_COLUMNS = {"whole": ("#0f5c4d", "#4fc3a8"), "words": ("#b4571b", "#f0a06a"), "vectors": ("#4a63b8", "#9db2ff")}
"""Kinds of search, each a line of p95 and a broken one of p50, in colours for light and dark."""
_PAPER = {"paper": ("#ffffff", "#16191d"), "grid": ("#dddddd", "#3a4046"), "ink": ("#333333", "#d6dade")}
_GOALS = {100_000: 30, 1_000_000: 100}
"""Milliseconds that the p95 of the whole is to stay below."""
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 44, 56
_LINE_HEIGHT = 18
_LEAST_MS, _MOST_MS = 0.1, 200
_FONT = "font-family='system-ui, sans-serif' font-size='13'"


def draw(rows: Sequence[Mapping[str, object]]) -> str:
    """An SVG of the rows of `search.run`; both axes are logarithmic."""
    sizes = [int(str(row["chunks"]).replace(",", "")) for row in rows]
    across = _Across(sizes)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' {_FONT} role='img'>",
        "<title>Milliseconds of a search by chunks in the library</title>",
        f"<style>{_style()}</style>",
        f"<rect class='paper' width='{_WIDTH}' height='{_HEIGHT}'/>",
        _text(_LEFT, 24, "One search, ms: p95 (p50 broken); circles: goals for p95 of the whole", "start"),
        *_axes(across),
        *(part for name in _COLUMNS for part in _lines(across, name, sizes, rows)),
        *_labels(rows[-1]),
        *(
            f"<circle class='whole' cx='{across(size):.1f}' cy='{_up(ms):.1f}' r='6'/>"
            for size, ms in _GOALS.items()
            if size in sizes
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Across:
    """From a size to its place."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self._first = math.log10(min(sizes))
        self._decades = math.log10(max(sizes)) - self._first or 1.0

    def __call__(self, size: int) -> float:
        return _LEFT + (math.log10(size) - self._first) / self._decades * (_WIDTH - _LEFT - _RIGHT)


def _up(ms: float) -> float:
    share = math.log10(max(ms, _LEAST_MS) / _LEAST_MS) / math.log10(_MOST_MS / _LEAST_MS)
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(across: _Across) -> Iterator[str]:
    for ms in (0.1, 1, 10, 100):
        yield f"<path d='M{_LEFT} {_up(ms):.1f}H{_WIDTH - _RIGHT}' class='grid'/>"
        yield _text(_LEFT - 8, _up(ms) + 4, f"{ms:g}", "end")
    for size in across.sizes:
        yield _text(across(size), _HEIGHT - _BOTTOM + 22, f"{size:,}", "middle")
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "chunks", "middle")


def _lines(across: _Across, name: str, sizes: Sequence[int], rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    pairs = [_pair(row, name) for row in rows]
    for n, dashes in enumerate(("5 4", "none")):
        points = [(across(size), _up(pair[n])) for size, pair in zip(sizes, pairs, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f"<polyline class='{name}' points='{path}' stroke-width='2' stroke-dasharray='{dashes}'/>"


def _labels(last: Mapping[str, object]) -> Iterator[str]:
    """The kinds beside the ends of their lines, apart from each other, the slowest at the top."""
    lowest = float("-inf")
    for ms, name in sorted(((_pair(last, name)[1], name) for name in _COLUMNS), reverse=True):
        lowest = max(lowest + _LINE_HEIGHT, _up(ms) + 4)
        yield _text(_WIDTH - _RIGHT + 10, lowest, f"{name}, {ms:g} ms", "start", name)


def _pair(row: Mapping[str, object], name: str) -> tuple[float, float]:
    p50, p95 = str(row[f"{name} p50/p95 ms"]).split(" / ")
    return float(p50), float(p95)


def _style() -> str:
    """Colours by class, others where the reader's screen is dark."""
    light, dark = (_rules({name: pair[n] for name, pair in (_PAPER | _COLUMNS).items()}) for n in (0, 1))
    return f"polyline,circle{{fill:none}}{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _rules(colours: Mapping[str, str]) -> str:
    drawn = (f"polyline.{name},circle.{name},path.{name}{{stroke:{colour}}}" for name, colour in colours.items())
    filled = (f"text.{name},rect.{name}{{fill:{colour}}}" for name, colour in colours.items())
    return "".join([*drawn, *filled])


def _text(x: float, y: float, text: str, anchor: str, kind: str = "ink") -> str:
    return f"<text class='{kind}' x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"
