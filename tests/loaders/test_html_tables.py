"""Tables of pages: the order of the text in a cell, and which tables hold data."""

from __future__ import annotations

from loaders import Document, load

FULL = (
    "<p>" + "A paragraph that is long enough to be the prose of a page, with more words in it than links. " * 2 + "</p>"
)


def page(body: str) -> Document:
    return load(f"<!doctype html><html><body>{body}</body></html>".encode(), "a.html")


def test_the_text_of_a_cell_is_in_order_whatever_its_markup() -> None:
    table = "<tr><th>a<th>b<tr><td><b>One <i>two</i> three</b> four<br>five<td><a href=x>six <b>seven</b></a> eight"
    assert page(f"<table>{table}</table>").blocks[0].text == "a | b\nOne two three four five | six seven eight"


def test_a_table_with_several_paragraphs_in_its_cells_is_a_table() -> None:
    steps = "<p>Look.</p><p>Ask.</p><p>Write.</p><p>Send.</p><p>File.</p>"
    rows = f"<tr><td>No<td>Step<td>How<tr><td>1<td>Check<td>{steps}<tr><td>2<td>Close<td>Nothing else."
    blocks = page(f"<table>{rows}</table>").blocks
    assert [b.text for b in blocks] == [
        "No | Step | How\n1 | Check | Look. Ask. Write. Send. File.\n2 | Close | Nothing else."
    ]
    lined = f'<table style="border: 1px solid black"><tr><td>1<td>{steps}</table>'
    assert page(lined).blocks[0].text == "1 | Look. Ask. Write. Send. File."


def test_a_table_that_only_places_parts_of_a_page_is_none() -> None:
    column = "<h2>News</h2><p>One.</p><p>Two.</p><p>Three.</p><p>Four.</p>"
    blocks = page(f"<table><tr><td>{column}<td>{column}</table>").blocks
    assert [b.kind for b in blocks] == ["heading", *["paragraph"] * 4] * 2


def test_a_menu_without_a_name_above_the_prose_is_left_out() -> None:
    menu = "<ul>" + "".join(f"<li><a href='/{n}'>Language {n}</a>" for n in range(9)) + "</ul>"
    texts = [b.text for b in page(f"{menu}<h1>Birds</h1>{FULL * 3}{menu}").blocks]
    assert texts[0] == "Birds"
    assert texts[-1] == "Language 8"
    assert len(texts) == 1 + 3 + 9
    assert page(f"<h1>Index</h1>{menu}").blocks[-1].text == "Language 8"
