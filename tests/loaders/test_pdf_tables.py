"""Tables of PDFs as reportlab draws them: cells over several columns, narrow columns without rulings."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.platypus import SimpleDocTemplate, Table

from loaders import load

CITIES = [["City", "Year", "Sales"], ["Kobe", "2024", "12.5"], ["Osaka", "2025", "1,300"], ["Nara", "2023", "7"]]


def _read(rows: Sequence[Sequence[str]], *style: tuple[object, ...], **options: object) -> list[str]:
    stream = io.BytesIO()
    table = Table(rows, style=style, **options)  # type: ignore[arg-type]
    SimpleDocTemplate(stream, pagesize=A4).build([table])
    return [block.text for block in load(stream.getvalue(), "a.pdf").blocks if block.kind == "table"]


def test_what_stands_alone_in_a_wide_cell_is_of_its_first_column() -> None:
    grid = ("GRID", (0, 0), (-1, -1), 0.5, "black")
    rows = [["Name", "Scores", "", ""], ["Ann", "1", "2", "3"], ["Bob", "4", "5", "6"]]
    centred = ("ALIGN", (0, 0), (-1, -1), "CENTER")
    found = _read(rows, grid, centred, ("SPAN", (1, 0), (3, 0)), colWidths=[60] * 4)
    assert found == ["Name | Scores |  | \nAnn | 1 | 2 | 3\nBob | 4 | 5 | 6"]


def test_narrow_columns_under_each_other_are_a_table_without_any_ruling() -> None:
    assert _read(CITIES, ("ROWBACKGROUNDS", (0, 1), (-1, -1), ["#eeeeee", "white"])) == [
        "City | Year | Sales\nKobe | 2024 | 12.5\nOsaka | 2025 | 1,300\nNara | 2023 | 7"
    ]


def test_cells_over_several_rows_stand_in_each_of_them() -> None:
    rows = [["Kind", "Product", "Size", "Price"], ["Paint", "White", "1 l", "12.90"], ["", "", "5 l", "49.00"]]
    rows += [["", "Grey", "1 l", "13.90"], ["Brush", "Flat", "20 mm", ""]]
    spans = ("SPAN", (0, 1), (0, 3)), ("SPAN", (1, 1), (1, 2)), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")
    assert _read(rows, ("GRID", (0, 0), (-1, -1), 0.5, "black"), *spans) == [
        "Kind | Product | Size | Price\nPaint | White | 1 l | 12.90\nPaint | White | 5 l | 49.00\n"
        "Paint | Grey | 1 l | 13.90\nBrush | Flat | 20 mm | "
    ]


def test_a_word_broken_inside_a_cell_is_whole() -> None:
    rows = [["Name", "Remark"], ["Ann", "infor-\nmation"], ["Bob", "long-\nterm"]]
    assert _read(rows, ("GRID", (0, 0), (-1, -1), 0.5, "black")) == [
        "Name | Remark\nAnn | information\nBob | long-term"
    ]
