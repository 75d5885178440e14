"""Writes the sample library's binary files again: `python data/samples/make.py`; the same bytes every time.

The samples are our own writing, about a library in a town that does not exist, in English and Japanese. No two of
them contradict each other. Everything in this folder but this file is indexed at the first start. It needs
`pip install reportlab` and, for the Japanese PDF, Debian's `fonts-ipaexfont-gothic` (a subset is embedded, which the
IPA Font License allows).
"""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import cast

import docx
import pptx
from pptx.presentation import Presentation
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide
from pptx.util import Cm
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).parent
JAPANESE_FONT = Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf")
STAMP = datetime.datetime(2026, 6, 1, 9, 0, tzinfo=datetime.UTC)

# Lines of a sample: "# " and "## " are headings, "- " list items, a tuple is a table's rows, "\f" a new page.
Script = list[str | tuple[tuple[str, ...], ...]]

GUIDE: Script = [
    "# Guide to Hoshino Town Library",
    "This guide is for everyone who uses the library. It was last revised on 1 June 2026 by the director, Emi Kuroda, "
    "and replaces the edition of 2023.",
    "## Opening hours",
    "The library is open from 9:30 to 19:00 from Tuesday to Friday, and from 9:30 to 17:00 on Saturdays, Sundays and "
    "public holidays. It is closed every Monday, on the last Thursday of each month for stock-taking, and from "
    "29 December to 3 January.",
    "## Library cards",
    "A card is free for anyone who lives, works or studies in Hoshino. Bring a document that shows your address. "
    "Children under 12 need the signature of a parent or guardian. A card is valid for five years; a lost card is "
    "replaced for 300 yen.",
    "\f",
    "# Borrowing",
    "## How much and for how long",
    (
        ("Item", "At most", "Loan period", "Renewal"),
        ("Books and magazines", "10", "14 days", "once"),
        ("DVDs", "2", "7 days", "none"),
        ("Board games", "1", "7 days", "none"),
    ),
    "A loan can be renewed once if nobody has reserved the item. Renewals are made at the desk, by telephone or on "
    "the website, and add another 14 days from the day of renewal.",
    "## Reservations",
    "You may have eight reservations at a time. We keep a reserved item for you for seven days and tell you by e-mail "
    "when it has arrived. Items that we do not own can be requested from the prefectural library; this takes about "
    "ten days and costs nothing.",
    "## Late, lost and damaged items",
    "There are no fines. When an item is more than 30 days late, you cannot borrow anything else until it is back. "
    "If you lose or damage an item, please bring the same title; if it is out of print, the desk will agree on a "
    "similar one with you.",
    "\f",
    "# Rooms and equipment",
    "## Meeting rooms",
    (
        ("Room", "Seats", "Price per hour", "Equipment"),
        ("Meeting room A", "24", "400 yen", "projector, piano"),
        ("Meeting room B", "8", "200 yen", "whiteboard"),
        ("Study room", "36", "free", "sockets at every seat"),
    ),
    "Meeting rooms can be booked up to 60 days ahead. A booking that is cancelled at least three days before costs "
    "nothing; after that the full price is due. The study room cannot be booked.",
    "## Computers and printing",
    "There are six computers on the first floor. A session lasts 60 minutes. Black-and-white prints cost 10 yen and "
    "colour prints 50 yen per page. The wireless network is called hoshino-lib.",
    "## Accessibility",
    "A lift reaches all three floors. Reading machines for visually impaired visitors stand beside the information "
    "desk, and two wheelchairs can be borrowed at the entrance. Guide dogs are welcome.",
    "\f",
    "# Safety",
    "## Earthquakes and fire",
    "If an earthquake of seismic intensity 5 lower or more is felt, the library closes at once and does not open again "
    "before the building has been inspected. The assembly point is Midori Park, 150 metres to the south.",
    "## First aid",
    "The defibrillator (AED) hangs to the right of the main entrance. Three members of staff on every shift are "
    "trained in first aid. In an emergency dial 119 and then tell the desk.",
    "## Lost property",
    "Lost property is kept at the information desk for 30 days and is then handed to the police station in Ekimae.",
]

RULES_JA: Script = [
    "# 星野町立図書館 会議室等利用規程",
    "この規程は、会議室と学習室の利用について必要な事項を定める。2024年4月1日から施行する。",
    "## 第1条 利用できる部屋",
    (
        ("部屋", "定員", "1時間の使用料"),
        ("会議室A", "24名", "400円"),
        ("会議室B", "8名", "200円"),
        ("学習室", "36名", "無料"),
    ),
    "## 第2条 申込み",
    "会議室を利用しようとする者は、利用する日の60日前から前日までに、総合カウンターまたは電話で申し込まなければならない。"
    "学習室は予約できない。",
    "## 第3条 使用料の納付と返還",
    "使用料は、利用する日に納付する。利用する日の3日前までに取り消したときは、使用料を徴収しない。"
    "それより後に取り消したときは、全額を徴収する。",
    "## 第4条 使用料の免除",
    "次の各号のいずれかに当たるときは、使用料を免除する。",
    "- 町内の小学校または中学校が授業で利用するとき。",
    "- 図書館ボランティアが活動のために利用するとき。",
    "- 館長が特に認めたとき。",
    "\f",
    "# 利用上の注意",
    "## 第5条 禁止事項",
    "会議室では、火気の使用、喫煙、物品の販売をしてはならない。会議室Aのピアノは、午後5時以降は演奏できない。",
    "## 第6条 原状回復",
    "利用者は、利用を終えたときは、机といすを元の位置に戻し、ごみを持ち帰らなければならない。"
    "設備をこわしたときは、ただちに届け出るものとする。",
    "## 第7条 災害のとき",
    "震度5弱以上の地震があったときは、利用を中止し、みどり公園に避難する。このとき、納付された使用料は全額を返還する。",
    "## 附則",
    "この規程の改正は、図書館協議会の意見を聴いて館長が行う。",
]

PLAN_JA: Script = [
    "# 令和8年度 事業計画",
    "星野町立図書館は、令和8年度（2026年4月から2027年3月まで）に次の事業を行う。館長は黒田恵美、職員は14名である。",
    "## 基本の数字",
    (
        ("項目", "令和7年度の実績", "令和8年度の目標"),
        ("来館者数", "61,480人", "65,000人"),
        ("貸出点数", "152,300点", "158,000点"),
        ("所蔵点数", "84,200点", "86,500点"),
        ("利用登録者数", "9,870人", "10,300人"),
    ),
    "## 重点事業",
    "### 古い写真のデジタル化",
    "町民から寄せられた1,240枚の古い写真をデジタル化し、2027年7月に「星野アーカイブ」として公開する。"
    "担当は資料係の佐々木美穂、予算は480万円である。",
    "### 移動図書館「かぜ号」の更新",
    "2009年から使っている「かぜ号」を電気自動車に替える。新しい車は2,500冊を積むことができ、2026年11月から走る。",
    "### 中高生の居場所づくり",
    "- 3階に「中高生ラウンジ」を2026年8月1日に開く。",
    "- 毎週金曜日は午後7時まで相談員がいる。",
    "- 本棚の本は中高生の選書委員12名が選ぶ。",
    "## 予算",
    "令和8年度の図書館費は1億3,200万円で、そのうち資料費は2,150万円である。",
]


def main() -> None:
    """Writes the four files."""
    pdfmetrics.registerFont(TTFont("IPAexGothic", str(JAPANESE_FONT)))
    write_pdf("library-guide.pdf", GUIDE, "Guide to Hoshino Town Library", "Helvetica", "Helvetica-Bold", None)
    write_pdf("room-rules-ja.pdf", RULES_JA, "会議室等利用規程", "IPAexGothic", "IPAexGothic", "CJK")
    write_docx("annual-plan-ja.docx", PLAN_JA)
    write_pptx("new-building.pptx")


def write_pdf(name: str, script: Script, title: str, font: str, bold: str, wrap: str | None) -> None:
    """A PDF with headings that are in its outline too, a running header and page numbers."""
    body = ParagraphStyle("body", fontName=font, fontSize=11, leading=16, spaceAfter=8, wordWrap=wrap)
    styles = {
        "# ": ParagraphStyle("h1", body, fontName=bold, fontSize=20, leading=26, spaceAfter=10),
        "## ": ParagraphStyle("h2", body, fontName=bold, fontSize=14, leading=20, spaceBefore=10, spaceAfter=4),
        "- ": ParagraphStyle("item", body, leftIndent=14, bulletIndent=2),
        "": body,
    }

    class WithOutline(SimpleDocTemplate):
        def afterFlowable(self, flowable: object) -> None:
            if isinstance(flowable, Paragraph) and flowable.style.name in ("h1", "h2"):
                key = f"{self.page}-{flowable.getPlainText()}"
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(flowable.getPlainText(), key, level=int(flowable.style.name[1]) - 1)

    def furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont(font, 8)
        if font == "Helvetica":  # the Japanese regulations have no running header
            canvas.drawString(72, A4[1] - 40, title)
        canvas.drawRightString(A4[0] - 72, 30, f"{template.page}")

    story = [flowable for part in script for flowable in _flowables(part, styles, font)]
    target = str(HERE / name)
    template = WithOutline(target, pagesize=A4, title=title, author="Hoshino Town Library", invariant=1)
    template.build(story, onFirstPage=furniture, onLaterPages=furniture)


def _flowables(part: str | tuple[tuple[str, ...], ...], styles: dict[str, ParagraphStyle], font: str) -> list[Flowable]:
    if isinstance(part, tuple):
        grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "#888888"), ("FONT", (0, 0), (-1, -1), font, 10)])
        return [Table(part, hAlign="LEFT", style=grid, colWidths=[118] * len(part[0])), Spacer(1, 10)]
    if part == "\f":
        return [PageBreak()]
    mark = next(mark for mark in styles if part.startswith(mark))
    return [Paragraph(part.removeprefix(mark), styles[mark], bulletText="•" if mark == "- " else None)]


def write_docx(name: str, script: Script) -> None:
    """A Word document with real headings, lists and tables, and a footer."""
    document = docx.Document()
    for part in script:
        if isinstance(part, tuple):
            table = document.add_table(rows=0, cols=len(part[0]), style="Table Grid")
            for values in part:
                for cell, value in zip(table.add_row().cells, values, strict=True):
                    cell.text = value
        elif part.startswith("#"):
            marks, _, text = part.partition(" ")
            document.add_heading(text, len(marks))
        elif part.startswith("- "):
            document.add_paragraph(part[2:], style="List Bullet")
        else:
            document.add_paragraph(part)
    document.sections[0].footer.paragraphs[0].text = "星野町立図書館 令和8年3月18日 図書館協議会承認"
    stated = document.core_properties
    stated.title, stated.author, stated.comments = "令和8年度 事業計画", "星野町立図書館", ""
    stated.created = stated.modified = STAMP
    written = io.BytesIO()
    document.save(written)
    _write_zip(name, written.getvalue())


def write_pptx(name: str) -> None:
    """Slides about the building, with a table and the speaker's notes."""
    deck = pptx.Presentation()
    slides = [
        ("The new building", "Hoshino Town Library, opened on 12 October 2019", ""),
        (
            "Facts and figures",
            "Architect: Naoki Arai\nFloor area: 1,860 square metres on three floors\nCost: 940 million yen\n"
            "68 % of the timber is cedar from Hoshino's own forests",
            "The old building of 1998 had only 720 square metres. Say that nobody's favourite chair was thrown away.",
        ),
        (
            "Energy",
            "Solar panels on the roof: 48 kilowatts\nGround-source heat pump for heating and cooling\n"
            "Energy use per square metre is 41 % lower than in the old building",
            "The panels were paid for by a grant from the prefecture and by 312 citizens who each gave 10,000 yen.",
        ),
    ]
    for n, (title, body, notes) in enumerate(slides):
        slide = deck.slides.add_slide(deck.slide_layouts[0 if n == 0 else 1])
        _placeholder(slide, 0).text = title
        _placeholder(slide, 1).text = body
        if notes:
            frame = slide.notes_slide.notes_text_frame
            assert frame is not None
            frame.text = notes
    _floors(deck)
    stated = deck.core_properties
    stated.title, stated.author = "The new building of Hoshino Town Library", "Hoshino Town Library"
    stated.created = stated.modified = STAMP
    written = io.BytesIO()
    deck.save(written)
    _write_zip(name, written.getvalue())


def _placeholder(slide: Slide, index: int) -> SlidePlaceholder:
    return cast(SlidePlaceholder, slide.placeholders[index])


def _floors(deck: Presentation) -> None:
    rows = [
        ("Floor", "What is there"),
        ("1", "Entrance hall, information desk, children's room, café Engawa"),
        ("2", "Adult books, newspapers, maker corner"),
        ("3", "Study room, meeting rooms A and B, local history"),
    ]
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _placeholder(slide, 0).text = "What is on which floor"
    table = slide.shapes.add_table(len(rows), 2, Cm(2), Cm(5), Cm(21), Cm(6)).table
    for r, values in enumerate(rows):
        for c, value in enumerate(values):
            table.cell(r, c).text = value


def _write_zip(name: str, data: bytes) -> None:
    """The package with one date on all its parts, so that the same input gives the same bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(HERE / name, "w") as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, STAMP.timetuple()[:6])
            target.writestr(info, source.read(entry), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
