"""Text recognition (OCR) of pictures: PP-OCR models that come inside the package `rapidocr`; nothing is downloaded.

One recognition model reads English and Japanese, also written vertically. On pages of the benchmark it finds more
than Tesseract 5 with `jpn+eng`, and it needs nothing but pip (see docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders._errors import LoadError

if TYPE_CHECKING:
    from PIL import Image

_UPSIDE_DOWN = 0.8  # mean confidence: of pages read upright 0.95 and more, of pages upside down 0.65 and less
_TALL = 1.5  # height to width, from which a line of two characters or more is written downwards
_MAX_SIDE = 2000  # pixels; PP-OCR's own default, a page of A4 at 170 dots per inch


@dataclass(frozen=True, slots=True)
class Word:
    """Characters `start:end` of a line, drawn from `left` to `right`; in Japanese, a character."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a cell of a table, as recognised: `box` is (left, top, right, bottom) in pixels of the picture,
    `confidence` from 0.5 to 1. `vertical`: written from top to bottom, and without `words`."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    vertical: bool = False
    words: tuple[Word, ...] = ()
    upside_down: bool = False


def available() -> bool:
    """Whether the packages for it are installed; loads nothing."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime"))


def how_to_install() -> str:
    """What to do where it is not available, for a person."""
    return "To read text in pictures and scans, type: pip install rapidocr onnxruntime"


def recognise(image: Image.Image) -> list[Line]:
    """The lines in a picture, as the detector orders them (from top to bottom); none where there is no text.

    A picture that lies on its side or stands on its head is read all the same: where `upside_down`, boxes are those
    of the picture turned by 180 degrees. Safe in several threads at once, each of which takes one core and some
    300 MB. Raises LoadError where it is not available.
    """
    if not available():
        raise LoadError("Text recognition (OCR) is not installed.", how_to_install())
    small = _shrunk(image)
    lines = _read(small)
    if lines and _confidence(lines) < _UPSIDE_DOWN:
        turned = [replace(line, upside_down=True) for line in _read(small.rotate(180))]
        lines = max(lines, turned, key=_confidence)
    grown = max(image.size) / max(small.size)
    return [_grown(line, grown) for line in lines]


def _shrunk(image: Image.Image) -> Image.Image:
    """A copy in RGB of at most `_MAX_SIDE`: more pixels cost time and find no more, also on crowded pages."""
    from PIL import Image

    scale = min(1.0, _MAX_SIDE / max(image.size))
    if scale == 1:
        return image.convert("RGB")
    smooth = image if image.mode in ("RGB", "L") else image.convert("RGB")  # others cannot be smoothed
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return smooth.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGB")


def _read(image: Image.Image) -> list[Line]:
    import numpy as np

    found = _engine()(np.asarray(image)[:, :, ::-1])  # as OpenCV has it: blue, green, red
    if found.boxes is None or not found.txts:
        return []
    words: Sequence[Any] = found.word_results or ()
    if len(words) != len(found.txts) or not all(isinstance(each, tuple) for each in words):
        words = [()] * len(found.txts)  # its way to say that it could not place the words of one line or another
    read = zip(found.boxes, found.txts, found.scores, words, strict=True)
    return [_line(*parts) for parts in read if parts[1].strip()]


def _line(corners: Any, text: str, confidence: float, words: Iterable[tuple[str, float, Any]]) -> Line:
    left, top = (float(edge) for edge in corners.min(axis=0))
    right, bottom = (float(edge) for edge in corners.max(axis=0))
    text = text.strip()
    vertical = len(text) > 1 and bottom - top > _TALL * (right - left)
    placed = () if vertical else tuple(_words(text, words))
    return Line(text, (left, top, right, bottom), float(confidence), vertical, placed)


def _words(text: str, words: Iterable[tuple[str, float, Any]]) -> Iterator[Word]:
    start = 0
    for word, _, corners in words:
        start = text.find(word, start)
        if start < 0:
            return
        edges = [float(corner[0]) for corner in corners]
        yield Word(start, start + len(word), min(edges), max(edges))
        start += len(word)


def _grown(line: Line, scale: float) -> Line:
    left, top, right, bottom = (edge * scale for edge in line.box)
    words = tuple(replace(word, left=word.left * scale, right=word.right * scale) for word in line.words)
    return replace(line, box=(left, top, right, bottom), words=words)


def _confidence(lines: Sequence[Line]) -> float:
    """The mean over characters."""
    return sum(line.confidence * len(line.text) for line in lines) / max(1, sum(len(line.text) for line in lines))


@cache
def _engine() -> Any:
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            # Lines one by one, by one thread: half the processor time and three quarters of the memory.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "Global.max_side_len": _MAX_SIDE,
            "Global.return_word_box": True,
            # Its classifier of lines that are upside down takes vertical Japanese for such.
            "Global.use_cls": False,
            # Given their path it never asks the network whether they are the latest.
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        }
    )
