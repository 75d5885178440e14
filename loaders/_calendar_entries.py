"""The entries of a calendar become blocks (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loaders._content import Content
from loaders._content_lines import Property, properties
from loaders._document import Block, Location
from loaders._encoding import decode
from loaders._text import cell

_ENTRIES = frozenset(["VEVENT", "VTODO", "VJOURNAL"])
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?")
# What is told of an entry, by our names, in this order.
_FIELDS = {
    "DTSTART": "start",
    "DTEND": "end",
    "DUE": "due",
    "DURATION": "duration",
    "RRULE": "repeats",
    "LOCATION": "place",
    "ORGANIZER": "organizer",
    "ATTENDEE": "attendees",
    "CATEGORIES": "categories",
    "STATUS": "status",
    "URL": "address",
}
_TIMES = ("DTSTART", "DTEND", "DUE")
_PEOPLE = ("ORGANIZER", "ATTENDEE")


@dataclass
class _Entry:
    line: int
    stated: dict[str, list[Property]] = field(default_factory=dict[str, list[Property]])

    def first(self, name: str) -> str:
        return self.stated[name][0].text if name in self.stated else ""


def read(data: bytes) -> Content:
    """The entries in the order of their beginnings; those without one come last."""
    text, encoding = decode(data)
    entries: list[_Entry] = []
    about: dict[str, str] = {}
    inside: list[str] = []
    for one in properties(text):
        if one.name == "BEGIN":
            inside.append(one.value.strip().upper())
            if inside[-1] in _ENTRIES:
                entries.append(_Entry(one.line))
        elif one.name == "END":
            inside = inside[:-1]
        elif inside and inside[-1] in _ENTRIES:
            entries[-1].stated.setdefault(one.name, []).append(one)
        elif len(inside) == 1:
            about[one.name] = one.text
    entries.sort(key=lambda entry: entry.first("DTSTART") or entry.first("DUE") or "9")
    blocks = [block for entry in entries for block in _blocks(entry)]
    metadata = {"entries": str(len(entries)), "description": about.get("X-WR-CALDESC", "")}
    return Content(blocks, about.get("X-WR-CALNAME", ""), metadata, encoding=encoding)


def _blocks(entry: _Entry) -> Iterator[Block]:
    where = Location(line=entry.line)
    if title := cell(entry.first("SUMMARY")):
        yield Block("heading", title, 2, where)
    fields = {ours: _value(name, entry.stated[name]) for name, ours in _FIELDS.items() if name in entry.stated}
    if row := " | ".join(f"{name}: {value}" for name, value in fields.items() if value):
        yield Block("table", row, 0, where)
    for name in ("DESCRIPTION", "COMMENT"):
        for one in entry.stated.get(name, ()):
            yield from (Block("paragraph", part.strip(), 0, where) for part in re.split(r"\n\s*\n", one.text))


def _value(name: str, stated: Sequence[Property]) -> str:
    if name in _TIMES:
        return _time(stated[0])
    if name in _PEOPLE:
        return ", ".join(filter(None, map(_person, stated)))
    if name == "DURATION":
        return _duration(stated[0].text)
    if name == "RRULE":
        return _rule(stated[0].value)
    return ", ".join(filter(None, (cell(one.text) for one in stated)))


def _time(stated: Property) -> str:
    """ "2026-03-04 10:00 (Europe/London)", as the calendar writes it: nothing is converted."""
    found = _TIME.fullmatch(stated.text)
    if not found:
        return cell(stated.text)
    date = "-".join(found.group(1, 2, 3))
    if not found[4]:
        return date
    zone = "UTC" if found[7] else stated.parameters.get("TZID", "")
    return f"{date} {found[4]}:{found[5]}" + (f" ({zone})" if zone else "")


def _person(stated: Property) -> str:
    address = re.sub(r"^mailto:", "", stated.text, flags=re.IGNORECASE)
    name = stated.parameters.get("CN", "")
    return f"{name} <{address}>" if name and name != address else address


def _duration(text: str) -> str:
    """ "1 d 2 h 30 min" for P1DT2H30M."""
    found = _DURATION.fullmatch(text.lstrip("+-"))
    units: Mapping[str, str | None] = dict(zip(("w", "d", "h", "min"), found.groups(), strict=True)) if found else {}
    return " ".join(f"{count} {unit}" for unit, count in units.items() if count) or cell(text)


def _rule(text: str) -> str:
    """ "weekly, byday MO,WE" for FREQ=WEEKLY;BYDAY=MO,WE."""
    rules = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    often = rules.pop("FREQ", "").lower()
    return ", ".join(filter(None, [often, *(f"{name.lower()} {value}" for name, value in rules.items())]))
