"""Tables drawn from documents: each cell cited; a model's output read strictly, its errors shown to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chains._parsers import OutputInvalid, read_csv, read_list
from rag.chains.face import Chains
from rag.errors import InvalidSchema
from rag.reports import Progress
from rag.results import Cell, ExtractedColumn, ExtractedRow, ExtractedTable
from tests.rag.chains.conftest import Says

INVOICE = """# Invoice

Invoice number: A-1024

Supplier: Hanami Paper Ltd.

Issued on 4 May 2026. The total amount is 1,250.50 euros, and it must be paid within 30 days.
"""
INVOICE_JA = """# 請求書

請求書番号：B-77

発行日：2026年5月4日

合計金額は12,500円で、支払期限は30日以内です。
"""
COLUMNS = (
    ExtractedColumn("Invoice number", "What is the invoice number?"),
    ExtractedColumn("Total", "What is the total amount?", "number"),
    ExtractedColumn("Issued", "When was it issued?", "date"),
    ExtractedColumn("Guarantee", "How long is the product guaranteed?"),
)
COLUMNS_JA = (
    ExtractedColumn("請求書番号", "請求書番号は何ですか？"),
    ExtractedColumn("合計", "合計金額はいくらですか？", "number"),
    ExtractedColumn("発行日", "発行日はいつですか？", "date"),
)


def last(events: Any) -> ExtractedTable:
    *progress, table = events
    assert all(isinstance(one, Progress) for one in progress)
    return table


@pytest.fixture
def invoice(kb: KnowledgeBase) -> str:
    return kb.add(INVOICE.encode(), "invoice.md").document_id or ""


def check_citations(table: ExtractedTable) -> None:
    for row in table.rows:
        for cell in row.cells:
            for cited in cell.citations:
                assert cited.document_id == row.document_id
                assert table.hits[cited.number - 1].chunk.text[cited.start : cited.end] == cited.quote


def test_without_a_model_a_cell_is_what_the_reader_answers(kb: KnowledgeBase, invoice: str) -> None:
    japanese = kb.add(INVOICE_JA.encode(), "請求書.md").document_id or ""
    table = last(kb.chains.extract([invoice], COLUMNS))
    number, total, issued, guarantee = table.rows[0].cells
    assert number.text == "A-1024"
    assert total.text.startswith("1,250.50")
    assert issued.text == "2026-05-04"
    assert guarantee == Cell("")
    assert all(cell.citations for cell in (number, total, issued))
    check_citations(table)
    (row,) = last(kb.chains.extract([japanese], COLUMNS_JA)).rows
    assert row.cells[0].text == "B-77"
    assert "12,500" in row.cells[1].text
    assert row.cells[2].text == "2026-05-04"


def test_a_japanese_column_that_is_a_time_asks_how_long(kb: KnowledgeBase) -> None:
    id_ = kb.add("# 炊飯器\n\n保証期間はお買い上げ日から1年間です。\n".encode(), "炊飯器.md").document_id or ""
    [row] = last(kb.chains.extract([id_], [ExtractedColumn("保証期間")])).rows
    assert row.cells[0].text == "1年間"


def test_without_a_model_a_cell_is_what_stands_beside_the_columns_name_in_a_row(kb: KnowledgeBase) -> None:
    rows = ["|  | Customer |  | Vehicle |", "|--|--|--|--|", "| Insured name | Gabriel Diaz | Year | 2022 |"]
    rows += [
        "",
        "|  | Hours | Rate | Cost |",
        "|--|--|--|--|",
        "| Body labor | 2 | 150 | 300 |",
        "| Total |  |  | 5,738 |",
    ]
    id_ = kb.add("\n".join(["# Repair", "", *rows]).encode(), "repair.md").document_id or ""
    columns = [ExtractedColumn("insured name"), ExtractedColumn("Year", "", "number"), ExtractedColumn("Total")]
    [row] = last(kb.chains.extract([id_], columns)).rows
    assert [cell.text for cell in row.cells] == ["Gabriel Diaz", "2022", "5,738"]
    assert row.cells[2].citations[0].quote == "Total |  |  | 5,738"


def test_a_models_values_are_looked_for_in_the_passages(
    kb: KnowledgeBase, invoice: str, written_by: Callable[[Says], Chains]
) -> None:
    reply = '{"Invoice number": "A-1024", "Total": 1250.5, "Issued": "2026-05-04", "Guarantee": "two years"}'
    model = Says([f"Here it is:\n```json\n{reply}\n```"])
    table = last(written_by(model).extract([invoice], COLUMNS))
    number, total, issued, guarantee = table.rows[0].cells
    assert (number.text, total.text, issued.text) == ("A-1024", "1250.5", "2026-05-04")
    assert number.citations[0].quote == "Invoice number: A-1024"
    assert "1,250.50 euros" in total.citations[0].quote
    assert issued.citations[0].quote == "Issued on 4 May 2026."
    assert (guarantee.text, guarantee.problem != "") == ("two years", True)
    assert not any(cell.problem for cell in (number, total, issued))
    check_citations(table)
    assert '"Total"' in model.prompts[0]
    assert "How long is the product guaranteed?" in model.prompts[0]


def test_invalid_output_is_shown_to_the_model_and_asked_for_again(
    kb: KnowledgeBase, invoice: str, written_by: Callable[[Says], Chains]
) -> None:
    valid = '{"Invoice number": "A-1024", "Total": null, "Issued": null, "Guarantee": null}'
    model = Says(["It is A-1024.", '{"Invoice number": "A-1024", "Total": "a lot", "Due": 1}', valid])
    table = last(written_by(model).extract([invoice], COLUMNS))
    assert [cell.text for cell in table.rows[0].cells] == ["A-1024", "", "", ""]
    assert "It is A-1024." in model.prompts[1]
    assert "This is no JSON" in model.prompts[1]
    assert "Total: Input should be a valid number" in model.prompts[2]
    assert "Due: Extra inputs are not permitted" in model.prompts[2]
    assert table.failures == ()


def test_after_three_tries_the_reader_answers_and_the_failure_is_told(
    kb: KnowledgeBase, invoice: str, written_by: Callable[[Says], Chains]
) -> None:
    model = Says(lambda _: "I do not know.")
    table = last(written_by(model).extract([invoice], COLUMNS))
    assert len(model.prompts) == 3
    assert table.rows[0].cells[0].text == "A-1024"
    assert table.failures[0][0] == "invoice.md"
    assert table.model == "extractive"


@pytest.mark.parametrize(
    "columns",
    [(), (ExtractedColumn(" "),), (ExtractedColumn("a"), ExtractedColumn("a")), (ExtractedColumn("x" * 100),)],
)
def test_columns_that_make_no_table_are_refused(
    kb: KnowledgeBase, invoice: str, columns: tuple[ExtractedColumn, ...]
) -> None:
    with pytest.raises(InvalidSchema):
        last(kb.chains.extract([invoice], columns))


def test_csv_comes_back_as_it_went_and_runs_nothing() -> None:
    texts = ['=HYPERLINK("http://x")', "-5", "+1 234,5", "@x", 'say "hi", twice', "二行\nある"]
    columns = tuple(ExtractedColumn(f"c{n}") for n in range(len(texts)))
    row = ExtractedRow("id", "=evil.csv", tuple(map(Cell, texts)))
    header, read = csv.reader(io.StringIO(ExtractedTable(columns, (row,), (), "extractive", 0.0).csv()))
    assert header == ["document", *(column.name for column in columns)]
    assert read == ["'=evil.csv", "'" + texts[0], "-5", "+1 234,5", "'@x", *texts[4:]]


def test_lists_are_read_with_or_without_marks() -> None:
    assert read_list("Sure:\n1. one\n2) two\n- three") == ["one", "two", "three"]
    assert read_list("一つ目\n\n二つ目") == ["一つ目", "二つ目"]
    assert read_list("・りんご\n・みかん") == ["りんご", "みかん"]
    with pytest.raises(OutputInvalid, match="at least 2"):
        read_list("only", least=2)


def test_csv_is_read_by_its_header_and_errors_name_the_line() -> None:
    text = '```csv\nCity, Name\n"Kobe, Hyogo","Rie"\n\nOsaka,Ken\n```'
    assert read_csv(text, ["name", "city"]) == [
        {"name": "Rie", "city": "Kobe, Hyogo"},
        {"name": "Ken", "city": "Osaka"},
    ]
    with pytest.raises(OutputInvalid, match="no age"):
        read_csv(text, ["age"])
    with pytest.raises(OutputInvalid, match="Line 2 has 1 cells"):
        read_csv("a,b\n1", ["a"])
    with pytest.raises(OutputInvalid, match="no CSV"):
        read_csv('a,b\n"1', ["a"])
