"""Pictures that tests draw, read by the real recognition models."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, PngImagePlugin

import loaders
from loaders import DamagedDocument, DocumentTooLarge, EmptyDocument, UnsupportedFormat, _ocr
from tests.loaders.conftest import ZOO

JAPANESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
NOTICE = ["The library is closed on Mondays.", "Late books cost 20 yen per day."]
CONSTITUTION = [
    "日本国民は、正当に選挙された国会における",
    "代表者を通じて行動し、われらとわれらの子孫の",
    "ために、諸国民との協和による成果と",
]
needs_japanese = pytest.mark.skipif(not JAPANESE.is_file(), reason="needs the Noto CJK fonts")


def drawn(lines: list[str], size: int = 32, font: Path | None = None, step: float = 1.6) -> Image.Image:
    """Black lines on white, from (40, 40) on."""
    image = Image.new("RGB", (int(size * 30), int(size * step * len(lines)) + 80), "white")
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    for n, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 40 + n * size * step), line, font=face, fill="black")
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def text_of(data: bytes, name: str = "notice.png") -> str:
    return "\n".join(block.text for block in loaders.load(data, name).blocks)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000"])
def test_every_format_reads_the_same(kind: str) -> None:
    document = loaders.load(saved(drawn(NOTICE), kind), "notice")
    assert " ".join(block.text for block in document.blocks) == " ".join(NOTICE)
    assert (document.pages, document.language, document.blocks[0].location.page) == (1, "en", 1)


@needs_japanese
def test_japanese() -> None:
    assert text_of(saved(drawn(CONSTITUTION, font=JAPANESE))).replace("\n", "") == "".join(CONSTITUTION)


@needs_japanese
def test_vertical_japanese_is_read_from_right_to_left() -> None:
    image = Image.new("RGB", (300, 900), "white")
    for column, line in enumerate(["東京都の図書館は月曜日に休館します", "貸出期間は二週間です"]):
        for row, letter in enumerate(line):
            face = ImageFont.truetype(JAPANESE, 36)
            ImageDraw.Draw(image).text((200 - 90 * column, 40 + row * 40), letter, font=face, fill="black")
    assert text_of(saved(image)).replace("\n", "") == "東京都の図書館は月曜日に休館します貸出期間は二週間です"


def test_the_box_of_a_line_is_around_its_ink() -> None:
    image = drawn(NOTICE)
    block = loaders.load(saved(image), "notice.png").blocks[0]
    ink = ImageChops.invert(image.convert("L")).crop((0, 0, image.width, 85)).getbbox()
    scale = 842 / image.width
    box = next(box for box in block.location.boxes if block.text[box.start : box.end] == NOTICE[0])
    assert ink is not None
    measured = (box.left, box.top, box.right, box.bottom)
    assert all(abs(one - edge * scale) < 8 for one, edge in zip(measured, ink, strict=True))


def test_a_marked_picture_is_yellow_behind_the_words_and_nowhere_else() -> None:
    data = saved(drawn(NOTICE))
    first = loaders.load(data, "notice.png").blocks[0].location.boxes[0]
    shown = Image.open(io.BytesIO(loaders.render_page(data, 1, [first], scale=1.0))).convert("RGB")
    assert max(shown.size) == 842
    yellow = (
        ImageChops.difference(shown, Image.new("RGB", shown.size, (255, 214, 0)))
        .convert("L")
        .point(lambda v: 255 * (v == 0))
    )
    left, top, right, bottom = yellow.getbbox() or (0, 0, 0, 0)
    assert abs(left - first.left) < 3
    assert abs(right - first.right) < 3
    assert first.top - 3 < top < bottom < first.bottom + 3


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
def test_a_picture_on_its_side_or_head_is_read_in_order(turn: Image.Transpose) -> None:
    assert text_of(saved(drawn(NOTICE).transpose(turn))).replace("\n", " ") == " ".join(NOTICE)


def test_boxes_of_a_picture_on_its_head_are_where_the_ink_is() -> None:
    image = drawn(NOTICE)
    upright = loaders.load(saved(image), "notice.png").blocks[0].location.boxes[0]
    turned = loaders.load(saved(image.transpose(Image.Transpose.ROTATE_180)), "notice.png").blocks[0].location.boxes[0]
    height = image.height * 842 / image.width
    assert abs(turned.top - (height - upright.bottom)) < 4
    assert abs(turned.left - (842 - upright.right)) < 8


def test_a_camera_held_sideways_turns_the_page_and_its_boxes() -> None:
    image = drawn(NOTICE)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees, clockwise to be put right
    exif[0x013B] = "Ana Ruiz"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:00"
    data = saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    document = loaders.load(data, "photo.jpg")
    assert " ".join(block.text for block in document.blocks) == " ".join(NOTICE)
    assert document.blocks[0].location.boxes[0].right > document.blocks[0].location.boxes[0].bottom
    assert (document.metadata["author"], document.metadata["created"]) == ("Ana Ruiz", "2024-05-01")
    assert document.media_type == "image/jpeg"
    shown = Image.open(io.BytesIO(loaders.render_page(data, 1)))
    assert shown.width > shown.height


def test_every_page_of_a_tiff_is_read_and_shown() -> None:
    pages = [drawn([f"Page about {word}"], size=48) for word in ("rivers", "mountains")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=[Image.new("RGB", (400, 300), "white"), pages[1]])
    document = loaders.load(data, "fax.tiff")
    assert [(block.location.page, block.text) for block in document.blocks] == [
        (1, "Page about rivers"),
        (3, "Page about mountains"),
    ]
    assert (document.pages, document.report.pages_without_text) == (3, (2,))
    assert Image.open(io.BytesIO(loaders.render_page(data, 2))).size == (400, 300)  # never larger than it is
    with pytest.raises(ValueError, match="pages 1 to 3"):
        loaders.render_page(data, 4)


def test_transparent_letters_are_read_on_white() -> None:
    solid = drawn(NOTICE)
    glass = Image.new("RGBA", solid.size, (0, 0, 0, 0))
    glass.putalpha(ImageChops.invert(solid.convert("L")))
    assert text_of(saved(glass)).replace("\n", " ") == " ".join(NOTICE)


def test_deep_grey_and_palette_and_bitmap() -> None:
    image = drawn(NOTICE)
    deep = image.convert("I").point(lambda value: value * 16).convert("I;16")
    for other in (deep, image.convert("P"), image.convert("1")):
        assert text_of(saved(other)).replace("\n", " ") == " ".join(NOTICE)


def test_columns_and_tables() -> None:
    left = [
        "Rivers carry water and sand",
        "from mountains to the sea.",
        "Some of them are very long,",
        "others only a mile or two.",
    ]
    right = [
        "Lakes keep what rivers bring",
        "until the summer dries it.",
        "Their fish are fat and slow",
        "and easily caught by boys.",
    ]
    image = Image.new("RGB", (1300, 700), "white")
    face = ImageFont.load_default(32)
    for n in range(4):
        ImageDraw.Draw(image).text((60, 40 + 50 * n), left[n], font=face, fill="black")
        ImageDraw.Draw(image).text((680, 40 + 50 * n), right[n], font=face, fill="black")
    rows = [("Item", "Price", "Stock"), ("Lamp", "1,200", "14"), ("Chair", "8,900", "3")]
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            ImageDraw.Draw(image).text((60 + 400 * m, 400 + 60 * n), cell, font=face, fill="black")
    document = loaders.load(saved(image), "page.png")
    prose = " ".join(block.text for block in document.blocks if block.kind != "table")
    assert prose == " ".join(left + right)
    assert [block.text for block in document.blocks if block.kind == "table"] == [
        "\n".join(" | ".join(row) for row in rows)
    ]


def test_a_ruled_table_keeps_its_cells_of_several_rows_and_lines() -> None:
    image = Image.new("RGB", (1000, 520), "white")
    draw, face = ImageDraw.Draw(image), ImageFont.load_default(26)
    for level in (40, 190, 270, 350, 430):
        draw.line((40, level, 960, level), fill="black", width=3)
    draw.line((500, 110, 960, 110), fill="black", width=3)  # under a head of two columns
    for upright, top in ((40, 40), (270, 40), (500, 40), (730, 110), (960, 40)):
        draw.line((upright, top, upright, 430), fill="black", width=3)
    words = {"Kind": (60, 90), "Ballots": (290, 70), "completed": (290, 110), "Results": (670, 60)}
    words |= {"Share": (520, 130), "Minutes": (750, 130)}
    for n, row in enumerate(("Paper 52 97% 14", "Touch 75 98% 21", "Sound 36 81% 33")):
        words |= {word: (60 + 230 * m, 210 + 80 * n) for m, word in enumerate(row.split())}
    for word, place in words.items():
        draw.text(place, word, font=face, fill="black")
    [table] = loaders.load(saved(image), "notice.png").blocks
    assert (table.kind, table.text.split("\n")) == (
        "table",
        [
            "Kind | Ballots completed | Results | ",
            "Kind | Ballots completed | Share | Minutes",
            "Paper | 52 | 97% | 14",
            "Touch | 75 | 98% | 21",
            "Sound | 36 | 81% | 33",
        ],
    )


def test_what_a_picture_says_of_itself() -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Title", "Opening hours")
    about.add_text("Author", "佐藤")
    document = loaders.load(saved(drawn(NOTICE), pnginfo=about), "notice.png")
    assert (document.title, document.metadata["author"]) == ("Opening hours", "佐藤")
    frames = saved(drawn(NOTICE), "GIF", save_all=True, append_images=[Image.new("RGB", (960, 182), "red")])
    assert [(each.reason, each.what) for each in loaders.load(frames, "a.gif").report.skipped] == [
        ("animation_frames", "1")
    ]


def test_a_picture_without_text_is_empty() -> None:
    for image in (Image.new("RGB", (600, 400), "white"), Image.linear_gradient("L"), Image.new("1", (3, 3))):
        with pytest.raises(EmptyDocument, match="No text was found"):
            loaders.load(saved(image), "sky.png")


def test_a_picture_by_another_name_says_so() -> None:
    assert loaders.load(saved(drawn(NOTICE)), "notice.pdf").report.misnamed == "an image, not a PDF"
    with pytest.raises(EmptyDocument, match=r"This is an image, not a PDF\. No text was found"):
        loaders.load(saved(Image.new("RGB", (600, 400), "white")), "notice.pdf")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF"])
def test_half_a_file_is_damaged(kind: str) -> None:
    data = saved(drawn(NOTICE), kind)
    with pytest.raises(DamagedDocument):
        loaders.load(data[: len(data) // 3], "notice")


def test_a_decompression_bomb_is_refused_unopened() -> None:
    huge = saved(Image.new("1", (20_000, 20_000)))
    assert len(huge) < 100_000
    for call in (lambda: loaders.load(huge, "huge.png"), lambda: loaders.render_page(huge, 1)):
        with pytest.raises(DocumentTooLarge, match="million pixels"):
            call()


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as Python itself marks a module that cannot be imported
    assert not _ocr.available()
    with pytest.raises(UnsupportedFormat) as raised:
        loaders.load(saved(drawn(NOTICE)), "notice.png")
    assert "pip install rapidocr onnxruntime" in raised.value.hint


@pytest.mark.skipif(not ZOO.is_dir(), reason="needs ../shared/data/zoo beside the checkout")
def test_a_scanned_report() -> None:
    import pypdfium2

    file = ZOO / "pdf" / "markitdown__MEDRPT-2024-PAT-3847_medical_report_scan.pdf"
    with pypdfium2.PdfDocument(file) as document:
        data = saved(document[0].render(scale=150 / 72).to_pil())
    blocks = loaders.load(data, "scan.png").blocks
    table = next(block.text for block in blocks if "Blood Pressure" in block.text and block.kind == "table")
    assert "Blood Pressure | 142/88 mmHg | 120/80 mmHg | ELEVATED" in table.split("\n")
    assert "Oxygen Saturation | 97% | 95-100% | NORMAL" in table.split("\n")
    prose = " ".join(block.text for block in blocks)
    assert "persistent headaches occurring 3-4 times per week for the past 6 weeks, rated 6-7/10 in severity" in prose


def test_a_picture_of_a_phone_in_heif() -> None:
    file = Path(__file__).with_name("open-daily.heic")  # drawn and saved once; nothing here can write the format
    document = loaders.load(file)
    assert ([block.text for block in document.blocks], document.media_type) == (["Open daily"], "image/heic")
