"""Messages of apps in a Slack export, whose words stand in layout blocks."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from loaders import load

PEOPLE = [{"id": "U1", "name": "jane", "profile": {"real_name": "Jane Doe"}}]
CHANNELS = [{"id": "C1", "name": "general", "creator": "U1", "members": ["U1"]}]


def said(*messages: dict[str, Any]) -> list[str]:
    stamped = [{"type": "message", "user": "U1", "ts": f"177244560{n}.0", **m} for n, m in enumerate(messages)]
    files = {"users.json": PEOPLE, "channels.json": CHANNELS, "general/2026-03-02.json": stamped}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content))
    blocks = load(target.getvalue(), "slack.zip").blocks
    return [block.text.split("): ", 1)[1] for block in blocks if block.kind == "paragraph"]


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def test_what_an_app_writes_in_blocks_is_read() -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "Disk <full> & more"}}
    field = {"type": "mrkdwn", "text": "Region: eu &amp; <@U1>"}
    body = {"type": "section", "text": {"type": "mrkdwn", "text": "Server *db1*"}, "fields": [field]}
    context = {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": "sent"}, {"type": "mrkdwn", "text": "by cron"}],
    }
    image = {"type": "image", "alt_text": "A chart"}
    lines = ["Disk <full> & more", "Server *db1*", "Region: eu & @Jane Doe", "sent by cron", "A chart"]
    blocks = [header, body, context, image, {"type": "divider"}, "rubbish", {"type": "section", "text": 3}]
    assert said({"text": "", "blocks": blocks}) == ["\n".join(lines)]
    assert said({"text": "", "attachments": [{"fallback": "none", "blocks": blocks}]}) == ["\n".join(lines)]


def test_rich_text_is_read_where_the_message_has_no_other() -> None:
    closing = section(
        {"type": "text", "text": "Closed at 5 & "},
        {"type": "user", "user_id": "U1"},
        {"type": "link", "url": "https://ex.com"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "emoji", "name": "wave"},
        {"type": "broadcast", "range": "here"},
    )
    items = {"type": "rich_text_list", "elements": [section({"type": "text", "text": word}) for word in ("one", "two")]}
    blocks = [{"type": "rich_text", "elements": [closing, items]}]
    text = "Closed at 5 & @Jane Doehttps://ex.com#general:wave:@here\n- one\n- two"
    assert said({"text": "", "blocks": blocks}, {"text": "The same", "blocks": blocks}) == [text, "The same"]
