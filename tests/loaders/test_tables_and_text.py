"""What is read of CSV, HTML, Markdown and plain text, in their encodings."""

from __future__ import annotations

import pytest

from loaders import DamagedDocument, EmptyDocument, load
from tests.loaders.conftest import SAMPLES

JAPANESE = "図書館は午前九時三十分に開きます。月曜日は休館日です。"


def test_csv_rows_keep_their_columns_and_count_from_the_header() -> None:
    data = b'name,city,"opened, first"\nHoshino,"Ekimae ""old""",0042\n\nMidori,,"two\nlines"\n'
    document = load(data, "a.csv")
    assert [(b.kind, b.text, b.location.row) for b in document.blocks] == [
        ("table", 'name: Hoshino | city: Ekimae "old" | opened, first: 0042', 2),
        ("table", "name: Midori | opened, first: two lines", 4),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_finds_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = [["氏名", "住所", "年齢"], ["髙橋一郎", "東京都星野町", "41"], ["佐藤ﾊﾅｺ", "大阪府", "37"]]
    if encoding in ("euc_jp", "iso2022_jp"):
        rows[1][0], rows[2][0] = "高橋一郎", "佐藤花子"
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    document = load(data, "a.csv")
    assert document.blocks[0].text == f"氏名: {rows[1][0]} | 住所: 東京都星野町 | 年齢: 41"
    assert document.blocks[1].text == f"氏名: {rows[2][0]} | 住所: 大阪府 | 年齢: 37"
    assert document.language == "ja"


def test_a_csv_without_header_and_one_with_a_title_above_it() -> None:
    plain = load(b"1,Tokyo,13.9\n2,Osaka,8.8\n", "a.csv")
    assert [(b.text, b.location.row) for b in plain.blocks] == [("1 | Tokyo | 13.9", 1), ("2 | Osaka | 8.8", 2)]
    titled = load(b"Population,,\ncity,2020,2025\nTokyo,13.9,14.1\n", "a.csv")
    assert [(b.kind, b.text) for b in titled.blocks] == [
        ("paragraph", "Population"),
        ("table", "city: Tokyo | 2020: 13.9 | 2025: 14.1"),
    ]


def test_a_quote_that_never_closes_does_not_swallow_the_file() -> None:
    rows = "".join(f"{n},item {n}\n" for n in range(400_000))
    document = load(f'id,name\n0,"12 inch\n{rows}'.encode(), "a.csv")
    assert document.blocks[-1].text == "id: 399999 | name: item 399999"


def test_csv_with_nothing_or_with_binary_data_in_it() -> None:
    with pytest.raises(EmptyDocument):
        load(b"\n\n,,\n", "a.csv")
    with pytest.raises(DamagedDocument, match="binary"):
        load(b"a,b\n1,\0\0\0\x01\n", "a.csv")


def test_html_keeps_content_and_structure_and_drops_the_rest() -> None:
    page = """<!doctype html><html><head><title>Town hall</title><style>p {}</style></head><body>
      <nav><a href=/>Home</a></nav><script>alert("no")</script>
      <main><h1>Town hall</h1><p>Open from <b>9:00</b> to
      <a href="/x">17:00</a>.<br>Closed on Sundays.</p>
      <ol start=3><li>Take a number<ul><li>inner</li></ul></li><li>Wait</li></ol>
      <table><tr><th rowspan=2>Desk<th colspan=2>Hours</tr><tr><td>am<td>pm</tr><tr><td>A<td>9<td>13</tr></table>
      <pre>a = 1\n  b = 2</pre></main><footer>Imprint</footer></body></html>"""
    document = load(page.encode(), "a.html")
    assert [(b.kind, b.level, b.text) for b in document.blocks] == [
        ("heading", 1, "Town hall"),
        ("paragraph", 0, "Open from 9:00 to 17:00.\nClosed on Sundays."),
        ("list", 1, "3. Take a number"),
        ("list", 2, "inner"),
        ("list", 1, "4. Wait"),
        ("table", 0, "Desk | Hours | \nDesk | am | pm\nA | 9 | 13"),
        ("code", 0, "a = 1\n  b = 2"),
    ]
    assert document.blocks[0].location.line == 3


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("declared", [True, False])
def test_html_and_text_in_japanese_encodings(encoding: str, declared: bool) -> None:
    meta = f"<meta charset={encoding}>" if declared and encoding != "utf-16" else ""
    page = f"<html><head>{meta}</head><body><p>{JAPANESE}</p></body></html>".encode(encoding)
    for data, name in ((page, "a.html"), (JAPANESE.encode(encoding), "a.txt")):
        document = load(data, name)
        assert (document.blocks[0].text, document.language) == (JAPANESE, "ja")


def test_a_hostile_page_is_read_in_bounded_time() -> None:
    deep = "<div>" * 100_000 + "text at the bottom"
    wide = "<table>" + "<tr><td colspan=1000000 rowspan=1000000>x<td>y</tr>" * 50 + "</table>"
    document = load(f"<html><body><p>first</p>{wide}{deep}".encode(), "a.html")
    assert document.blocks[0].text == "first"
    assert sum(len(block.text) for block in document.blocks) < 1_000_000


def test_markdown_keeps_structure_lines_and_front_matter() -> None:
    source = (
        "---\ntitle: 案内\ntags: [a, b]\n---\n# 開館\n\n一行目の文は\n二行目に続く。\n\n"
        "2. second\n   - inner\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```python\nx = 1\n```\n\n[link](http://x) text\n"
    )
    document = load(source.encode(), "a.md")
    assert [(b.kind, b.level, b.text, b.location.line) for b in document.blocks] == [
        ("heading", 1, "開館", 5),
        ("paragraph", 0, "一行目の文は二行目に続く。", 7),
        ("list", 1, "2. second", 10),
        ("list", 2, "inner", 11),
        ("table", 0, "a | b\n1 | 2", 13),
        ("code", 0, "x = 1", 17),
        ("paragraph", 0, "link text", 21),
    ]
    assert (document.title, document.metadata["tags"]) == ("案内", "a, b")


def test_front_matter_cannot_multiply() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    document = load(f"---\n{bomb}---\nText.\n".encode(), "a.md")
    assert [block.text for block in document.blocks] == ["Text."]
    assert set(document.metadata) == {"a"}


def test_text_paragraphs_keep_their_lines_or_join_wrapped_ones() -> None:
    wrapped = "\n".join(
        ["A paragraph whose lines were wrapped by an editor at sixty", "characters is one running text."]
    )
    data = f"Shopping\n\n- bread\n- milk\n\n\n{wrapped}\n".encode()
    document = load(data, "a.txt")
    assert [(b.text, b.location.line) for b in document.blocks] == [
        ("Shopping", 1),
        ("- bread\n- milk", 3),
        (wrapped.replace("\n", " "), 7),
    ]


def test_the_samples_of_these_formats() -> None:
    events = load(SAMPLES / "events-2026.csv")
    assert events.blocks[4].text == (
        "Date: 2026-09-12 | Start: 14:00 | Event: Author talk: The River Under the Town | Place: Meeting room A | "
        "Speaker or host: Haruka Senda | Seats: 24 | Fee (yen): 300"
    )
    faq = load(SAMPLES / "library-faq-ja.html")
    assert all("ホーム" not in block.text and "電話 0555" not in block.text for block in faq.blocks)
    assert load(SAMPLES / "3d-printer.md").title == "Using the 3D printer"


def test_a_broken_record_of_json_lines_costs_that_record() -> None:
    lines = [b'{"id": %d, "q": "What?"}' % n for n in range(6)]
    lines[3] = lines[3][:9]
    document = load(b"\n".join(lines), "a.jsonl")
    assert [block.location.line for block in document.blocks] == [1, 2, 3, 5, 6]
    assert [(one.reason, one.what) for one in document.report.skipped] == [("damaged_record", "line 4")]
    with pytest.raises(DamagedDocument):
        load(b'{"id": 1}\n{"id": 2\n{"id": 3\n', "a.jsonl")


def test_obsidians_comments_are_not_read_and_other_percent_signs_are() -> None:
    note = "Shown %%hidden%% words.\n\n%%\nhidden\n\nblock\n%%\n\nFrom 50%% to 60%%, `%%a%%`.\n\n```\n%%b%%\n```\n"
    document = load(note.encode(), "a.md")
    assert [(b.kind, b.text, b.location.line) for b in document.blocks] == [
        ("paragraph", "Shown words.", 1),
        ("paragraph", "From 50%% to 60%%, %%a%%.", 9),
        ("code", "%%b%%", 11),
    ]


def test_an_xml_record_keeps_its_id() -> None:
    document = load(
        b"<list><item id='7'><name>Ann</name><age>3</age></item><item id='8'><name>Bo</name><age>4</age></item></list>",
        "a.xml",
    )
    assert [block.text for block in document.blocks] == ["id: 7 | name: Ann | age: 3", "id: 8 | name: Bo | age: 4"]


def test_obsidians_highlights_are_their_words_and_comparisons_are_not_touched() -> None:
    text = "An ==important point==, but a == b == c, `x==y==z` and x==y==z."
    assert load(text.encode(), "a.md").blocks[0].text == "An important point, but a == b == c, x==y==z and x==y==z."
