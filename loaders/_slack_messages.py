"""The days of Slack's channels become blocks, with the names of people and channels in place of their ids."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from loaders._content import Content
from loaders._document import Block, Skipped
from loaders._errors import DamagedDocument
from loaders._slack_layout import lines
from loaders._zip_members import Archive

_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")
_DAY = re.compile(r"(.+)/(\d{4}-\d{2}-\d{2})\.json")
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_SILENT = frozenset(["channel_join", "channel_leave", "group_join", "group_leave"])
Message = dict[str, Any]


def read(archive: Archive) -> Content:
    """Every channel's messages by day; a thread stands where it was begun."""
    people = {p["id"]: person_name(p) for p in _listed(archive, "users.json") if "id" in p}
    rooms = {c["id"]: c for name in _LISTS for c in _listed(archive, name) if "id" in c}
    writer = MessageWriter(people, {key: room.get("name") or key for key, room in rooms.items()})
    folders: dict[str, dict[str, list[Message]]] = {}
    for path in sorted(archive.names):
        if match := _DAY.fullmatch(path):
            folders.setdefault(match[1], {})[match[2]] = _listed(archive, path)
    blocks: list[Block] = []
    for folder, days in folders.items():
        room = next((r for r in rooms.values() if folder in (r.get("name"), r.get("id"))), {})
        blocks += writer.channel(folder, room, days)
    metadata = {"channels": str(len(folders)), "people": str(len(people))}
    return Content(blocks, title=_title(folders), metadata=metadata, skipped=[*archive.skipped, *writer.skipped])


def _title(folders: Mapping[str, object]) -> str:
    names = [f"#{folder}" for folder in folders]
    return "Slack: " + ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _listed(archive: Archive, name: str) -> list[Message]:
    if name not in archive.names:
        return []
    try:
        found = json.loads(archive.read(name))
    except (DamagedDocument, ValueError, RecursionError):  # one day, or the names: the rest can be read
        archive.skipped.append(Skipped("damaged_member", name))
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def person_name(person: Message) -> str:
    """What a person is called: the real name, else the name shown, else the login."""
    profile = person.get("profile") or {}
    return (
        profile.get("real_name") or person.get("real_name") or profile.get("display_name") or person.get("name") or ""
    )


class MessageWriter:
    """Writes messages with the names of people and rooms by their ids."""

    def __init__(self, people: Mapping[str, str], rooms: Mapping[str, str]) -> None:
        self._people = people
        self._rooms = rooms
        self.skipped: list[Skipped] = []

    def channel(self, name: str, room: Message, days: Mapping[str, Sequence[Message]]) -> Iterator[Block]:
        """A heading for the room and one for each day; a thread's replies follow the message that began it."""
        members = [self._people.get(member, member) for member in room.get("members", ())]
        direct = "creator" not in room and members and not room.get("name")
        yield Block("heading", ", ".join(members) if direct else f"#{name}", 1)
        for key in ("topic", "purpose"):
            if value := (room.get(key) or {}).get("value"):
                yield Block("paragraph", f"{key.title()}: {self.text(value)}")
        replies = self._replies(message for day in days.values() for message in day)
        for day, messages in days.items():
            begun = [m for m in messages if m.get("ts") and m.get("thread_ts", m["ts"]) == m["ts"]]
            said = [block for message in begun for block in self._thread(message, replies.get(message["ts"], []))]
            if said:
                yield Block("heading", day, 2)
                yield from said

    def _replies(self, messages: Iterable[Message]) -> dict[str, list[Message]]:
        found: dict[str, list[Message]] = {}
        starts: set[str] = set()
        for message in messages:
            starts.add(message.get("ts", ""))
            if message.get("thread_ts") not in (None, message.get("ts")):
                found.setdefault(message["thread_ts"], []).append(message)
        for thread in set(found) - starts:  # its beginning is not in the export: the first reply stands for it
            first, *rest = sorted(found.pop(thread), key=lambda m: m["ts"])
            found[first["ts"]] = rest
            first["thread_ts"] = first["ts"]
        return {thread: sorted(replies, key=lambda m: m["ts"]) for thread, replies in found.items()}

    def _thread(self, message: Message, replies: Sequence[Message]) -> Iterator[Block]:
        if line := self.line(message):
            yield Block("paragraph", line)
        yield from (Block("list", line, 1) for reply in replies if (line := self.line(reply)))

    def line(self, message: Message) -> str:
        """A message on one line or several: who, when, what; "" for what only says that someone came or went."""
        if message.get("subtype") in _SILENT:
            return ""
        text = message.get("text") or ""
        said = [self.text(line) for line in (text, *lines(message.get("blocks"), not text.strip()))]
        said += [self.text(text) for a in message.get("attachments") or () for text in _attachment(a)]
        for file in message.get("files") or [message[key] for key in ("file",) if message.get(key)]:
            name = file.get("title") or file.get("name") or file.get("id") or "file"
            said.append(f"[{name}]")
            self.skipped.append(Skipped("linked_file", name))
        text = "\n".join(dict.fromkeys(line for line in said if line.strip()))
        return f"{self._author(message)} ({_clock(message)}): {text}" if text else ""

    def _author(self, message: Message) -> str:
        profile = message.get("user_profile") or {}
        return (
            self._people.get(message.get("user", ""))
            or profile.get("real_name")
            or message.get("username")
            or (message.get("bot_profile") or {}).get("name")
            or message.get("user")
            or "Slack"
        )

    def text(self, source: str) -> str:
        """Slack's markup as a person reads it: <@U1> is a name, <https://…|label> a label, entities are characters."""

        def shown(match: re.Match[str]) -> str:
            sign, target, label = match.groups()
            if sign in ("@", "#"):
                known = self._people if sign == "@" else self._rooms
                return sign + (known.get(target) or label or target)
            return f"@{label or target.split('^')[0]}" if sign == "!" else label or target

        return html.unescape(_REFERENCE.sub(shown, source))


def _attachment(attachment: Message) -> list[str]:
    fields = [f"{f.get('title', '')}: {f.get('value', '')}" for f in attachment.get("fields") or ()]
    said = [attachment.get(key) for key in ("pretext", "title", "text")]
    said += lines(attachment.get("blocks"), not attachment.get("text"))
    return [text for text in said if isinstance(text, str) and text] + fields or [attachment.get("fallback") or ""]


def _clock(message: Message) -> str:
    try:
        return datetime.fromtimestamp(float(message["ts"]), UTC).strftime("%H:%M")
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return "?"
