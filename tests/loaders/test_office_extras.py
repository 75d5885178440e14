"""What Office shows beside plain text: list numbers, formulas, charts, diagrams, descriptions; and damaged packages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from loaders import load
from loaders._list_labels import label

_MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"


def _with_parts(data: bytes, parts: Mapping[str, Callable[[str], str]]) -> bytes:
    """The package with some parts changed, or added where they are not there."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, parts[name](text.decode()) if name in parts else text)
        for name in sorted(set(parts) - set(old.namelist())):
            new.writestr(name, parts[name](""))
    return target.getvalue()


def _numbering(levels: str) -> Callable[[str], str]:
    def added(text: str) -> str:
        text = text.replace("<w:num ", f'<w:abstractNum w:abstractNumId="77">{levels}</w:abstractNum><w:num ', 1)
        return text.replace("</w:numbering>", '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num></w:numbering>')

    return added


def test_numbers_of_articles_and_headings_stand_before_them_as_word_shows_them(word) -> None:
    def fill(document: docx.document.Document) -> None:
        for level, text in [(0, "目的"), (0, "適用範囲"), (1, "正社員"), (1, "契約社員"), (0, "休暇"), (1, "有給")]:
            paragraph = document.add_paragraph(text)
            xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
            paragraph._p.get_or_add_pPr().append(parse_xml(xml))
        document.add_paragraph("bullet", style="List Bullet")

    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="第%1条"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="(%2)"/></w:lvl>'
    )
    document = load(_with_parts(word(fill), {"word/numbering.xml": _numbering(levels)}), "a.docx")
    assert [(block.level, block.text) for block in document.blocks] == [
        (1, "第一条 目的"), (1, "第二条 適用範囲"), (2, "(i) 正社員"), (2, "(ii) 契約社員"),
        (1, "第三条 休暇"), (2, "(i) 有給"), (1, "bullet"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (4, "upperRoman", "IV"), (1994, "lowerRoman", "mcmxciv"), (27, "lowerLetter", "aa"), (3, "decimal", "3"),
        (3, "decimalZero", "03"), (12, "japaneseCounting", "十二"), (203, "japaneseCounting", "二百三"),
        (2, "aiueoFullWidth", "イ"), (2, "iroha", "ロ"), (5, "decimalEnclosedCircle", "⑤"),
        (7, "decimalFullWidth", "７"),
        (22, "ordinal", "22nd"), (12, "ordinal", "12th"), (0, "upperRoman", "0"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_office_s_forms(number: int, form: str, shown: str) -> None:
    assert label(number, form) == shown


def test_formulas_are_read_as_one_line(word) -> None:
    def fill(document: docx.document.Document) -> None:
        paragraph = document.add_paragraph("Mean: ")
        fraction = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
        power = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
        root = "<m:rad><m:deg/><m:e><m:r><m:t>y</m:t></m:r></m:e></m:rad>"
        paragraph._p.append(parse_xml(f"<m:oMath {_MATH}>{fraction}<m:r><m:t>=</m:t></m:r>{power}{root}</m:oMath>"))

    assert load(word(fill), "a.docx").blocks[0].text == "Mean: (a+b)/2=x^2√(y)"


def _deck(fill: Callable[[pptx.presentation.Presentation], None]) -> bytes:
    deck = pptx.Presentation()
    fill(deck)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def test_a_chart_is_a_table_with_its_numbers_as_shown_and_a_picture_says_its_description() -> None:
    def fill(deck: pptx.presentation.Presentation) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        data = CategoryChartData(number_format="0%")
        data.categories = ["東京", "大阪"]
        data.add_series("2025年", [0.25, 0.5])
        data.add_series("2026年", [0.3, None])
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(1), Cm(8), Cm(8), data).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "市場占有率"
        box = slide.shapes.add_textbox(Cm(1), Cm(1), Cm(2), Cm(2))
        box._element.nvSpPr.cNvPr.set("descr", "A map of the offices")

    blocks = load(_deck(fill), "a.pptx").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("caption", "市場占有率"),
        ("table", " | 2025年 | 2026年\n東京 | 25% | 30%\n大阪 | 50% | "),
        ("caption", "A map of the offices"),
    ]


def test_a_diagram_is_a_list_by_what_hangs_on_what() -> None:
    def fill(deck: pptx.presentation.Presentation) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        frame = slide.shapes.add_table(1, 1, Cm(1), Cm(1), Cm(2), Cm(2))._element.graphic.graphicData
        frame.set("uri", _DGM)
        frame[:] = [parse_xml(f'<dgm:relIds xmlns:dgm="{_DGM}" xmlns:r="{_R}" r:dm="rIdD"/>')]

    def point(name: str, text: str, kind: str = "node") -> str:
        return f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    def link(above: str, below: str, order: int) -> str:
        return f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'

    points = point("0", "", "doc") + point("1", "社長") + point("2", "営業部") + point("3", "開発部")
    links = link("0", "1", 0) + link("1", "3", 1) + link("1", "2", 0)
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    lists = f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
    model = f'<dgm:dataModel xmlns:dgm="{_DGM}" {drawing}>{lists}</dgm:dataModel>'
    relation = f'<Relationship Id="rIdD" Type="{_R}/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    data = _with_parts(
        _deck(fill),
        {
            "ppt/diagrams/data1.xml": lambda _: model,
            "ppt/slides/_rels/slide1.xml.rels": lambda text: text.replace("</Relationships>", relation),
        },
    )
    blocks = load(data, "a.pptx").blocks
    assert [(block.level, block.text) for block in blocks] == [(1, "社長"), (2, "営業部"), (2, "開発部")]


def test_a_damaged_part_is_said_and_the_rest_is_read(word) -> None:
    data = word(lambda document: document.add_paragraph("The body is whole."))
    document = load(_with_parts(data, {"word/styles.xml": lambda _: "this is not XML"}), "a.docx")
    assert [block.text for block in document.blocks] == ["The body is whole."]
    assert [(skipped.reason, skipped.what) for skipped in document.report.skipped] == [
        ("damaged_part", "word/styles.xml")
    ]


def test_the_strict_variant_is_read_like_the_usual_one(word) -> None:
    def strict(text: str) -> str:
        return text.replace("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/").replace("/2006/", "/")

    data = word(lambda document: document.add_heading("Strict", 2))
    parts = dict.fromkeys(("word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels"), strict)
    assert [(b.kind, b.level, b.text) for b in load(_with_parts(data, parts), "a.docx").blocks] == [
        ("heading", 2, "Strict")
    ]
