"""What a chat model writes, read as a list, as JSON of a schema, or as CSV; what cannot be read is shown to it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from threading import Event as Flag
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.chains._workshop import Workshop
from rag.chat.prompts import break_tags
from rag.errors import TenkyoError

TRIES = 3
"""How often a model is asked for output that can be read, the first time included."""
_SHOWN = 1500  # characters of what it wrote, when its error is shown to it
_FENCED = re.compile(r"```[\w-]*\n(.*?)(?:```|\Z)", re.DOTALL)
_ITEM = re.compile(r"^\s*(?:[-*•・]|\(?\d{1,3}[.)．、）:])\s*(?P<text>\S.*)$")

Read = TypeVar("Read")


class OutputInvalid(TenkyoError):
    """What the model wrote is not in the form that it was asked for."""

    code = "output_invalid"


def ask_until_read(
    shop: Workshop, prompt: str, language: str, tokens: int, read: Callable[[str], Read], stop: Flag
) -> Read:
    """What `read` makes of the model's output; after a failure the model sees what it wrote and why that is wrong.

    Raises OutputInvalid after TRIES, ModelUnavailable, Stopped.
    """
    asked, problem = prompt, OutputInvalid("Nothing was written.")
    for _ in range(TRIES):
        written = shop.write(asked, tokens, stop)
        try:
            return read(written)
        except OutputInvalid as error:
            problem = error
            again = shop.templates.render(
                "repair", language, written=break_tags(written[:_SHOWN]), problem=break_tags(str(error))
            )
            asked = f"{prompt}\n\n{again}"
    raise problem


def read_list(text: str, least: int = 1) -> list[str]:
    """The items of a bulleted or numbered list; its lines where none has a mark. Raises OutputInvalid."""
    lines = [line.strip() for line in _unfenced(text).splitlines() if line.strip()]
    marked = [match["text"].strip() for line in lines if (match := _ITEM.match(line))]
    items = marked or lines
    if len(items) < least:
        raise OutputInvalid(f"This is a list of {len(items)}; at least {least} are wanted, each on a line of its own.")
    return items


def read_json(text: str, schema: TypeAdapter[Read]) -> Read:
    """The first JSON value in the text that is of the schema. Raises OutputInvalid, naming each wrong field."""
    found, problem = _first_json(_unfenced(text))
    if problem:
        raise OutputInvalid(f"This is no JSON ({problem}).", "Write one JSON object and nothing else.")
    try:
        return schema.validate_python(found)
    except ValidationError as error:
        named = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'it'}: {one['msg']}" for one in error.errors()[:5])
        raise OutputInvalid(f"The JSON is not as asked for ({named}).") from error


def read_csv(text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV whose header has these columns, in any order and case. Raises OutputInvalid."""
    try:
        rows = list(csv.reader(io.StringIO(_unfenced(text).strip()), strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise OutputInvalid(f"This is no CSV ({error}).", "Write a header and rows, cells in double quotes.") from error
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    missing = [name for name in columns if name.casefold() not in header]
    if missing:
        raise OutputInvalid(f"The first line must name the columns; there is no {', '.join(missing)}.")
    places = [header.index(name.casefold()) for name in columns]
    found: list[dict[str, str]] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise OutputInvalid(f"Line {number} has {len(row)} cells; the header has {len(header)}.")
        found.append({name: row[place].strip() for name, place in zip(columns, places, strict=True)})
    return found


def _unfenced(text: str) -> str:
    fenced = _FENCED.search(text)
    return fenced[1] if fenced else text


def _first_json(text: str) -> tuple[Any, str]:
    """The first object or array in a text, and "" or why there is none."""
    problem = "there is no { or ["
    decoder = json.JSONDecoder()
    for start in (match.start() for match in re.finditer(r"[{\[]", text)):
        try:
            return decoder.raw_decode(text, start)[0], ""
        except (json.JSONDecodeError, RecursionError) as error:
            problem = problem if problem.startswith("at ") else f"at character {start}: {error}"
    return None, problem
