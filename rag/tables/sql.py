"""Queries over tables, guarded: one SELECT over our tables, in memory, with no way to files, within limits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rag.errors import QueryRefused
from rag.tables.cells import Column

ROW = "_row"
"""The column that says which block of the document a row is."""
MOST_RESULTS = 1000
_SECONDS = 5.0
_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "512MB",
    "threads": "1",
    "temp_directory": "",
}
_TYPES = {"text": "VARCHAR", "date": "DATE"}
_MOST_DIGITS = 38
_HARMLESS = """
    count count_star sum avg mean median min max mode arg_min arg_max stddev stddev_samp variance quantile_cont first
    + - * / // % || abs round floor ceil ceiling sqrt power pow sign greatest least coalesce ifnull nullif if
    lower upper length trim replace contains starts_with prefix suffix concat substring substr left right
    ~~ !~~ ~~* !~~* like_escape year month day quarter week dayofweek date_part date_trunc date_diff strftime
    row_number rank dense_rank lag lead ntile
"""
_FUNCTIONS = frozenset(_HARMLESS.split())
_REFUSED_NODES = frozenset(["TABLE_FUNCTION", "PIVOT", "SHOW_REF", "LAMBDA", "PARAMETER", "COLUMN_DATA"])


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gives: the names of its columns and its first rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class TableDatabase:
    """The tables of one document in DuckDB, in memory; safe from any thread."""

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(":memory:", config=_LIMITS)
        self._names: list[str] = []

    def put(self, name: str, blocks: Sequence[int], columns: Sequence[Column]) -> None:
        """Makes a table of these columns; `blocks` are the rows' ordinals and become the column ROW."""
        quoted = [quote(column.name) for column in columns]
        types = [_type(column) for column in columns]
        made = ", ".join(f"{n} {t}" for n, t in zip([ROW, *quoted], ["INTEGER", *types], strict=True))
        self._connection.execute(f"CREATE TABLE {quote(name)} ({made})")
        casts = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {type_})" for type_ in ["INTEGER", *types])
        values = [[str(n) for n in blocks]]
        values += [[None if v is None else _written(v) for v in column.values] for column in columns]
        self._connection.execute(f"INSERT INTO {quote(name)} SELECT {casts}", values)
        self._names.append(name)

    def lock(self) -> None:
        """Ends the filling: from here on no setting can be changed."""
        self._connection.execute("SET lock_configuration = true")

    def run(self, sql: str, seconds: float = _SECONDS, most: int = MOST_RESULTS) -> Result:
        """The first `most` rows of one SELECT; raises QueryRefused where it is none, is wrong, or takes too long."""
        import duckdb

        cursor = self._connection.cursor()
        timer = threading.Timer(seconds, cursor.interrupt)
        try:
            self.check(sql)
            timer.start()
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            cursor.execute(sql)
            rows = cursor.fetchmany(most)
            return Result(tuple(column[0] for column in cursor.description or ()), tuple(rows))
        except duckdb.Error as error:
            raise QueryRefused(f"The query failed ({error}).", "Ask in other words.") from error
        finally:
            timer.cancel()
            cursor.close()

    def check(self, sql: str) -> None:
        """Raises QueryRefused unless this is a single SELECT that reads our tables and calls harmless functions."""
        parts = list(nodes(self.parse(sql)))
        ours = {name.casefold() for name in self._names} | {name.casefold() for name in _ctes(parts)}
        for node in parts:
            kind = node.get("type")
            if kind in _REFUSED_NODES:
                raise QueryRefused(f"A query may not use {kind}.", "Ask in other words.")
            if kind == "BASE_TABLE" and (
                str(node.get("table_name")).casefold() not in ours
                or node.get("schema_name") not in ("", "main")
                or node.get("catalog_name")
            ):
                raise QueryRefused(f"There is no table {node.get('table_name')} here.", "Ask in other words.")
            if "function_name" in node and str(node["function_name"]).casefold() not in _FUNCTIONS:
                raise QueryRefused(f"A query may not call {node['function_name']}.", "Ask in other words.")

    def parse(self, sql: str) -> dict[str, Any]:
        """The syntax tree of one SELECT, by DuckDB's own parser; raises QueryRefused for anything else."""
        row = self._connection.cursor().execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
        tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
        if tree.get("error") or len(tree.get("statements", ())) != 1:
            reason = tree.get("error_message") or "it is not a single SELECT"
            raise QueryRefused(f"This is no query that may run ({reason}).", "Ask in other words.")
        return tree

    def unparse(self, tree: dict[str, Any]) -> str:
        """The SQL of a syntax tree; raises QueryRefused where it is none."""
        import duckdb

        try:
            row = (
                self._connection.cursor().execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchone()
            )
        except duckdb.Error as error:
            raise QueryRefused(f"This is no query ({error}).", "Ask in other words.") from error
        return str(row[0]) if row else ""


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"


def _type(column: Column) -> str:
    """Numbers are kept in decimal where 38 digits hold their sum; else as binary floats.

    One digit more than they are written with, for a median that lies between two of them.
    """
    if column.kind != "number":
        return _TYPES[column.kind]
    numbers = [value for value in column.values if isinstance(value, Decimal)]
    whole, scale = max((value.adjusted() + 1 for value in numbers), default=1), column.decimals + 1
    return f"DECIMAL({_MOST_DIGITS}, {scale})" if whole + scale <= _MOST_DIGITS - 9 else "DOUBLE"


def _written(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)  # type: ignore[attr-defined]


def nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every part of a syntax tree."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from nodes(branch)


def _ctes(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node.get("cte_map"), dict):
            yield from (str(entry["key"]) for entry in node["cte_map"].get("map", ()))
