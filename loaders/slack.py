"""Slack exports (zip): channels with their days, threads kept together, names resolved."""

from __future__ import annotations

from loaders._content import Content

NAME = "a Slack export"
EXTENSIONS = {"": "application/zip"}
BINARY = True


def recognises(data: bytes) -> bool:
    """The list of users beside a list of channels or conversations."""
    from loaders._zip_members import names_in

    names = set(names_in(data))
    return "users.json" in names and not names.isdisjoint(("channels.json", "groups.json", "dms.json", "mpims.json"))


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading per channel and per day; each message a paragraph, the replies to it a list after it."""
    del name
    from loaders._slack_messages import read
    from loaders._zip_members import Archive

    return read(Archive(data, password))
