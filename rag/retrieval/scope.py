"""Which documents a question is asked of."""

from __future__ import annotations

import re

from rag.types import AskOptions, DocumentInfo

_DATES = ("date", "modified", "created", "file_modified")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_whole(options: AskOptions) -> bool:
    """Whether every document is searched."""
    named = options.documents or options.collections or options.media_types or options.languages or options.metadata
    return not named and options.since is None and options.until is None


def covers(options: AskOptions, info: DocumentInfo) -> bool:
    """Whether the document is searched: it or its collection is named, and it fits each of the other filters."""
    return (
        (not (options.documents or options.collections) or _is_named(options, info))
        and (not options.media_types or info.media_type in options.media_types)
        and (not options.languages or info.language in options.languages)
        and (options.since is None or day(info) >= options.since.isoformat())
        and (options.until is None or day(info) <= options.until.isoformat())
        and all(_has_any(options, info, key) for key in {key for key, _ in options.metadata})
    )


def _has_any(options: AskOptions, info: DocumentInfo, key: str) -> bool:
    """Whether a field of the metadata is one of the values asked for of it, or has one among several."""
    there = {info.metadata.get(key, ""), *info.values(key)}
    return any(value in there for name, value in options.metadata if name == key)


def day(info: DocumentInfo) -> str:
    """The day (ISO 8601) that the document gives for itself, else the day on which it was added."""
    stated = (info.metadata.get(key, "") for key in _DATES)
    return next((found[0] for text in stated if (found := _DAY.match(text))), info.added_at.date().isoformat())


def _is_named(options: AskOptions, info: DocumentInfo) -> bool:
    return info.id in options.documents or info.collection in options.collections
