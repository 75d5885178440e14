"""Excel workbooks: tables with their column names, values as shown, nothing silently lost."""

from __future__ import annotations

import io
import tracemalloc
from datetime import date, datetime, time, timedelta

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from loaders import Block, EncryptedDocument, Location, Skipped, load
from loaders._number_format import shown


def saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def sales() -> Workbook:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "売上"
    for row in (
        ["Sales of the north"],
        [],
        ["City", "Opened", "Turnover", "Share"],
        ["Kobe", date(2024, 3, 1), 1234.5, 0.125],
        [None, date(2024, 4, 1), 20000, 0.5],
        [],
        ["Remark:", "provisional"],
    ):
        sheet.append(row)
    sheet.merge_cells("A4:A5")
    for cells in sheet.iter_rows(min_row=4, max_row=5):
        for cell, form in zip(cells, ("General", "yyyy/m/d", "#,##0.00", "0.0%"), strict=True):
            cell.number_format = form
    sheet["C4"].comment = Comment("without tax", "me")
    return workbook


def test_rows_keep_their_columns_and_values_are_as_shown() -> None:
    document = load(saved(sales()), "s.xlsx")
    assert [(block.kind, block.text, block.location) for block in document.blocks] == [
        ("heading", "売上", Location(sheet="売上")),
        ("paragraph", "Sales of the north", Location(sheet="売上", row=1)),
        ("table", "City: Kobe | Opened: 2024/3/1 | Turnover: 1,234.50 | Share: 12.5%", Location(sheet="売上", row=4)),
        ("table", "City: Kobe | Opened: 2024/4/1 | Turnover: 20,000.00 | Share: 50.0%", Location(sheet="売上", row=5)),
        ("table", "Remark: | provisional", Location(sheet="売上", row=7)),
        ("note", "C4: without tax", Location(sheet="売上", row=4)),
    ]
    assert document.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_hidden_sheets_and_charts_are_said() -> None:
    workbook = sales()
    hidden = workbook.create_sheet("Drafts")
    hidden["A1"] = "secret"
    hidden.sheet_state = "hidden"
    chart = BarChart()
    chart.add_data(Reference(workbook["売上"], min_col=3, min_row=4, max_row=5))
    workbook["売上"].add_chart(chart, "F2")
    document = load(saved(workbook), "s.xlsx")
    assert document.report.skipped == (Skipped("chart", "売上: 1"), Skipped("hidden", "Drafts"))
    assert all("secret" not in block.text for block in document.blocks)


def test_a_password_opens_an_encrypted_workbook() -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(saved(sales()))).encrypt("horn", locked)
    for password in (None, "wrong"):
        with pytest.raises(EncryptedDocument):
            load(locked.getvalue(), "s.xlsx", password)
    assert load(locked.getvalue(), "s.xlsx", "horn").blocks[1].text == "Sales of the north"


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-5, "0.00", "-5.00"),
        (1234567, "#,##0,", "1,235"),
        (0.1 + 0.2, "General", "0.3"),
        (1200, "[$€-407] #,##0.00", "€ 1,200.00"),
        (7, "000", "007"),
        (3.10, "0.##", "3.1"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (1234, "_-* #,##0.00_-;-* #,##0.00_-", "1,234.00"),
        (datetime(2024, 3, 1, 14, 5), "m/d/yy h:mm AM/PM", "3/1/24 2:05 PM"),
        (datetime(2024, 3, 1), 'yyyy"年"m"月"d"日"', "2024年3月1日"),
        (date(2024, 3, 1), "mmm-yy", "Mar-24"),
        (time(9, 30), "h:mm", "9:30"),
        (date(2019, 4, 30), '[$-411]ggge"年"m"月"d"日"', "平成31年4月30日"),
        (date(2019, 5, 1), "[$-411]ge.m.d;@", "R1.5.1"),
        (date(2026, 11, 26), "m/d(aaa)", "11/26(木)"),
        (timedelta(hours=26, minutes=3, seconds=4), "[h]:mm", "26:03"),
        (timedelta(minutes=90, seconds=4), "[mm]:ss", "90:04"),
        (timedelta(hours=1), "0", "1:00:00"),
        (12345678, "0.00E+00", "1.23E+07"),
        (1.25, "# ?/?", "1 1/4"),
        (-0.5, "# ?/8", "-4/8"),
        (3, "# ??/??", "3"),
        (True, "General", "TRUE"),
        ("two\n lines", "@", "two lines"),
    ],
)
def test_number_formats(value: object, form: str, text: str) -> None:
    assert shown(value, form) == text


def test_formulas_that_nobody_computed_are_told() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "=A2*2"])
    book.active.append([3, "=A3*2"])
    document = load(saved(book), "a.xlsx")
    assert [(one.reason, one.what) for one in document.report.skipped] == [("uncomputed", "2")]


def test_a_text_in_the_last_cell_of_a_sheet_costs_no_more_than_another() -> None:
    workbook = sales()
    workbook.active["XFD1048576"] = "far away"
    tracemalloc.start()
    blocks = load(saved(workbook), "s.xlsx").blocks
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert blocks[5] == Block("paragraph", "far away", 0, Location(sheet="売上", row=1048576))
    assert peak < 50_000_000


@pytest.mark.parametrize("first", [1, 3])
def test_a_table_that_begins_further_down_keeps_its_row_numbers(first: int) -> None:
    workbook = Workbook()
    for number, row in enumerate((["Port", "Ships"], ["Kobe", 7], ["Oslo", 9])):
        for column, value in enumerate(row, 2):
            workbook.active.cell(first + number, column).value = value
    workbook.active.merge_cells(start_row=first + 1, end_row=first + 2, start_column=2, end_column=2)
    rows = [(block.text, block.location.row) for block in load(saved(workbook), "s.xlsx").blocks[1:]]
    assert rows == [("Port: Kobe | Ships: 7", first + 1), ("Port: Kobe | Ships: 9", first + 2)]
