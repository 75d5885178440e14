"""The reader: what a question asks for, the words that answer, plain yes and no, broad questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import KnowledgeBase
from rag.reader.extractive import MAX_OF_BROAD
from rag.reader.features import Line
from rag.reader.labels import value_asked_for
from rag.reader.questions import ask
from rag.reader.read import weigh
from rag.reader.times import timely, whole_measure
from rag.reader.tokens import tokens
from rag.reader.yes_no import plain_answer

TOWN = """# Harbour town

The lighthouse was built in 1887 by the engineer Clara Whitfield. It stands on the northern pier of Eastport.
The lamp burned 40 litres of oil every night. The keeper cleaned the lamp because soot dimmed the light.

The market is not held on Sundays. The town hall is open on weekdays.
"""
OFFICE = """# 総務部の案内

本社は1964年に大阪市で山田太郎が設立した。社員は現在350人である。
図書室は平日の午前九時から開いている。土曜日の図書室は開いていない。
有給休暇の申請は人事課で受け付ける。申請書が必要なのは記録を残すためである。
"""


@pytest.fixture
def library(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(TOWN.encode(), "town.md")
    kb.add(OFFICE.encode(), "office.md")
    return kb


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("Who built the lighthouse?", "en", "who"),
        ("In what year was it built?", "en", "when"),
        ("Which city has the oldest pier?", "en", "where"),
        ("How many litres of oil did the lamp burn?", "en", "number"),
        ("How long is the pier?", "en", "amount"),
        ("What is a lighthouse?", "en", "definition"),
        ("Why did the keeper clean the lamp?", "en", "why"),
        ("Is the market held on Sundays?", "en", "yes/no"),
        ("What does the guide say about the harbour?", "en", "about"),
        ("List the members of the council.", "en", "list"),
        ("本社を設立したのは誰ですか。", "ja", "who"),
        ("本社はいつ設立されましたか？", "ja", "when"),
        ("本社はどこにありますか", "ja", "where"),
        ("社員は何人ですか。", "ja", "number"),
        ("標高はどのくらいですか", "ja", "amount"),
        ("図書室とは何ですか？", "ja", "definition"),
        ("なぜ申請書が必要ですか", "ja", "why"),
        ("図書室は開いていますか。", "ja", "yes/no"),
        ("図書室について教えてください", "ja", "about"),
    ],
)
def test_what_a_question_asks_for(question: str, language: str, kind: str) -> None:
    assert ask(question, language).kind == kind


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When was the lighthouse built?", "1887"),
        ("Who built the lighthouse?", "Clara Whitfield"),
        ("本社はいつ設立されましたか？", "1964年"),
        ("本社を設立したのは誰ですか。", "山田太郎"),
        ("社員は何人ですか。", "350人"),
    ],
)
def test_the_words_that_answer_are_marked(library: KnowledgeBase, question: str, words: str) -> None:
    best = library.ask(question).sentences[0]
    assert words in best.answer
    assert len(best.answer) <= len(words) + 14  # "the engineer" may belong to her name
    assert best.citations[0].quote == best.text.strip()


def test_a_question_for_a_reason_gets_its_sentence_without_a_mark(library: KnowledgeBase) -> None:
    sentences = library.ask("Why did the keeper clean the lamp?").sentences
    assert any("because soot dimmed the light" in sentence.text for sentence in sentences)
    assert all(sentence.span is None for sentence in sentences)


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Is the town hall open on weekdays?", "The town hall is open on weekdays.", "Yes."),
        ("Is the market held on Sundays?", "The market is not held on Sundays.", "No."),
        ("Is the market held on Mondays?", "The market is not held on Sundays.", ""),
        ("Is the town hall open on weekdays?", "The town hall may be open on weekdays.", ""),
        ("Is the town hall or the market open?", "The town hall is open.", ""),
        ("When is the town hall open?", "The town hall is open on weekdays.", ""),
        ("図書室は平日に開いていますか。", "図書室は平日の午前九時から開いている。", "はい。"),
        ("土曜日の図書室は開いていますか。", "土曜日の図書室は開いていない。", "いいえ。"),
        ("日曜日の図書室は開いていますか。", "土曜日の図書室は開いていない。", ""),
        ("図書室は平日に開いていますか。", "図書室は平日に開いている場合がある。", ""),
    ],
)
def test_yes_or_no_only_where_it_is_safe(question: str, sentence: str, answer: str) -> None:
    language = "ja" if sentence.endswith("。") else "en"
    assert plain_answer(ask(question, language), sentence) == answer


def test_a_plain_answer_stands_before_the_sentence_that_says_so(library: KnowledgeBase) -> None:
    answer = library.ask("Is the market held on Sundays?")
    assert answer.text.startswith("No. The market is not held on Sundays.")


def test_a_broad_question_gets_sentences_in_reading_order_each_once(library: KnowledgeBase) -> None:
    library.add(TOWN.replace("Harbour town", "Copy").encode(), "copy.md")
    answer = library.ask("What does the guide say about the lighthouse and its lamp?")
    texts = [sentence.text.strip() for sentence in answer.sentences]
    assert 1 < len(texts) <= MAX_OF_BROAD
    assert len(set(texts)) == len(texts)
    places = [TOWN.index(text) for text in texts]
    assert places == sorted(places)


INVOICE = """# Invoice

The invoice was sent by the office in Eastport, which gives every invoice a number of its own.

Invoice number: EP-2024-117
Due date: 31 May 2024
Total amount (EUR): 1,250.00
"""
INVOICE_JA = """# 請求書

この請求書は大阪支社が発行したものであり、請求書番号はお問い合わせの際に必要です。

請求書番号：OS-2024-031
支払期限：2024年5月31日
合計金額（税込）：132,000円
"""


@pytest.mark.parametrize(
    ("question", "line", "value"),
    [
        ("What is the invoice number?", "Invoice number: EP-2024-117", "EP-2024-117"),
        ("When is the due date of the invoice?", "Due date: 31 May 2024", "31 May 2024"),
        ("What is the total amount?", "Total amount (EUR): 1,250.00", "1,250.00"),
        ("請求書番号は何ですか？", "請求書番号：OS-2024-031", "OS-2024-031"),
        ("請求書の支払期限はいつですか？", "支払期限：2024年5月31日", "2024年5月31日"),
        ("合計金額はいくらですか？", "合計金額（税込）：132,000円", "132,000円"),
    ],
)
def test_a_line_whose_label_is_asked_for_stands_before_sentences(
    kb: KnowledgeBase, question: str, line: str, value: str
) -> None:
    kb.add(INVOICE.encode(), "invoice.md")
    kb.add(INVOICE_JA.encode(), "請求書.md")
    answer = kb.ask(question)
    assert (answer.sentences[0].text.strip(), answer.sentences[0].answer) == (line, value)


@pytest.mark.parametrize(
    ("question", "line", "value"),
    [
        ("What is the invoice number?", "Number: 5", "5"),
        ("What is the invoice number?", "Order number: 5", None),
        ("Who signed the contract for the new harbour pier?", "Harbour: Eastport", None),
        ("請求書番号は何ですか？", "・請求書番号: 5", "5"),
        ("請求書番号は何ですか？", "注文番号: 5", None),
        ("請求書番号は何ですか？", "請求書番号:", None),
    ],
)
def test_a_label_must_be_what_is_asked_for(question: str, line: str, value: str | None) -> None:
    found = value_asked_for(ask(question, "ja" if "。" in question or "号" in question else "en"), line)
    assert (line[slice(*found)] if found else None) == value


@pytest.mark.parametrize(
    "line", [" " * 50_000, "Invoice number" + " " * 50_000, "Invoice number: 5" + " " * 50_000 + "x"]
)
def test_a_line_of_spaces_is_looked_at_once(line: str) -> None:
    found = value_asked_for(ask("What is the invoice number?", "en"), line)
    assert found == ((16, len(line)) if ":" in line else None)  # a pattern that tries each space anew takes hours


TARIFF = """# Tariff

| Hall | Seats | Price per hour |
| --- | --- | --- |
| Hall A | 24 | 400 yen |
| Hall B | 8 | 200 yen |
"""
TARIFF_JA = """# 料金表

| 部屋 | 定員 | 一時間の使用料 |
| --- | --- | --- |
| 会議室A | 24名 | 400円 |
| 会議室B | 8名 | 200円 |
"""


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("How many seats does hall B have?", "Hall B | 8 | 200 yen", "8"),
        ("What is the price per hour of hall A?", "Hall A | 24 | 400 yen", "400 yen"),
        ("会議室Aの定員は何人ですか？", "会議室A | 24名 | 400円", "24名"),
        ("会議室Bの一時間の使用料はいくらですか？", "会議室B | 8名 | 200円", "200円"),
    ],
)
def test_of_a_table_the_cell_is_marked_whose_row_and_column_are_asked_for(
    kb: KnowledgeBase, question: str, row: str, cell: str
) -> None:
    kb.add(TARIFF.encode(), "tariff.md")
    kb.add(TARIFF_JA.encode(), "料金表.md")
    best = kb.ask(question).sentences[0]
    assert (best.citations[0].quote, best.answer) == (row, cell)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("休館日は毎週月曜日、毎月最終木曜日、12月29日から1月3日までです。", "休館日はいつですか？"),
        (
            "The office is closed every Monday, on the last Thursday of May and from 29 December to 3 January.",
            "When is the office closed?",
        ),
    ],
)
def test_one_of_many_times_is_not_marked(kb: KnowledgeBase, text: str, question: str) -> None:
    kb.add(text.encode(), "hours.txt")
    (sentence,) = kb.ask(question).sentences
    assert (sentence.text.strip(), sentence.span) == (text, None)


@pytest.mark.parametrize(
    ("sentence", "span", "whole"),
    [
        ("He was born on 26 June 1968 in Bangor", "June", "26 June 1968"),
        ("Prints cost 10 yen a page", "10", "10 yen"),
        ("It takes 45 minutes", "45", "45 minutes"),
        ("It has 12 rooms", "12", "12"),
        ("He said that May is warm", "May", "May"),
    ],
)
def test_a_span_is_widened_to_the_whole_date_or_measure(sentence: str, span: str, whole: str) -> None:
    row = tokens(sentence, "en")
    at = next(n for n, token in enumerate(row) if token.text == span)
    first, last = whole_measure(row, at, at, "en")
    assert sentence[row[first].start : row[last].end] == whole


@pytest.mark.parametrize(
    ("language", "sentence", "times"),
    [
        ("en", "If intensity 5 is felt, it closes at 9:30 on 3 May 1987", ["9:30", "May", "1987"]),
        ("en", "It takes 45 minutes for 12 people", ["45"]),
        ("ja", "3階に2026年8月1日に開く", ["2026", "8", "1"]),
        ("ja", "毎週月曜日の午後7時まで", ["毎週", "月曜", "午後", "7"]),
    ],
)
def test_words_that_say_when(language: str, sentence: str, times: list[str]) -> None:
    row = tokens(sentence, language)
    assert [token.text for token, says in zip(row, timely(row, language), strict=True) if says] == times


def test_what_is_not_there_is_declined(library: KnowledgeBase) -> None:
    assert not library.ask("Which guitar did the president of Paraguay play in 1974?").answered
    assert not library.ask("日本銀行の総裁が生まれた都市はどこですか。").answered


@given(
    st.lists(st.text(alphabet="ab 12A.,()「」は年「東京|。", max_size=40), min_size=1, max_size=6),
    st.sampled_from(["Who was Aa?", "", "いつ？", "a"]),
    st.sampled_from(["en", "ja"]),
)
def test_any_text_can_be_weighed(texts: list[str], question: str, language: str) -> None:
    lines = [Line(text, n, -float(n), "A", "", n) for n, text in enumerate(texts)]
    weighing = weigh(ask(question, language), lines)
    assert sorted(one.line for one in weighing.lines) == list(range(len(texts)))
    assert [one.score for one in weighing.lines] == sorted((one.score for one in weighing.lines), reverse=True)
    assert 0 <= weighing.doubt <= 1
    for one in weighing.lines:
        assert 0 <= one.certainty <= one.about + 1e-6 <= 1 + 2e-6
        if one.span:
            start, end = one.span
            assert 0 <= start < end <= len(texts[one.line])
