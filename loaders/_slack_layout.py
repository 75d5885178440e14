"""Slack's layout blocks as lines in its own markup: what apps write, often with nothing in the message's text."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

_DEEPEST = 8
Part = dict[str, Any]


def lines(blocks: Any, with_rich_text: bool) -> Iterator[str]:
    """A line for each part that has text. Rich text is the message's text once more, where it has one."""
    for block in _parts(blocks):
        if block.get("type") == "rich_text":
            if with_rich_text:
                yield from (line for part in _parts(block.get("elements")) for line in _rich(part))
            continue
        yield _text(block.get("text"))
        yield from (_text(field) for field in _parts(block.get("fields")))
        if block.get("type") == "context":
            yield " ".join(filter(None, (_text(element) for element in _parts(block.get("elements")))))
        elif block.get("type") in ("image", "video"):
            yield _text(block.get("title")) or _plain(block.get("alt_text"))


def _rich(part: Part, depth: int = 0) -> Iterator[str]:
    """A section, quotation or code block is a line, and so is each item of a list."""
    if part.get("type") == "rich_text_list" and depth < _DEEPEST:
        for item in _parts(part.get("elements")):
            yield from (f"- {line}" for line in _rich(item, depth + 1))
        return
    yield "".join(_inline(element) for element in _parts(part.get("elements")))


def _inline(element: Part) -> str:
    kind = element.get("type")
    if kind == "user":
        return f"<@{element.get('user_id', '')}>"
    if kind == "channel":
        return f"<#{element.get('channel_id', '')}>"
    if kind == "broadcast":
        return f"<!{element.get('range', '')}>"
    if kind == "emoji":
        return f":{element.get('name', '')}:"
    if kind == "link":
        return _plain(element.get("text") or element.get("url"))
    return _plain(element.get("text") or element.get("fallback"))


def _text(text: Any) -> str:
    """A text object: of plain text nothing is markup."""
    if not isinstance(text, dict) or not isinstance(text.get("text"), str):
        return ""
    return text["text"] if text.get("type") == "mrkdwn" else _plain(text["text"])


def _plain(text: Any) -> str:
    return html.escape(text, quote=False) if isinstance(text, str) else ""


def _parts(found: Any) -> list[Part]:
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
