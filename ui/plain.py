"""Turns hostile text into text: what documents, models and people wrote must show as it is and do nothing."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LINE_START = re.compile(r"^[ \t]+", re.MULTILINE)
# Streamlit replaces these after the Markdown is read, so that no backslash keeps them apart: emoji shortcodes
# and icons (`:name:`), bare addresses, mail addresses, and arrows.
_LATE = re.compile(r"(?<=:)(?=[\w/+-])|(?<=www)(?=\.)|(?=@)|(?<=[-<>=~])(?=[-<>=])", re.IGNORECASE)
_JOINER = "\u2060"


def plain(text: str) -> str:
    """The Markdown that renders as `text`: no link, image, HTML, formula, directive or icon comes of it.

    Every ASCII punctuation mark is escaped (CommonMark 0.31, section 2.4), and an invisible word joiner
    breaks what is recognised later than escapes are. Line breaks stay line breaks, indents go.
    """
    joined = _LATE.sub(_JOINER, _LINE_START.sub("", text))
    return _PUNCTUATION.sub(r"\\\1", joined).replace("\n", "  \n")
