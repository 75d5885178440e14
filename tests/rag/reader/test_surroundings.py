"""What a document says once, above: its opening lines, headings that the file does not mark, labels."""

from __future__ import annotations

import pytest

from rag import KnowledgeBase
from rag.reader.labels import value_asked_for
from rag.reader.questions import ask
from rag.reader.surroundings import captions
from rag.text.languages import sentences

MINUTES = """MINUTES
Harbour Club Committee, 11 February 2026, 7:30 pm
Present: Joan Whitby (chair), Tom Ferris

1. Pier repairs
Three quotes were received. The committee chose Dale Joinery at 14,200 euros.

2. Regatta
The regatta takes place on Saturday 20 June. Tom Ferris orders the tents.

3. Next meeting
Wednesday 11 March 2026 in the small room.
"""
INVOICE = """Kestrel Print Works, 8 Mill Lane, Leeds
Invoice date: 3 March 2026
Due date: 2 April 2026
Property: Flat 3B, 17 Alma Terrace

The printed posters cost 180 pounds. The rent of the flat is 950 pounds a month.
"""
MINUTES_JA = """港友会 運営委員会
日時：2026年2月11日
書記：石田

1. 桟橋の修理
見積もりは三社から届いた。修理は青木工務店に頼む。

2. 健康診断
健康診断は六月に行う。費用は会社が負担する。

材料
・木材 20本
・釘 3箱
"""
BOX = "The defibrillator (AED) hangs beside the staff kitchen. It is tested in May.\n"
PRICES = "Item,Price,Weight\nRye bread,4.60,750\nGluten-free brownie,3.50,80\n"


@pytest.fixture
def library(kb: KnowledgeBase) -> KnowledgeBase:
    for text, name in (
        *((MINUTES, "minutes.txt"), (INVOICE, "invoice.txt"), (MINUTES_JA, "議事録.txt")),
        *((BOX, "box.txt"), (PRICES, "prices.csv")),
    ):
        kb.add(text.encode(), name)
    return kb


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Who repairs the pier of the harbour club?", "The committee chose Dale Joinery at 14,200 euros."),
        ("When is the next meeting of the Harbour Club Committee?", "Wednesday 11 March 2026 in the small room."),
        ("When is the Kestrel invoice due?", "Due date: 2 April 2026"),
        ("What is the rent of Flat 3B?", "The rent of the flat is 950 pounds a month."),
        ("健康診断の費用は誰が負担しますか", "費用は会社が負担する。"),
    ],
)
def test_the_line_that_answers_stands_before_the_one_with_the_names(
    library: KnowledgeBase, question: str, quote: str
) -> None:
    answer = library.ask(question)
    assert answer.sentences[0].citations[0].quote == quote


def test_the_list_below_a_heading_that_is_not_marked_is_quoted_whole(library: KnowledgeBase) -> None:
    answer = library.ask("桟橋の修理の材料は何ですか")
    assert [sentence.text.strip() for sentence in answer.sentences] == ["材料", "・木材 20本", "・釘 3箱"]


@pytest.mark.parametrize(
    ("question", "span"),
    [("Where is the defibrillator?", "AED"), ("How much is the brownie?", "3.50"), ("How much is rye bread?", "4.60")],
)
def test_the_words_that_answer_are_marked(library: KnowledgeBase, question: str, span: str) -> None:
    best = library.ask(question).sentences[0]
    if span == "AED":  # another name of the thing is not its place
        assert span not in (best.answer or "")
    else:
        assert best.answer == span


def test_a_heading_is_no_item_of_a_list() -> None:
    text = "Fruit\n- an apple\n- a pear\nThey are eaten raw.\n2. Bread\nIt is baked at night.\n"
    spans = sentences(text)
    above = {text[slice(*span)]: caption for span, caption in zip(spans, captions(text, spans), strict=True)}
    assert above["They are eaten raw."] == "Fruit"
    assert above["It is baked at night."] == "2. Bread"


def test_a_label_that_has_more_behind_it_than_its_value_is_not_marked(kb: KnowledgeBase) -> None:
    kb.add(
        "支払期限：2026年6月30日株式会社かわせみ出版御中株式会社やまびこ印刷東京都文京区水道2-4-8\n".encode(),
        "請求書.txt",
    )
    best = kb.ask("支払期限はいつですか").sentences[0]
    assert (best.citations[0].document_name, best.span) == ("請求書.txt", None)


def test_of_several_columns_with_times_the_one_called_day_is_not_preferred(kb: KnowledgeBase) -> None:
    rows = [
        "| Sailing | Leaves | Days |",
        "| --- | --- | --- |",
        "| First | 7:15 | daily |",
        "| Last | 18:40 | weekends |",
    ]
    kb.add("\n".join(["# Ferry timetable", "", *rows]).encode(), "ferry.md")
    assert kb.ask("When does the last ferry leave?").sentences[0].answer == "18:40"


HOUSE_RULES = """みなとコート管理規約

第5条（駐輪場）
自転車は1戸につき2台まで駐輪できる。使用料は1台あたり月額300円とする。

第15条（工事）
工事時間は午前9時から午後5時までとし、日曜日には工事を行わない。
"""
QUOTATION = """# 御見積書

見積番号：M-2261
見積日：2026年6月3日
発行：北風設備株式会社（担当：榎本）
"""
CLAIM = """Our oven OW-220, bought on 12 November 2024 in Leeds, no longer heats. We paid £419 for it.

Group leader: Ms. Helena Brandt
"""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("駐輪場の料金はいくらですか", "使用料は1台あたり月額300円とする。"),
        ("工事は日曜日にできますか", "工事時間は午前9時から午後5時までとし、日曜日には工事を行わない。"),
        ("見積書の担当は誰ですか", "発行：北風設備株式会社（担当：榎本）"),
        ("夏祭りの担当は誰ですか", "夏祭りの担当は木村副会長。"),
        ("How much did the oven cost?", "We paid £419 for it."),
    ],
)
def test_headings_with_numbers_do_not_answer_and_labels_and_money_do(
    kb: KnowledgeBase, question: str, quote: str
) -> None:
    festival = "夏祭りの担当は木村副会長。開催日は8月1日とする。"
    for text, name in (
        *((HOUSE_RULES, "規約.txt"), (QUOTATION, "見積書.md"), (CLAIM, "claim.txt"), (festival, "夏祭り.txt")),
    ):
        kb.add(text.encode(), name)
    sentences = [one.text.strip() for one in kb.ask(question).sentences]
    assert next(one for one in sentences if one not in ("はい。", "いいえ。")) == quote


def test_a_label_for_who_does_it_answers_who_does_it() -> None:
    line = "Group leader: Ms. Helena Brandt"
    for question, answer in (("Who leads the group?", "Ms. Helena Brandt"), ("Who pays for the group?", "")):
        span = value_asked_for(ask(question, "en"), line)
        assert (line[slice(*span)] if span else "") == answer


def test_no_plain_yes_where_the_sentence_says_that_it_is_not_done(kb: KnowledgeBase) -> None:
    kb.add(HOUSE_RULES.encode(), "規約.txt")
    answer = kb.ask("工事は日曜日にできますか")
    assert answer.answered
    assert "はい" not in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "What is the telephone number of Helena Brandt?",
        "What is the e-mail address of the group leader?",
        "Who is the CEO of the oven company in Leeds?",
        "How old is Helena Brandt?",
        "北風設備の電話番号は何番ですか",
    ],
)
def test_what_does_not_look_like_an_answer_is_none(kb: KnowledgeBase, question: str) -> None:
    for text, name in ((QUOTATION, "見積書.md"), (CLAIM, "claim.txt")):
        kb.add(text.encode(), name)
    assert not kb.ask(question).answered
