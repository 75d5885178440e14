"""What is read of a row: SQLite keeps any value in any column, so each is held against the type it is declared with.

Raises ValueError, TypeError or KeyError where it cannot have been written, of which `Database.read` says what to do.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from loaders import Block, Box, ExtractionReport, Location, Skipped
from rag.reports import Added, Job
from rag.types import Chunk, Span

_Made = TypeVar("_Made")
_Json = TypeVar("_Json", dict[str, Any], list[Any])
_NAMED = ("kind", "name", "collection", "sha256")
_HASH = re.compile("(?:[0-9a-f]{64})?")  # none is a job without a file, or whose file is still to be fetched


def sound(made: _Made) -> _Made:
    """The dataclass or named tuple itself, where each field is of the type declared, and each element of those in it.

    Of an element that has fields itself only its own type is seen.
    """
    for name, fits in _fields(type(made)):
        if not fits(getattr(made, name)):
            raise TypeError(f"{type(made).__name__}.{name} is {getattr(made, name)!r:.60}")
    return made


def is_sound(made: object) -> bool:
    """Whether `sound` would give it."""
    return all(fits(getattr(made, name)) for name, fits in _fields(type(made)))


@cache
def _fields(kind: type) -> Sequence[tuple[str, Callable[[object], bool]]]:
    return [(name, _check(hint)) for name, hint in get_type_hints(kind).items()]


def _check(hint: Any) -> Callable[[object], bool]:
    if get_origin(hint) is Literal:
        allowed = get_args(hint)
        return lambda value: value in allowed
    if get_origin(hint) in (Union, UnionType):
        checks = [_check(one) for one in get_args(hint)]
        return lambda value: any(check(value) for check in checks)
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        each = _check(get_args(hint)[0])
        return lambda value: isinstance(value, tuple) and all(map(each, value))
    if get_origin(hint) is Mapping:
        key, each = map(_check, get_args(hint))
        return lambda value: (
            isinstance(value, Mapping) and all(map(key, value.keys())) and all(map(each, value.values()))
        )
    kind = get_origin(hint) or hint
    kinds = (float, int) if kind is float else kind
    return lambda value: isinstance(value, kinds)


def loaded(text: str, kind: type[_Json]) -> _Json:
    """JSON of this kind."""
    found = json.loads(text)
    if not isinstance(found, kind):
        raise TypeError(f"{text!r:.60} is no {kind.__name__}")
    return found


def load_metadata(text: str) -> Mapping[str, str]:
    """What is known of a document: texts by their names."""
    found = loaded(text, dict)
    if not _check(Mapping[str, str])(found):
        raise TypeError(f"{text!r:.60} is no metadata")
    return found


def checksum(rows: Iterable[Sequence[object]]) -> int:
    """Of rows of numbers and texts."""
    crc = 0
    for row in rows:
        crc = zlib.crc32("\0".join(map(str, row)).encode("utf-8", "surrogatepass"), crc)
    return crc


# -- documents, blocks, chunks -----------------------------------------------------------------------------


def load_report(text: str) -> ExtractionReport:
    """An extraction report from the JSON of its fields."""
    known = loaded(text, dict)
    skipped = tuple(Skipped(**one) for one in known.pop("skipped", ()))
    pages = tuple(known.pop("pages_without_text", ()))
    return sound(ExtractionReport(**known, skipped=skipped, pages_without_text=pages))


def dump_location(location: Location) -> str:
    """JSON of a location: only what is known; a box is a list of its seven numbers."""
    known: dict[str, object] = dict(location.as_dict())
    if location.boxes:
        known["boxes"] = location.boxes
    if location.breaks:
        known["breaks"] = location.breaks
    return json.dumps(known, ensure_ascii=False)


def load_location(text: str) -> Location:
    """The inverse of `dump_location`."""
    known = loaded(text, dict)
    boxes, breaks = (Box(*box) for box in known.pop("boxes", ())), known.pop("breaks", ())
    return sound(Location(**known, boxes=tuple(boxes), breaks=tuple(breaks)))


def read_block(row: sqlite3.Row) -> Block:
    """A row of `blocks`."""
    return sound(Block(row["kind"], row["text"], row["level"], load_location(row["location"]), row["language"]))


def read_chunk(row: sqlite3.Row) -> Chunk:
    """A row of `chunks`; there is none without a span, and its ends are asked for."""
    spans = tuple(sound(Span(*span)) for span in loaded(row["spans"], list))
    if not spans:
        raise ValueError(f"passage {row['id']} stands nowhere")
    return sound(
        Chunk(
            row["id"],
            row["document_id"],
            row["ordinal"],
            row["text"],
            tuple(loaded(row["headings"], list)),
            load_location(row["location"]),
            spans,
            row["token_count"],
        )
    )


# -- jobs --------------------------------------------------------------------------------------------------


def checksum_of_job(kind: str, name: str, collection: str, sha256: str) -> int:
    """Of what names a job's file: spoilt, the file would be read as another or not at all, and none would say so."""
    return checksum([(kind, name, collection, sha256)])


def is_named(row: sqlite3.Row) -> bool:
    """Whether a row of `jobs` names its file as it was added; what an earlier version has written has no checksum."""
    named = [row[name] for name in _NAMED]
    written = row["crc"] if "crc" in row.keys() else None  # noqa: SIM118 - a row has no other way to say so
    texts = all(isinstance(value, str) for value in named) and _HASH.fullmatch(row["sha256"]) is not None
    return texts and written in (None, checksum_of_job(*named))


def read_job(row: sqlite3.Row) -> Job:
    """A row of `jobs`."""
    if not is_named(row):
        raise ValueError(f"job {row['id']} is none")
    return sound(
        Job(
            row["id"],
            row["kind"],
            row["name"],
            row["state"],
            None,
            None if row["result"] is None else _added(loaded(row["result"], dict)),
            None if row["error"] is None else loaded(row["error"], dict),
            datetime.fromisoformat(row["created_at"]),
        )
    )


def _added(fields: dict[str, Any]) -> Added:
    return sound(Added(**{**fields, "children": tuple(map(_added, fields.get("children", ())))}))
