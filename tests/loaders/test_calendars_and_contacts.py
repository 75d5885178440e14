"""Calendars and contacts are entries with named fields, however their lines are folded and encoded."""

from __future__ import annotations

import quopri

from loaders import Location, load

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:Team
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19701025T020000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/London:20260304T100000
DTEND;TZID=Europe/London:20260304T113000
SUMMARY:Budget meeting\\, second
  round
LOCATION:Room 3\\; Leeds
ORGANIZER;CN="Brown, Ann":mailto:ann@example.org
ATTENDEE;CN=佐藤花子;ROLE=REQ-PARTICIPANT:mailto:sato@example.jp
RRULE:FREQ=WEEKLY;BYDAY=MO,WE
DESCRIPTION:Bring the figures.\\n\\nAgenda: costs\\, staff.
BEGIN:VALARM
TRIGGER:-PT15M
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260101
DURATION:P1DT2H30M
SUMMARY:元日
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_is_its_entries_in_the_order_of_time() -> None:
    document = load(CALENDAR.replace("\n", "\r\n").encode(), "team.ics")
    assert document.title == "Team"
    people = "organizer: Brown, Ann <ann@example.org> | attendees: 佐藤花子 <sato@example.jp>"
    when = "start: 2026-03-04 10:00 (Europe/London) | end: 2026-03-04 11:30 (Europe/London)"
    assert [(block.kind, block.text, block.location) for block in document.blocks] == [
        ("heading", "元日", Location(line=25)),
        ("table", "start: 2026-01-01 | duration: 1 d 2 h 30 min", Location(line=25)),
        ("heading", "Budget meeting, second round", Location(line=10)),
        ("table", f"{when} | repeats: weekly, byday MO,WE | place: Room 3; Leeds | {people}", Location(line=10)),
        ("paragraph", "Bring the figures.", Location(line=10)),
        ("paragraph", "Agenda: costs, staff.", Location(line=10)),
    ]


def test_contacts_are_named_fields_without_their_pictures() -> None:
    card = """BEGIN:VCARD
VERSION:3.0
FN:Ann Brown
N:Brown;Ann;;;
ORG:Lamps Ltd;Sales
TEL;TYPE=WORK,VOICE:+44 113 496 0000
TEL;TYPE=CELL:+44 7700 900000
item1.EMAIL;TYPE=INTERNET:ann@example.org
ADR;TYPE=WORK:;;5 Mill Street;Leeds;;LS1 4AP;UK
BDAY:1980-02-29
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
 AAAQABAAD
NOTE:Met in Leeds\\, 2025.
END:VCARD
"""
    document = load(card.encode(), "a.vcf")
    work = "phone: +44 113 496 0000 (work), +44 7700 900000 (cell) | email: ann@example.org"
    home = "address: 5 Mill Street, Leeds, LS1 4AP, UK (work)"
    assert [block.text for block in document.blocks] == [
        "Ann Brown",
        f"organisation: Lamps Ltd, Sales | {work} | {home} | birthday: 1980-02-29",
        "Met in Leeds, 2025.",
    ]
    assert [(one.reason, one.what) for one in document.report.skipped] == [("image", "1")]


def test_a_contact_of_a_phone_in_shift_jis_is_read() -> None:
    name = quopri.encodestring("佐藤;花子".encode("cp932")).decode().rstrip("\n")
    soft = name[:12] + "=\r\n" + name[12:]
    lines = ["BEGIN:VCARD", "VERSION:2.1", f"N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{soft}"]
    card = "\r\n".join([*lines, "TEL;CELL:090-1234-5678", "END:VCARD", ""])
    assert [block.text for block in load(card.encode(), "a.vcf").blocks] == ["佐藤 花子", "phone: 090-1234-5678 (cell)"]
