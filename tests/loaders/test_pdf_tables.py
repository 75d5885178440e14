"""Tables of PDFs as reportlab draws them: cells over several columns, narrow columns without rulings."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
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


def test_a_drawing_of_triangles_and_axes_is_no_table() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for left, bottom in ((100, 600), (100, 700), (200, 600)):  # triangles that share their corners
        for one, other in (((0, 0), (100, 30)), ((100, 30), (40, 100)), ((40, 100), (0, 0))):
            canvas.line(left + one[0], bottom + one[1], left + other[0], bottom + other[1])
    for name, x, y in (("P", 110, 590), ("Q", 205, 640), ("R", 130, 720), ("S", 240, 710)):
        canvas.drawString(x, y, name)
    canvas.line(100, 200, 300, 200)
    canvas.line(110, 180, 110, 400)
    for n in range(1, 5):  # marks on both axes, with numbers
        canvas.line(110 + 40 * n, 197, 110 + 40 * n, 203)
        canvas.line(107, 200 + 40 * n, 113, 200 + 40 * n)
        canvas.drawString(107 + 40 * n, 186, str(n))
        canvas.drawString(96, 197 + 40 * n, str(n))
    canvas.save()
    found = load(stream.getvalue(), "a.pdf").blocks
    assert [block.text for block in found if block.kind == "table"] == []
    assert sorted("".join(block.text for block in found).replace(" ", "")) == sorted("PQRS12341234")


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("ruled", [True, False])
def test_a_table_that_stands_upright_on_a_turned_page_is_a_table(rotation: int, ruled: bool) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(800, 800))
    canvas.setPageRotation(rotation)
    canvas.translate(*{90: (800, 0), 180: (800, 800), 270: (0, 800)}[rotation])  # so that it stands upright when shown
    canvas.rotate(rotation)
    canvas.drawString(60, 780, "A line of prose that stands above the table on its own page")
    rows = [["City", "Year", "Sales"], ["Kobe", "2024", "12"], ["Osaka", "2025", "340"], ["Kyoto", "2026", "5"]]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            canvas.drawString(70 + 120 * column, 700 - 20 * number, text)
    for place in range(5 if ruled else 0):
        canvas.line(60, 715 - 20 * place, 420, 715 - 20 * place)
    for place in range(4 if ruled else 0):
        canvas.line(60 + 120 * place, 635, 60 + 120 * place, 715)
    canvas.save()
    blocks = load(target.getvalue(), "a.pdf").blocks
    assert [block.text for block in blocks if block.kind == "table"] == ["\n".join(map(" | ".join, rows))]
