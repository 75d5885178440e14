"""A chat model writes the query where no plan is clear; it runs under the same guard, and is tried twice at most."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import Any

from rag.chat.budget import MESSAGE_TOKENS
from rag.chat.generation import Happened, generate
from rag.chat.prompt_templates import PromptTemplates
from rag.chat.prompts import break_tags
from rag.errors import InvalidSettings, ModelUnavailable, QueryRefused, StoreError
from rag.protocols import ChatModel
from rag.tables.evidence import Evidence
from rag.tables.report import TableAnswer, computation, table_label
from rag.tables.sql import ROW, Result, TableDatabase, nodes, quote
from rag.tables.store import DocumentTables
from rag.tables.table import Table
from rag.tables.wording import Wording, shown_value
from rag.types import Message, Sentence

_QUERY_TOKENS = 300
_TRIES = 2
_SAMPLE_ROWS = 3
_SAMPLE_CHARACTERS = 60
_MOST_COLUMNS = 40
_LISTED = 20
_CITED = 3
_TYPE_NAMES = {"text": "VARCHAR", "number": "DECIMAL", "date": "DATE"}
_STATEMENT = re.compile(r"\b(?:SELECT|WITH)\b.*?(?=;|```|$)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A query that a model wrote and that ran."""

    sql: str
    result: Result


def write_query(
    question: str, source: DocumentTables, model: ChatModel, language: str, stop: Flag, templates: PromptTemplates
) -> Generator[Happened, None, Written | None]:
    """The first query of the model that runs; an error is shown to it once. None where it gives up or fails."""
    tables = "\n\n".join(map(described, source.tables))
    problem = ""
    for _ in range(_TRIES):
        try:
            text = templates.render("sql", language, tables=tables, question=break_tags(question), problem=problem)
            if model.count_tokens(text) + MESSAGE_TOKENS + _QUERY_TOKENS > model.context_tokens:
                return None
        except (ModelUnavailable, InvalidSettings, StoreError):
            return None  # the answer itself will say so
        written = yield from generate(model, "sql", (Message("user", text),), _QUERY_TOKENS, stop, aloud=False)
        statement = _STATEMENT.search(written.text)
        if written.failed or statement is None or stop.is_set():
            return None
        sql = statement.group().strip()
        try:
            return Written(sql, run_query(sql, source.database))
        except QueryRefused as error:
            problem = break_tags(f"{sql}\n{error}")
    return None


def run_query(sql: str, database: TableDatabase) -> Result:
    result = database.run(sql)
    if not any(node.get("type") == "BASE_TABLE" for node in nodes(database.parse(sql))):
        raise QueryRefused("The query reads no table.", "Read one of the tables.")
    return result


def report_written(
    written: Written, source: DocumentTables, evidence: Evidence, model: str, language: str
) -> TableAnswer | None:
    """What the query gives, line by line, with the first rows that it reads; None where it gives nothing."""
    rows = [row for row in written.result.rows if any(value is not None for value in row)]
    if not rows:
        return None
    tree = source.database.parse(written.sql)
    table = _table_of(tree, source.tables)
    read = _rows_read(tree, source.database)
    wording = Wording(language, table_label(source, table))
    sentences = [Sentence(wording.say("result") + "\n", evidence.cite(read[:_CITED]))]
    for row in rows[:_LISTED]:
        shown = " | ".join(shown_value(value, None) for value in row)
        sentences.append(Sentence(wording.say("value", v=shown) + "\n"))
    if len(rows) > _LISTED:
        sentences.append(Sentence(wording.say("more", n=f"{len(rows) - _LISTED:,}") + "\n"))
    used = [column for column in table.columns if column.name in _columns_of(tree)]
    made = computation(written.sql, source, table, len(read), used, written.result)
    return TableAnswer(tuple(sentences), tuple(evidence.hits), made, model)


def described(table: Table) -> str:
    """A table's columns with their types, and its first rows."""
    columns = table.columns[:_MOST_COLUMNS]
    types = ", ".join(f"{quote(column.name)} {_TYPE_NAMES[column.kind]}" for column in columns)
    rows = (
        " | ".join(column.written[row][:_SAMPLE_CHARACTERS] for column in columns)
        for row in range(min(_SAMPLE_ROWS, len(table.blocks)))
    )
    return break_tags("\n".join((f"TABLE {quote(table.name)} ({types}), {len(table.blocks)} rows, as:", *rows)))


def _table_of(tree: Any, tables: Sequence[Table]) -> Table:
    names = {str(node.get("table_name")).casefold() for node in nodes(tree)}
    return next((table for table in tables if table.name.casefold() in names), tables[0])


def _columns_of(tree: Any) -> set[str]:
    return {node["column_names"][-1] for node in nodes(tree) if node.get("column_names")}


def _rows_read(tree: Any, database: TableDatabase) -> list[int]:
    """The rows that pass the query's conditions; none where it is not one SELECT over one table."""
    node = tree["statements"][0]["node"]
    if node.get("type") != "SELECT_NODE" or node["from_table"].get("type") != "BASE_TABLE":
        return []
    column = {"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": [ROW]}
    plain: dict[str, Any] = {"select_list": [column], "modifiers": [], "group_expressions": [], "group_sets": []}
    node |= plain | {"having": None, "qualify": None}
    try:
        return [row[0] for row in database.run(database.unparse(tree)).rows]
    except QueryRefused:
        return []
