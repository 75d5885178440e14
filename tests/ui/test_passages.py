from rag.types import Block, Chunk, Location, Span
from ui.components.passages import blocks_html, marks_of
from ui.components.source_view import context


def chunk(text: str, *spans: Span) -> Chunk:
    return Chunk(1, "d", 0, text, (), Location(), spans, 5)


def test_marks_map_the_chunk_and_the_quote_into_their_blocks():
    """The chunk is the end of block 4 and the beginning of block 5; the quote crosses from one to the other."""
    passage = chunk("tail\nhead", Span(0, 4, 4, 10), Span(5, 9, 5, 0))
    assert marks_of(passage, 2, 7) == {
        4: [(10, 14, "passage"), (12, 14, "quote")],
        5: [(0, 4, "passage"), (0, 2, "quote")],
    }


def test_a_block_without_the_quote_is_only_passage():
    passage = chunk("tail\nhead", Span(0, 4, 4, 10), Span(5, 9, 5, 0))
    assert marks_of(passage, 0, 4)[5] == [(0, 4, "passage")]


def test_quote_lies_over_passage():
    html = blocks_html([Block("paragraph", "one two three")], {0: [(0, 13, "passage"), (4, 7, "quote")]})
    assert html == (
        '<div class="blocks"><p class="paragraph"><span class="passage">one </span>'
        '<mark class="quote">two</mark><span class="passage"> three</span></p></div>'
    )


def test_document_text_is_escaped_also_where_it_is_marked():
    html = blocks_html([Block("heading", "<img src=x>&", 2)], {0: [(0, 4, "quote")]})
    assert html == (
        '<div class="blocks"><p class="heading level-2"><mark class="quote">&lt;img</mark> src=x&gt;&amp;</p></div>'
    )


def test_a_table_keeps_its_cells_and_the_mark_in_one_of_them():
    html = blocks_html([Block("table", "Item | Price\nTea | <b>3</b>")], {0: [(19, 27, "quote")]})
    assert html == (
        '<div class="blocks"><div class="table" tabindex="0"><table><tr><th>Item</th><th>Price</th></tr>'
        '<tr><td>Tea</td><td><mark class="quote">&lt;b&gt;3&lt;/b&gt;</mark></td></tr></table></div></div>'
    )


def test_blocks_are_numbered_from_the_first_shown():
    html = blocks_html([Block("paragraph", "a"), Block("paragraph", "b")], {7: [(0, 1, "quote")]}, first=6)
    assert html.count("<mark") == 1
    assert '<mark class="quote">b</mark>' in html


def test_a_huge_block_shows_what_surrounds_the_quote():
    text = "x" * 20_000 + "needle" + "y" * 20_000
    html = blocks_html([Block("paragraph", text)], {0: [(20_000, 20_006, "quote")]})
    assert '<mark class="quote">needle</mark>' in html
    assert len(html) < 4_000
    assert html.count("…") == 2


def test_a_huge_table_keeps_its_header():
    rows = "\n".join(f"name{n} | {n}" for n in range(5_000))
    start = rows.index("name3000")
    html = blocks_html([Block("table", f"Name | Number\n{rows}")], {0: [(start + 14, start + 22, "quote")]})
    assert "<th>Name</th><th>Number</th>" in html
    assert '<mark class="quote">name3000</mark>' in html
    assert len(html) < 15_000


def row(number: int, text: str) -> Block:
    return Block("table", text, location=Location(sheet="Costs", row=number))


def test_rows_of_a_sheet_stand_under_their_columns_with_their_numbers():
    rows = [row(2, "Item: Tea | Price: 3 | 4"), row(5, "Item: <b> | Note: a: b")]
    html = blocks_html(rows, {1: [(6, 9, "quote")]})
    assert html == (
        '<div class="blocks"><div class="table sheet" tabindex="0"><table>'
        "<tr><td></td><th>Item</th><th>Price</th><th>Note</th></tr>"
        '<tr><th scope="row">2</th><td>Tea</td><td>3 | 4</td><td></td></tr>'
        '<tr><th scope="row">5</th><td><mark class="quote">&lt;b&gt;</mark></td><td></td><td>a: b</td></tr>'
        "</table></div></div>"
    )


def test_rows_of_another_sheet_are_another_table():
    other = Block("table", "City: Kobe | Year: 1868", location=Location(sheet="Ports", row=2))
    assert blocks_html([row(2, "Item: Tea | Price: 3"), other], {}).count("<table>") == 2


def slides(*numbers: int) -> list[Block]:
    return [Block("paragraph", "text", location=Location(slide=number)) for number in numbers]


def test_a_slide_is_shown_whole():
    assert context(slides(1, 1, 2, 2, 2, 3), {3: [(0, 4, "quote")]}) == (2, 5)


def test_what_is_near_is_shown_from_its_heading_on():
    blocks = [Block("heading", "Fog", 1), *(Block("paragraph", f"{n}") for n in range(30))]
    assert context(blocks, {10: [(0, 1, "quote")]}) == (0, 15)
    assert context(blocks, {25: [(0, 1, "quote")]}) == (21, 30)
