"""Contacts become blocks (RFC 6350, and what phones write)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loaders._content import Content
from loaders._content_lines import Property, properties
from loaders._document import Block, Location, Skipped
from loaders._encoding import decode
from loaders._text import cell

# What is told of a contact, by our names, in this order.
_FIELDS = {
    "X-PHONETIC-LAST-NAME": "reading",
    "X-PHONETIC-FIRST-NAME": "reading",
    "SOUND": "reading",
    "NICKNAME": "nickname",
    "ORG": "organisation",
    "TITLE": "title",
    "ROLE": "role",
    "TEL": "phone",
    "EMAIL": "email",
    "ADR": "address",
    "BDAY": "birthday",
    "ANNIVERSARY": "anniversary",
    "URL": "web",
    "IMPP": "messenger",
    "CATEGORIES": "categories",
}
_STRUCTURED = ("ORG", "ADR", "SOUND")
_KINDS = frozenset(["home", "work", "cell", "fax", "mobile", "main", "pager"])


def read(data: bytes) -> Content:
    """The contacts in the order of the file."""
    text, encoding = decode(data)
    blocks: list[Block] = []
    card: list[Property] = []
    contacts = pictures = 0
    for one in properties(text):
        if one.name == "BEGIN":
            card = [one]
        elif one.name == "END" and card:
            blocks += _blocks(card)
            contacts, card = contacts + 1, []
        elif one.name in ("PHOTO", "LOGO"):
            pictures += 1
        elif card:
            card.append(one)
    skipped = [Skipped("image", str(pictures))] if pictures else []
    return Content(blocks, metadata={"contacts": str(contacts)}, encoding=encoding, skipped=skipped)


def _blocks(card: Sequence[Property]) -> Iterator[Block]:
    where = Location(line=card[0].line)
    if name := _name(card):
        yield Block("heading", name, 2, where)
    fields: dict[str, list[str]] = {}
    for ours in dict.fromkeys(_FIELDS.values()):
        for one in card:
            if _FIELDS.get(one.name) == ours and (text := _value(one)) and text not in fields.get(ours, ()):
                fields.setdefault(ours, []).append(text)
    if row := " | ".join(f"{ours}: {', '.join(values)}" for ours, values in fields.items()):
        yield Block("table", row, 0, where)
    for one in card:
        if one.name == "NOTE" and one.text:
            yield Block("paragraph", one.text, 0, where)


def _name(card: Sequence[Property]) -> str:
    """The name as it is shown; where there is none, its parts, family name first."""
    stated = {one.name: one for one in reversed(card)}
    if "FN" in stated and (shown := cell(stated["FN"].text)):
        return shown
    if "N" in stated and (parts := cell(" ".join(filter(None, stated["N"].parts[:2])))):
        return parts
    return cell(_value(stated["ORG"])) if "ORG" in stated else ""


def _value(one: Property) -> str:
    """The value on one line, with what kind of phone or address it is: "+81 3 1234 5678 (work)"."""
    joint = ", " if one.name in ("ORG", "ADR") else " "
    text = joint.join(filter(None, one.parts)) if one.name in _STRUCTURED else one.text
    text = cell(re.sub(r"^(?:tel|mailto):", "", text))
    stated = {*one.parameters.get("TYPE", "").lower().split(","), *(key.lower() for key in one.parameters)}
    kinds = ", ".join(sorted(stated & _KINDS))
    return f"{text} ({kinds})" if text and kinds and one.name in ("TEL", "EMAIL", "ADR") else text
