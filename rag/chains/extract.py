"""A table drawn from documents: a row for each, a column for each thing that a person wants to know."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from threading import Event as Flag
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, create_model

from rag.chains._cells import labelled, read_from, supported
from rag.chains._parsers import OutputInvalid, ask_until_read, read_json
from rag.chains._reading import read_answer
from rag.chains._workshop import Stopped, Workshop, check
from rag.chat.chat_models import EXTRACTIVE
from rag.chat.prompts import break_tags
from rag.errors import InvalidSchema, ModelUnavailable
from rag.reports import Progress
from rag.results import Cell, ColumnKind, ExtractedColumn, ExtractedRow, ExtractedTable
from rag.types import AskOptions, DocumentInfo, Hit

MOST_COLUMNS = 30
_A_COLUMN = 3
"""Passages that a search finds for each column."""
_TOKENS_A_COLUMN = 60
_LONGEST_NAME = 80
_TYPES: dict[ColumnKind, Any] = {"text": str, "number": float, "date": date, "boolean": bool, "list": list[str]}
_QUESTIONS = {"en": "What is the {name}?", "ja": "{name}は何ですか？"}
_HOW_LONG_JA = re.compile(r"(?:期間|年数|日数|時間|長さ)$")


def extract(
    shop: Workshop, ids: Sequence[str], columns: Sequence[ExtractedColumn], stop: Flag
) -> Iterator[Progress | ExtractedTable]:
    """Yields Progress and, last, the ExtractedTable; if stopped, with the rows so far.

    With a chat model each document's row is written as JSON of the columns' schema, invalid output is shown to it and
    asked for again, and each value is looked for in the passages: one that stands nowhere keeps a problem. Without one
    (or where its output stays invalid) a cell is what the reader answers to the column's question, or empty. Raises
    DocumentNotFound, InvalidSchema.
    """
    begin = time.perf_counter()
    checked_columns(columns)
    documents = shop.documents(ids)
    table = ExtractedTable(tuple(columns), (), (), shop.chat_model.name if shop.chat_model else EXTRACTIVE, 0.0)
    for done, document in enumerate(documents):
        if stop.is_set():
            break
        yield Progress("extract", done, len(documents), "documents", document.name)
        try:
            cells, hits, failure = _row(shop, document, columns, stop)
        except Stopped:
            break
        shift = len(table.hits)
        raised = tuple(
            replace(cell, citations=tuple(replace(c, number=c.number + shift) for c in cell.citations))
            for cell in cells
        )
        table = replace(
            table,
            rows=(*table.rows, ExtractedRow(document.id, document.name, raised)),
            hits=(*table.hits, *hits),
            failures=(*table.failures, *([(document.name, failure)] if failure else [])),
        )
    written = len(table.rows) > len(table.failures)
    yield replace(table, model=table.model if written else EXTRACTIVE, took_ms=(time.perf_counter() - begin) * 1000)


def checked_columns(columns: Sequence[ExtractedColumn]) -> None:
    """Raises InvalidSchema unless the columns can be those of a table."""
    names = [column.name.strip() for column in columns]
    if not 0 < len(names) <= MOST_COLUMNS:
        raise InvalidSchema(f"A table has 1 to {MOST_COLUMNS} columns; these are {len(names)}.", "Name fewer, or one.")
    if not all(names) or max(map(len, names)) > _LONGEST_NAME:
        raise InvalidSchema("A column has no name, or a very long one.", "Describe it in its description instead.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidSchema(f"Two columns are called {', '.join(sorted(twice))}.", "Give each a name of its own.")


def _row(
    shop: Workshop, document: DocumentInfo, columns: Sequence[ExtractedColumn], stop: Flag
) -> tuple[list[Cell], Sequence[Hit], str]:
    """The cells of a document, the passages that their citations number, and why the model's row was not used."""
    failure = ""
    if shop.chat_model is not None:
        try:
            return (*_written(shop, document, columns, stop), "")
        except (OutputInvalid, ModelUnavailable) as error:
            failure = str(error)
    return (*_quoted(shop, document, columns, stop), failure)


# -- without a model -----------------------------------------------------------------------------------------


def _quoted(
    shop: Workshop, document: DocumentInfo, columns: Sequence[ExtractedColumn], stop: Flag
) -> tuple[list[Cell], Sequence[Hit]]:
    hits: dict[int, Hit] = {}
    cells: list[Cell] = []
    options = AskOptions(documents=frozenset([document.id]))
    for column in columns:
        check(stop)
        question = _question(column, document.language)
        found: Sequence[Hit] = shop.retriever.search(question, options).hits
        cell = labelled(column.name, column.kind, found, shop.catalog.blocks)
        if cell is None and (answer := read_answer(shop, question, options, stop)) and answer.sentences:
            cell, found = read_from(answer.sentences[0], column.name, column.kind), answer.hits
        if cell is None:
            cells.append(Cell(""))
            continue
        hits |= {hit.chunk.id: hit for hit in found if any(c.chunk_id == hit.chunk.id for c in cell.citations)}
        numbers = {chunk: number for number, chunk in enumerate(hits, 1)}
        cited = tuple(replace(one, number=numbers[one.chunk_id]) for one in cell.citations)
        cells.append(replace(cell, citations=cited))
    return cells, list(hits.values())


def _question(column: ExtractedColumn, language: str) -> str:
    """The question that a column asks: its description where that is one, else made of its name."""
    description = column.description.strip()
    if description.endswith(("?", "？", "か", "か。")):
        return description
    name = f"{column.name} ({description})" if description else column.name
    if language == "ja" and _HOW_LONG_JA.search(column.name):
        return f"{name}はどのくらいですか？"
    return _QUESTIONS.get(language.split("-")[0], _QUESTIONS["en"]).format(name=name)


# -- with a model --------------------------------------------------------------------------------------------


def _written(
    shop: Workshop, document: DocumentInfo, columns: Sequence[ExtractedColumn], stop: Flag
) -> tuple[list[Cell], Sequence[Hit]]:
    language = document.language
    hits = _passages(shop, document, columns)
    schema = _schema(columns)
    tokens = _TOKENS_A_COLUMN * (len(columns) + 1)
    values = {
        "columns": "\n".join(
            f"- {break_tags(c.name)}: {break_tags(c.description.strip() or c.name)} ({c.kind})" for c in columns
        ),
        "schema": json.dumps(schema.json_schema()["properties"], ensure_ascii=False),
        "source": break_tags(" ".join(document.name.split())[:100]),
    }
    room = max(1, shop.room(shop.templates.render("extract", language, **values, text=""), tokens))
    text = shop.cut("\n\n".join(break_tags(hit.chunk.text) for hit in hits), room)
    prompt = shop.templates.render("extract", language, **values, text=text)
    row = ask_until_read(shop, prompt, language, tokens, lambda written: read_json(written, schema), stop)
    read: list[Any] = [getattr(row, f"c{n}") for n in range(len(columns))]
    return [supported(value, hits, shop.catalog.blocks, language) for value in read], hits


def _schema(columns: Sequence[ExtractedColumn]) -> TypeAdapter[Any]:
    """One optional field a column, by the column's name; nothing else may stand there."""
    fields: dict[str, Any] = {
        f"c{n}": (_TYPES[column.kind] | None, Field(alias=column.name, description=column.description))
        for n, column in enumerate(columns)
    }
    return TypeAdapter(create_model("Row", __config__=ConfigDict(extra="forbid"), **fields))


def _passages(shop: Workshop, document: DocumentInfo, columns: Sequence[ExtractedColumn]) -> list[Hit]:
    """Those that a search finds for any column, in reading order."""
    options = AskOptions(k=_A_COLUMN, documents=frozenset([document.id]))
    found: dict[int, Hit] = {}
    for column in columns:
        query = f"{column.name} {column.description}".strip()
        found |= {hit.chunk.id: hit for hit in shop.retriever.search(query, options).hits}
    return sorted(found.values(), key=lambda hit: hit.chunk.ordinal)
