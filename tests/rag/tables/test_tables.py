"""Tables as DuckDB sees them: how cells are read, and what a query may not do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from loaders import load
from rag.errors import QueryRefused
from rag.tables.cells import read_column
from rag.tables.rows import read_tables
from rag.tables.sql import TableDatabase


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["1,234.5", "-2"], [Decimal("1234.5"), Decimal(-2)], ""),
        (["¥1,200", "￥300"], [Decimal(1200), Decimal(300)], "¥"),
        (["1,200円", "300 円"], [Decimal(1200), Decimal(300)], "円"),
        (["12%", "8.5％"], [Decimal(12), Decimal("8.5")], "%"),
        (["１２３", "４５"], [Decimal(123), Decimal(45)], ""),
        (["(45)", "△12", "7"], [Decimal(-45), Decimal(-12), Decimal(7)], ""),
        (["1.234,5", "3,25"], [Decimal("1234.5"), Decimal("3.25")], ""),
        (["12", "n/a", "7", "不明", "3", "1"], [Decimal(12), None, Decimal(7), None, Decimal(3), Decimal(1)], ""),
    ],
)
def test_numbers_are_read_by_the_notation_of_their_column(
    cells: list[str], values: list[Decimal | None], unit: str
) -> None:
    column = read_column("x", cells)
    assert (column.kind, list(column.values), column.unit) == ("number", values, unit)
    assert list(column.written) == cells


@pytest.mark.parametrize("cells", [["007", "12"], ["5 kg", "3 m"], ["12", "abc"], ["03-1234-5678"], ["10%", "5"]])
def test_what_is_not_all_numbers_of_a_kind_stays_text(cells: list[str]) -> None:
    assert read_column("x", cells).kind == "text"


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2026-07-04", "2026/8/1"], date(2026, 7, 4)),
        (["2026年7月4日", "2026年12月31日"], date(2026, 7, 4)),
        (["4 July 2026", "1 Aug 2026"], date(2026, 7, 4)),
        (["4/7/2026", "13/7/2026"], date(2026, 7, 4)),
        (["7/4/2026", "7/13/2026"], date(2026, 7, 4)),
    ],
)
def test_dates_are_read_by_the_order_of_their_column(cells: list[str], first: date) -> None:
    column = read_column("x", cells)
    assert (column.kind, column.values[0]) == ("date", first)


def test_dates_whose_order_nothing_tells_stay_text() -> None:
    assert read_column("x", ["3/4/2026", "5/6/2026"]).kind == "text"


def test_rows_are_read_back_from_blocks() -> None:
    data = 'name,note,n\nA,"x: y",1\nB,,2\nC,"p | q",\n'
    table = next(read_tables(enumerate(load(data.encode(), "t.csv").blocks)))
    assert table.columns == ("name", "note", "n")
    assert [row.cells for row in table.rows] == [
        {"name": "A", "note": "x: y", "n": "1"},
        {"name": "B", "n": "2"},
        {"name": "C", "note": "p | q"},
    ]


def test_a_table_without_a_header_is_none() -> None:
    assert not list(read_tables(enumerate(load(b"1,12:30,a\n2,13:40,b\n3,9:15,c\n", "t.csv").blocks)))


@pytest.fixture
def database() -> TableDatabase:
    made = TableDatabase()
    made.put("t", [0, 1, 2], [read_column("Team", ["A", "B", "C"]), read_column("Pay", ["1.10", "2.20", "n/a"])])
    made.lock()
    return made


def test_sums_are_exact(database: TableDatabase) -> None:
    assert database.run("SELECT sum(Pay), count(*) FROM t").rows == ((Decimal("3.30"), 3),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "DROP TABLE t",
        "INSERT INTO t VALUES (9, 'x', 1)",
        "UPDATE t SET Pay = 0",
        "COPY t TO '{file}'",
        "ATTACH '{file}' AS other",
        "SET memory_limit = '64GB'",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT current_setting('memory_limit')",
        "SELECT count(*) FROM range(1000000000000)",
        "SELECT repeat('x', 1000000000)",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT nothing FROM t",
        "SELECT",
        "",
    ],
)
def test_only_a_select_over_our_tables_runs_and_not_for_long(database: TableDatabase, tmp_path: Path, sql: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(QueryRefused):
        database.run(sql.format(file=file), seconds=0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert database.run("SELECT count(*) FROM t").rows == ((3,),)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (SELECT * FROM t WHERE Pay > 1.5) SELECT count(*) FROM a",
        "SELECT count(*) FROM t WHERE Team LIKE 'B%' OR Pay BETWEEN 5 AND 6",
        "SELECT count(DISTINCT Team) FILTER (WHERE Team = 'B') FROM t",
    ],
)
def test_ordinary_queries_run(database: TableDatabase, sql: str) -> None:
    assert database.run(sql).rows == ((1,),)
