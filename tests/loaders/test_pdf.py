"""What is read of a PDF, and where its boxes lie."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from loaders import Block, Box, DamagedDocument, EmptyDocument, EncryptedDocument, load, render_page
from tests.loaders.conftest import SAMPLES

PROSE = [
    "The library was founded in 1998 by the people of the town, and it has grown",
    "ever since. Its director is Emi Kuroda, who came from the prefectural lib-",
    "rary in 2015.",
]


def _page(title: str, *lines: str) -> list[tuple[float, float, float, str]]:
    return [(72, 720, 20, title), *((72, 690 - 14 * n, 11, line) for n, line in enumerate(lines))]


def test_lines_become_a_heading_and_one_paragraph_with_broken_words_made_whole(pdf) -> None:
    document = load(pdf(_page("History", *PROSE)), "a.pdf")
    assert [(b.kind, b.level, b.text) for b in document.blocks] == [
        ("heading", 1, "History"),
        ("paragraph", 0, " ".join(PROSE).replace("lib- rary", "library")),
    ]
    assert (document.media_type, document.title, document.language) == ("application/pdf", "History", "en")
    assert document.pages == 1


def test_each_line_has_a_box_that_covers_its_ink(pdf) -> None:
    data = pdf(_page("History", *PROSE))
    paragraph = load(data, "a.pdf").blocks[1]
    boxes = paragraph.location.boxes
    assert [paragraph.text[box.start : box.end] for box in boxes] == [PROSE[0], PROSE[1][:-1], PROSE[2]]
    for n, box in enumerate(boxes):
        baseline = 800 - (690 - 14 * n)
        assert box.page == 1
        assert box.left == pytest.approx(72, abs=2)
        assert baseline - 11 <= box.top < box.bottom <= baseline + 4
    assert _ink_outside(data, [*boxes, *load(data, "a.pdf").blocks[0].location.boxes]) == 0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_cover_the_ink_on_turned_pages_too(pdf, rotation: int) -> None:
    data = pdf(_page("Turned", *PROSE), rotation=rotation)
    document = load(data, "a.pdf")
    boxes = [box for block in document.blocks for box in block.location.boxes]
    assert len(boxes) == 4
    assert _ink_outside(data, boxes) == 0


def _ink_outside(data: bytes, boxes: list[Box]) -> int:
    """How many dark pixels of the first page lie in no box (with two points to spare)."""
    image = np.array(Image.open(io.BytesIO(render_page(data, 1, scale=2))).convert("L")) < 128
    assert image.any()
    for box in boxes:
        top, bottom, left, right = (round(2 * e) for e in (box.top - 2, box.bottom + 2, box.left - 2, box.right + 2))
        image[max(top, 0) : bottom, max(left, 0) : right] = False
    return int(image.sum())


def test_rendered_marks_are_yellow_where_the_box_is_and_nowhere_else(pdf) -> None:
    data = pdf(_page("History", *PROSE))
    box = load(data, "a.pdf").blocks[1].location.boxes[0]
    marked = np.array(Image.open(io.BytesIO(render_page(data, 1, [box], scale=1))))
    plain = np.array(Image.open(io.BytesIO(render_page(data, 1, scale=1))))
    changed = np.argwhere((marked != plain).any(axis=2))
    assert changed.min(axis=0) == pytest.approx((box.top, box.left), abs=2)
    assert changed.max(axis=0) == pytest.approx((box.bottom, box.right), abs=2)
    assert tuple(marked[round(box.top), round(box.left) + 1])[2] < 60
    with pytest.raises(ValueError, match="pages 1 to 1"):
        render_page(data, 2)


def test_headers_footers_and_page_numbers_are_left_out(pdf) -> None:
    pages = [
        [
            (72, 780, 8, "Annual report of the town"),
            (300, 20, 8, f"- {n} -"),
            (72, 500, 11, f"Chapter {word} has text of its own, which stays."),
        ]
        for n, word in enumerate(("one", "two", "three", "four"), start=1)
    ]
    document = load(pdf(*pages), "a.pdf")
    assert [(b.text, b.location.page) for b in document.blocks] == [
        (f"Chapter {word} has text of its own, which stays.", n)
        for n, word in enumerate(("one", "two", "three", "four"), start=1)
    ]


def test_rows_of_cells_are_a_table(pdf) -> None:
    cells = [("Room", "Seats", "Price"), ("Meeting room A", "24", "400 yen"), ("Study room", "36", "free")]
    page = [(72 + 150 * c, 600 - 18 * r, 11, text) for r, row in enumerate(cells) for c, text in enumerate(row)]
    table = load(pdf(page), "a.pdf").blocks[0]
    assert table.kind == "table"
    assert table.text == "Room | Seats | Price\nMeeting room A | 24 | 400 yen\nStudy room | 36 | free"
    price = next(box for box in table.location.boxes if table.text[box.start : box.end] == "400 yen")
    assert price.left == pytest.approx(72 + 300, abs=2)


def test_two_columns_are_read_one_after_the_other_even_where_the_file_alternates(pdf) -> None:
    left = [f"left column line {word} of the running text" for word in ("one", "two", "three", "four", "five")]
    right = [line.replace("left", "right") for line in left]
    page = [(72 + 260 * side, 600 - 14 * n, 10, lines[n]) for n in range(5) for side, lines in enumerate((left, right))]
    text = " ".join(block.text for block in load(pdf(page), "a.pdf").blocks)
    assert text.index(left[4]) < text.index(right[0])


def test_a_file_written_from_bottom_to_top_is_read_from_top_to_bottom(pdf) -> None:
    page = [(72, 100 + 40 * n, 11, f"Sentence number {n} stands alone.") for n in range(6)]
    texts = [block.text for block in load(pdf(page), "a.pdf").blocks]
    assert texts == [f"Sentence number {n} stands alone." for n in reversed(range(6))]


def test_a_sentence_goes_on_over_the_page_with_boxes_on_both(pdf) -> None:
    first = [(72, 100, 11, "The river was so high that the bridge at the old mill")]
    second = [(72, 700, 11, "had to be closed for three days.")]
    block = load(pdf(first, second), "a.pdf").blocks[0]
    assert block.text == "The river was so high that the bridge at the old mill had to be closed for three days."
    assert [box.page for box in block.location.boxes] == [1, 2]


def test_an_encrypted_pdf_says_what_it_needs(pdf) -> None:
    data = pdf(_page("Secret", *PROSE), encrypt="sesame")
    with pytest.raises(EncryptedDocument, match="needs a password") as missing:
        load(data, "a.pdf")
    assert (missing.value.code, missing.value.file) == ("encrypted", "a.pdf")
    with pytest.raises(EncryptedDocument, match="password for this PDF is wrong"):
        load(data, "a.pdf", password="open")
    assert load(data, "a.pdf", password="sesame").blocks[0].text == "Secret"


def test_a_page_that_is_a_picture_is_read_by_recognition_and_an_empty_one_is_said() -> None:
    picture = Image.new("RGB", (1240, 600), "white")
    ImageDraw.Draw(picture).text((100, 200), "The harbour opens at seven.", fill="black", font_size=48)
    target = io.BytesIO()
    picture.save(target, "PDF", resolution=150)
    document = load(target.getvalue(), "scan.pdf")
    (block,) = document.blocks
    assert block.text == "The harbour opens at seven."
    (box,) = block.location.boxes
    assert (box.page, box.left) == (1, pytest.approx(100 * 72 / 150, abs=6))
    assert box.top == pytest.approx(200 * 72 / 150, abs=8)
    empty = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(empty, "PDF")
    with pytest.raises(EmptyDocument, match="images as of a scan") as error:
        load(empty.getvalue(), "scan.pdf")
    assert error.value.code == "empty"


def test_a_ruled_table_keeps_rows_columns_and_empty_cells() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(600, 800), invariant=1)
    for x in (72, 200, 300, 400):
        canvas.line(x, 600, x, 720)
    for y in (600, 640, 680, 720):
        canvas.line(72, y, 400, y)
    cells = {(76, 700): "City", (204, 700): "Opened", (304, 700): "Sales", (76, 665): "Kobe", (76, 652): "port",
             (304, 660): "12", (76, 620): "Nara", (204, 620): "2024"}  # fmt: skip
    for (x, y), text in cells.items():
        canvas.drawString(x, y, text)
    canvas.save()
    (block,) = load(target.getvalue(), "a.pdf").blocks
    assert block.kind == "table"
    assert block.text == "City | Opened | Sales\nKobe port |  | 12\nNara | 2024 | "
    assert [block.text[box.start : box.end] for box in block.location.boxes][3:6] == ["Kobe", "port", "12"]


def test_a_pdf_with_a_broken_directory_is_repaired_and_rubbish_is_not(pdf) -> None:
    data = pdf(_page("History", *PROSE))
    assert load(data[: data.rindex(b"xref")], "a.pdf").blocks[0].text == "History"
    with pytest.raises(DamagedDocument):
        load(b"%PDF-1.4\n" + b"nothing here " * 50, "a.pdf")


def test_the_japanese_sample_keeps_lines_together_and_its_outline() -> None:
    document = load(SAMPLES / "room-rules-ja.pdf")
    assert (document.language, document.title) == ("ja", "会議室等利用規程")
    headings = [(b.level, b.text) for b in document.blocks if b.kind == "heading"]
    assert headings[:3] == [(1, "星野町立図書館 会議室等利用規程"), (2, "第1条 利用できる部屋"), (2, "第2条 申込み")]
    text = "\n".join(block.text for block in document.blocks)
    assert (
        "利用する日の60日前から前日までに、総合カウンターまたは電話で申し込まなければならない。学習室は予約できない。"
        in text
    )
    assert "会議室A | 24名 | 400円" in text


def test_the_english_sample_has_every_answer_on_its_page() -> None:
    document = load(SAMPLES / "library-guide.pdf")

    def found(text: str) -> Block:
        return next(block for block in document.blocks if text in block.text)

    assert found("a lost card is replaced for 300 yen").location.page == 1
    assert found("Books and magazines | 10 | 14 days | once").location.page == 2
    assert found("the prefectural library").location.page == 2
    assert found("to the right of the main entrance").location.page == 4
    assert not any(block.text.strip() in "1234" for block in document.blocks)


def test_pdfium_is_used_by_one_thread_at_a_time() -> None:
    data = (SAMPLES / "library-guide.pdf").read_bytes()
    with ThreadPoolExecutor(4) as threads:
        documents = list(threads.map(lambda _: load(data, "a.pdf"), range(8)))
        images = list(threads.map(lambda page: render_page(data, page), [1, 2, 3, 4, 1]))
    assert all(document == documents[0] for document in documents)
    assert images[0] == images[4] != images[1]


def test_columns_of_a_table_that_stand_near_each_other_are_told_by_the_other_rows(pdf) -> None:
    rows = [
        ("Item", "Qty", "Price"),
        ("Water pump", "3", "1,200"),
        ("Bread knife, long", "12", "80"),
        ("Cup", "1", "5"),
    ]
    page = [
        (x, 700 - 18 * n, 10, text) for n, row in enumerate(rows) for x, text in zip((60, 151, 180), row, strict=True)
    ]
    (table,) = load(pdf(page), "a.pdf").blocks
    assert table.text.split("\n") == [" | ".join(row) for row in rows]


@pytest.mark.parametrize("from_left", [False, True])
def test_vertical_japanese_is_one_paragraph_from_right_to_left_whatever_the_order_in_the_file(from_left: bool) -> None:
    pdfmetrics.registerFont(font := UnicodeCIDFont("HeiseiKakuGo-W5", isVertical=True))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(600, 800), invariant=1)
    canvas.setFont(font.fontName, 14)
    columns = list(enumerate(("縦書きの文章は右から", "左へ読みます。次の列", "はここにあります。")))
    for n, text in reversed(columns) if from_left else columns:
        canvas.drawString(500 - 28 * n, 700, text)
    canvas.save()
    assert [b.text for b in load(target.getvalue(), "a.pdf").blocks] == [
        "縦書きの文章は右から左へ読みます。次の列はここにあります。"
    ]


def test_lines_wrapped_in_a_ruled_cell_are_one_row_where_rulings_part_the_rows() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 400), invariant=1)
    canvas.setFont("Helvetica", 10)
    ys = [350, 300, 280, 260, 240, 220, 200]
    for y in ys:
        canvas.line(50, y, 350, y)
    for x in (50, 150, 250, 350):
        canvas.line(x, ys[-1], x, ys[0])
    canvas.drawString(55, 320, "Item")
    for x in (155, 255):
        for n, text in enumerate(("Needed", f"case {x}", "at best")):
            canvas.drawString(x, 335 - 13 * n, text)
    for n, y in enumerate(ys[2:]):
        for x, text in ((55, f"row {n}"), (155, "yes"), (255, "no")):
            canvas.drawString(x, y + 6, text)
    canvas.save()
    (table,) = load(target.getvalue(), "a.pdf").blocks
    assert table.text.split("\n")[:2] == [
        "Item | Needed case 155 at best | Needed case 255 at best",
        "row 0 | yes | no",
    ]


def test_items_of_a_slide_are_no_headings_however_large(pdf) -> None:
    prose = [
        (60, 300 - 12 * n, 9, "Small print that most of this page is written in, line after line.") for n in range(9)
    ]
    document = load(pdf([(60, 700, 30, "Milestones"), (60, 640, 20, "• Alpha in March"), *prose]), "a.pdf")
    assert [block.kind for block in document.blocks[:2]] == ["heading", "list"]


def test_lines_with_labels_and_entries_of_a_table_of_contents_are_each_for_itself(pdf) -> None:
    texts = ["Date: 1 April 2026", "Place: room 3, where the windows look over to the town", "Chair: A. Brown"]
    labels = [(60, 700 - 14 * n, 10, text) for n, text in enumerate(texts)]
    entries = [f"{title} {'.' * 40} {page}" for title, page in (("Opening", 1), ("the budget", 12))]
    contents = [(60, 600 - 14 * n, 10, text) for n, text in enumerate(entries)]
    document = load(pdf([*labels, *contents]), "a.pdf")
    assert [block.text for block in document.blocks] == [*texts, *entries]
    prose = ["They agreed on this: the wall", "of stone: it holds the river back", "comes first."]
    document = load(pdf([(60, 700 - 14 * n, 10, text) for n, text in enumerate(prose)]), "a.pdf")
    assert len(document.blocks) == 1


def test_lines_with_a_dot_drawn_before_them_are_items() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 400))
    canvas.setFont("Helvetica", 11)
    canvas.drawString(40, 300, "what the room offers to those who come to it")
    for number, (indent, text) in enumerate(((20, "tables and chairs"), (40, "for forty"), (20, "a projector"))):
        canvas.circle(40 + indent - 10, 284 - 14 * number, 2.2, fill=1)
        canvas.drawString(40 + indent, 280 - 14 * number, text)
    canvas.drawString(40, 238, "and nothing else that anybody might miss in it")
    canvas.save()
    found = [(block.kind, block.text) for block in load(target.getvalue(), "a.pdf").blocks]
    assert found == [
        ("paragraph", "what the room offers to those who come to it"),
        ("list", "tables and chairs"),
        ("list", "for forty"),
        ("list", "a projector"),
        ("paragraph", "and nothing else that anybody might miss in it"),
    ]


def test_a_japanese_number_broken_at_its_point_is_no_item() -> None:
    target = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(target, pagesize=(400, 400))
    canvas.setFont("HeiseiMin-W3", 12)
    canvas.drawString(40, 300, "自転車の長さは一メートルではなく一")
    canvas.drawString(40, 284, "・五メートルを超えないこととする。")
    canvas.save()
    (block,) = load(target.getvalue(), "a.pdf").blocks
    assert (block.kind, block.text) == (
        "paragraph",
        "自転車の長さは一メートルではなく一・五メートルを超えないこととする。",
    )
