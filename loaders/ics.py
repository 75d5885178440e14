"""Calendars (iCalendar): each event, task and journal entry with its time, place and people."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a calendar"
EXTENSIONS = {".ics": "text/calendar", ".ical": "text/calendar", ".ifb": "text/calendar"}
BINARY = False

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR\s", re.IGNORECASE)


def recognises(data: bytes) -> bool:
    """The line that a calendar begins with."""
    return _START.match(data[:200]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading with the title of each entry, its particulars as a row, and its description; in the order of time."""
    del name, password
    from loaders._calendar_entries import read

    return read(data)
