"""Subtitles and transcripts (SRT, WebVTT, TTML, YouTube's formats): what is said, with the time at which it is."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "subtitles"
EXTENSIONS = {
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".sbv": "text/x-sbv",
    ".ttml": "application/ttml+xml",
    ".dfxp": "application/ttml+xml",
    ".json3": "application/json",
    ".srv1": "text/xml",
    ".srv2": "text/xml",
    ".srv3": "text/xml",
}
BINARY = False

_VTT = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t][^\n]*)?\r?\n")
_SRT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\d+[ \t]*\r?\n\d+:\d\d:\d\d[,.]\d+ --> \d+:\d\d:\d\d")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?(?:transcript|timedtext|tt)[\s>]")
_JSON = re.compile(rb'\s*\{\s*"(?:wireMagic"\s*:\s*"pb3"|events"\s*:\s*\[\s*\{\s*"(?:tStartMs|segs))')


def recognises(data: bytes) -> bool:
    """The first lines of one of the formats."""
    head = data[:1024]
    return any(pattern.match(head) for pattern in (_VTT, _SRT, _XML, _JSON))


def load(data: bytes, name: str, password: str | None) -> Content:
    """Paragraphs of several cues, each beginning with its time "[0:01:05]", and the line of the file it is on."""
    del name, password
    from loaders._caption_cues import read

    return read(data)
