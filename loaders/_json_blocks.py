"""JSON values become blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument, DocumentTooLarge
from loaders._text import cell

MAX_DEPTH = 100
_MOST_BROKEN = 0.5  # of the lines of a file with a record on each that was cut or damaged
_DEEPEST_HEADING = 6
_TITLES = ("title", "name", "タイトル", "名前")


def parse_json(text: str) -> Any:
    """The value, numbers as the text has them. Raises DamagedDocument, or DocumentTooLarge for endless nesting."""
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError as error:
        raise DocumentTooLarge("The values in this file are nested too deep.", "Split it.") from error
    except ValueError as error:
        raise DamagedDocument(f"This is not well-formed JSON ({error}).", "Export it again.") from error


def read(data: bytes) -> Content:
    """The blocks of one value, or of a value on each line."""
    text, encoding = decode(data)
    try:
        value = parse_json(text)
    except DamagedDocument:
        lines, broken = _values_by_line(text)
        if len(lines) < 2 or len(broken) > _MOST_BROKEN * len(lines):
            raise
        blocks = [Block("table", record_text(value), 0, Location(line=line)) for line, value in lines]
        skipped = [Skipped("damaged_record", f"line {number}") for number in broken]
        return Content(blocks, metadata={"records": str(len(blocks))}, encoding=encoding, skipped=skipped)
    title = next((str(value[key]) for key in _TITLES if value.get(key)), "") if isinstance(value, dict) else ""
    return Content(list(_blocks(value, 1, 0)), title, encoding=encoding)


def _values_by_line(text: str) -> tuple[list[tuple[int, Any]], list[int]]:
    """Each line's value with the line's number, and the numbers of lines that are no JSON; it stops at too many."""
    found: list[tuple[int, Any]] = []
    broken: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            found += [(number, parse_json(line))] if line.strip() else []
        except DamagedDocument:
            broken.append(number)
            if len(broken) > _MOST_BROKEN * len(found) + 2:
                break
    return found, broken


def record_text(value: Any) -> str:
    """A value on one line: "key: value | key: value"."""
    return " | ".join(f"{key}: {text}" if key else text for key, text in _leaves(value, "", 0))


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """The plain values in a value with the keys that lead to them; an array of plain values is one of them."""
    if depth > MAX_DEPTH:
        raise DocumentTooLarge("The values in this file are nested too deep.", "Split it.")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for item in value:
            yield from _leaves(item, path, depth + 1)
    elif text := plain_text(value):
        yield path, text


def plain_text(value: Any) -> str:
    """A string, number or truth value, or an array of them, on one line."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain_text, value)))
    if value is None or isinstance(value, dict):
        return ""
    return cell(str(value).lower() if isinstance(value, bool) else str(value))


def _blocks(value: Any, level: int, depth: int) -> Iterator[Block]:
    if depth > MAX_DEPTH:
        raise DocumentTooLarge("The values in this file are nested too deep.", "Split it.")
    if isinstance(value, dict):
        yield from _object(value, level, depth)
    elif isinstance(value, list):
        for item in value:
            yield from _item(item, level, depth)
    elif text := plain_text(value):
        yield Block("paragraph", text)


def _item(item: Any, level: int, depth: int) -> Iterator[Block]:
    if isinstance(item, dict) and any(_is_long(inner) for inner in item.values()):
        yield from _object(item, level, depth + 1)
    elif isinstance(item, dict):
        yield Block("table", record_text(item))
    elif isinstance(item, list) and any(isinstance(inner, dict | list) for inner in item):
        yield from _blocks(item, level, depth + 1)
    elif text := plain_text(item):
        yield Block("list", text, 1)


def _is_long(value: Any) -> bool:
    """Whether a value has records of its own, or running text of several lines: then it does not fit into a row."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return isinstance(value, str) and ("\n" in value.strip() or len(value) > 1000)


def _object(value: dict[str, Any], level: int, depth: int) -> Iterator[Block]:
    """The plain values first, as one row; then each of the others under its key."""
    plain = {k: v for k, v in value.items() if not isinstance(v, dict) and not _is_long(v)}
    if text := record_text(plain):
        yield Block("table", text)
    for key, inner in value.items():
        if key in plain:
            continue
        yield Block("heading", str(key), min(level, _DEEPEST_HEADING))
        if isinstance(inner, str):
            yield from (Block("paragraph", part) for line in inner.split("\n\n") if (part := line.strip()))
        else:
            yield from _blocks(inner, level + 1, depth + 1)
