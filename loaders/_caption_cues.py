"""Cues (what is shown from when on) are read from each format and joined to paragraphs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from loaders._content import Content
from loaders._document import Block, Location
from loaders._encoding import decode
from loaders._errors import DamagedDocument
from loaders._json_blocks import parse_json
from loaders._text import joint
from loaders._xml_tree import name_of, parse_xml, text_of

_TIMES = re.compile(r"^[ \t]*((?:\d+:)?\d+:\d\d[,.]\d+)[ \t]*(?:-->|,)[ \t]*((?:\d+:)?\d+:\d\d[,.]\d+)[^\n]*$", re.M)
_VOICE = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9.:_-][^<>]*>|\{\\[^}]*\}")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’）)」』]*$")
_PAUSE = 4.0  # seconds of silence that begin a paragraph
_LONGEST = 60.0  # seconds of a paragraph, so that its time stays near
_MOST = 120.0  # where no sentence ends


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of speech, its times in seconds, and its line in the file."""

    start: float
    end: float
    text: str
    line: int | None = None


def read(data: bytes) -> Content:
    """The paragraphs of a file in any of the formats."""
    text, encoding = decode(data)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        cues = list(_json_cues(parse_json(text)))
    elif start.startswith("<"):
        cues = list(_xml_cues(parse_xml(data)))
    else:
        cues = list(_text_cues(text.replace("\r\n", "\n").replace("\r", "\n")))
    if not cues:
        raise DamagedDocument("There are no subtitles in this file.", "Export them once more.")
    seconds = max(cue.end for cue in cues)
    return Content(list(paragraphs(cues)), metadata={"duration": clock(seconds)}, encoding=encoding)


def paragraphs(cues: Sequence[Cue]) -> Iterator[Block]:
    """Cues joined up to a sentence's end after a while, or to a pause, without what rolling captions repeat."""
    current: list[Cue] = []
    for cue in _without_repetition(cues):
        if current and _is_over(current, cue):
            yield _paragraph(current)
            current = []
        current.append(cue)
    if current:
        yield _paragraph(current)


def clock(seconds: float) -> str:
    """A time as "1:02:03"."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _is_over(current: Sequence[Cue], cue: Cue) -> bool:
    length = cue.start - current[0].start
    ended = _SENTENCE_END.search(current[-1].text) is not None
    return cue.start - current[-1].end > _PAUSE or length > _MOST or (length > _LONGEST / 2 and ended)


def _paragraph(cues: Sequence[Cue]) -> Block:
    text = ""
    for cue in cues:
        text += (joint(text, cue.text) if text else "") + cue.text
    return Block("paragraph", f"[{clock(cues[0].start)}] {text}", 0, Location(line=cues[0].line))


def _without_repetition(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Rolling captions show the line before once more above the new one: each line is given once."""
    before: list[str] = []
    for cue in cues:
        lines = [line.strip() for line in cue.text.split("\n") if line.strip()]
        new = lines[1:] if len(lines) > 1 and before and lines[0] == before[-1] else lines
        if before and new == before[-1:]:
            new = []
        before = lines or before
        if new:
            text = new[0]
            for line in new[1:]:
                text += joint(text, line) + line
            yield Cue(cue.start, cue.end, text, cue.line)


def _text_cues(text: str) -> Iterator[Cue]:
    """SRT, WebVTT and SBV: a line with two times, then lines of text up to an empty one."""
    marks = list(_TIMES.finditer(text))
    for mark in marks:
        body = re.split(r"\n[ \t]*\n", text[mark.end() :].removeprefix("\n"), maxsplit=1)[0] if mark else ""
        line = text.count("\n", 0, mark.start()) + 1
        if shown := _plain(body):
            yield Cue(_seconds(mark[1]), _seconds(mark[2]), shown, line)


def _plain(source: str) -> str:
    return html.unescape(_TAG.sub("", _VOICE.sub(lambda voice: f"{voice[1]}: ", source))).replace("\\N", "\n").strip()


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = 60 * total + float(part)
    return total


def _json_cues(value: Any) -> Iterator[Cue]:
    """YouTube's json3: events with their start and duration in milliseconds, their text in segments."""
    for event in value.get("events") or () if isinstance(value, dict) else ():
        text = "".join(str(segment.get("utf8") or "") for segment in event.get("segs") or ())
        start = float(event.get("tStartMs") or 0) / 1000
        if text.strip():
            yield Cue(start, start + float(event.get("dDurationMs") or 0) / 1000, text.strip("\n"))


def _xml_cues(root: Any) -> Iterator[Cue]:
    """YouTube's srv1 to srv3 (seconds, or milliseconds in t and d) and TTML (clock times)."""
    for element in root.iter():
        name = name_of(element)
        if name not in ("text", "p"):
            continue
        for br in element.iter("{*}br"):
            br.text = "\n"
        start, end = _times(element)
        text = html.unescape(text_of(element)).strip()
        if start is not None and text:
            yield Cue(start, end, re.sub(r"[ \t]*\n[ \t]*", "\n", text), element.sourceline)


def _times(element: Any) -> tuple[float | None, float]:
    for begin, length, unit in (("start", "dur", 1.0), ("t", "d", 1000.0)):
        if element.get(begin) is not None:
            start = float(element.get(begin)) / unit
            return start, start + float(element.get(length) or 0) / unit
    if element.get("begin") is None:
        return None, 0.0
    start = _ttml_seconds(element.get("begin"))
    end = element.get("end")
    return start, _ttml_seconds(end) if end else start + _ttml_seconds(element.get("dur") or "0s")


def _ttml_seconds(time: str) -> float:
    """TTML's times: "00:01:02.5", "62.5s", "62500ms"; frames are left out."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    if match := re.fullmatch(r"([\d.]+)(ms|s|m|h)", time):
        return float(match[1]) * units[match[2]]
    return _seconds(":".join(time.split(":")[:3])) if re.fullmatch(r"[\d:.]+", time) else 0.0
