"""Excel workbooks (.xlsx): every sheet's tables, row by row, with values as the workbook shows them."""

from __future__ import annotations

from loaders._content import Content
from loaders._sniffing import zip_names

NAME = "an Excel workbook (.xlsx)"
EXTENSIONS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
}
BINARY = True


def recognises(data: bytes) -> bool:
    """A zip container with a workbook of XML in it."""
    return "xl/workbook.xml" in zip_names(data)


def load(data: bytes, name: str, password: str | None) -> Content:
    """A block per row, "column: value | column: value"; formulas give their last result, hidden sheets are left out."""
    del name, password
    from loaders._xlsx_sheets import read

    return read(data)
