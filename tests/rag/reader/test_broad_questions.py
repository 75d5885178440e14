"""Broad questions and definitions, in both languages alike: the section that is named, the list that is announced."""

from __future__ import annotations

import pytest

from rag import KnowledgeBase
from rag.reader.breadth import is_broad, topic_of
from rag.reader.definitions import defines
from rag.reader.questions import ask

HARBOUR = """# Harbour handbook

The harbour handbook is for everyone who works on the quay.

## 1. Rules for visitors

Whoever comes on foot keeps to these rules:

- Dogs stay on a lead.
- Nobody swims in the basin.
- The crane is not touched.

## 2. Mooring

A mooring is a place where a ship is tied up. Moorings are let by the year, and the harbour master keeps a list of them.
The quay was paved in 1931. Visitors often ask about the rules of the road, which the police explain.

## 3. What may not be landed

- Live cattle
- Fireworks
"""
PORT = """# 港の手引き

この手引きは、岸壁で働く人のためのものです。

## 第1条 見学者の規則

歩いて来る人は、次の規則を守ってください。

- 犬はひもでつないでおく。
- 船だまりで泳がない。
- クレーンに触らない。

## 第2条 係留

係留とは、船をつないでおくことです。係留場所は一年ごとに貸し、港長が名簿を作ります。
岸壁は1931年に舗装されました。見学者は交通規則についてもよく尋ねますが、それは警察が説明します。

## 第3条 陸揚げの禁止事項

- 生きた牛
- 花火
"""


@pytest.fixture
def library(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(HARBOUR.encode(), "harbour.md")
    kb.add(PORT.encode(), "port.md")
    return kb


def told(library: KnowledgeBase, question: str) -> list[str]:
    return [sentence.text.strip() for sentence in library.ask(question).sentences]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "What are the rules for visitors?",
            [
                *("Whoever comes on foot keeps to these rules:", "Dogs stay on a lead.", "Nobody swims in the basin."),
                "The crane is not touched.",
            ],
        ),
        ("What may not be landed?", ["Live cattle", "Fireworks"]),
        (
            "見学者の規則は何ですか？",
            [
                *("歩いて来る人は、次の規則を守ってください。", "犬はひもでつないでおく。", "船だまりで泳がない。"),
                "クレーンに触らない。",
            ],
        ),
        ("陸揚げが禁止されているものは何ですか？", ["生きた牛", "花火"]),
    ],
)
def test_a_section_that_the_question_names_is_the_answer(
    library: KnowledgeBase, question: str, expected: list[str]
) -> None:
    answer = library.ask(question)
    assert [sentence.text.strip() for sentence in answer.sentences] == expected
    assert answer.confidence >= 0.6


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is a mooring?", "A mooring is a place where a ship is tied up."),
        ("係留とは何ですか？", "係留とは、船をつないでおくことです。"),
    ],
)
def test_a_definition_stands_before_sentences_that_only_use_the_word(
    library: KnowledgeBase, question: str, first: str
) -> None:
    assert told(library, question)[0] == first


@pytest.mark.parametrize(
    "question", ["Which rules do people keep to who come on foot?", "歩いて来る人が守るのは何ですか？"]
)
def test_a_list_follows_the_sentence_that_announces_it(library: KnowledgeBase, question: str) -> None:
    sentences = told(library, question)
    assert len(sentences) >= 4
    assert sentences[0].endswith((":", "。"))


@pytest.mark.parametrize(
    ("question", "broad"),
    [
        ("What are the rules of ownership?", True),
        ("What services does the library offer?", True),
        ("What may not be printed?", True),
        ("Tell me about the pier.", True),
        ("Who wrote the rules?", False),
        ("When was the pier built?", False),
        ("What is the price of a card?", False),
        ("所有権の規則は何ですか？", True),
        ("どんな活動がありますか？", True),
        ("応募の条件を教えてください。", True),
        ("会議室には何がありますか？", True),
        ("規則を書いたのは誰ですか？", False),
        ("会費はいくらですか？", False),
    ],
)
def test_what_asks_for_more_than_one_thing(question: str, broad: bool) -> None:
    assert is_broad(ask(question, "en" if question.isascii() else "ja")) == broad


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What is a mooring?", "mooring"),
        ("What is site reliability engineering?", "site reliability engineering"),
        ("What is the price of a card?", ""),
        ("Who is it?", ""),
        ("係留とは何ですか？", "係留"),
        ("係留とは？", "係留"),
        ("係留はいつですか？", ""),
    ],
)
def test_what_is_to_be_defined(question: str, topic: str) -> None:
    assert topic_of(ask(question, "en" if question.isascii() else "ja")) == topic


@pytest.mark.parametrize(
    ("topic", "sentence", "language", "expected"),
    [
        ("mooring", "A mooring (berth) is a place for ships.", "en", True),
        ("slo", "Such a target is called an SLO.", "en", True),
        ("tenkyo", "Tenkyo Corporation is a maker of lamps.", "en", True),
        ("mooring", "The mooring is not for sale.", "en", False),
        ("mooring", "He paid for the mooring.", "en", False),
        ("係留", "係留（けいりゅう）とは船をつなぐことをいう。", "ja", True),
        ("素性", "予測に使う情報は「素性」と呼ぶ", "ja", True),
        ("係留", "係留の料金は前払いです。", "ja", False),
    ],
)
def test_sentences_that_define(topic: str, sentence: str, language: str, expected: bool) -> None:
    assert defines(topic, sentence, language) == expected


def test_the_rest_of_a_long_section_and_the_opening_of_a_document_come_too(kb: KnowledgeBase) -> None:
    duties = "\n".join(
        f"- Duty {n}: the keeper looks after lamp number {n} on the pier, day and night." for n in range(9)
    )
    filler = "\n\n".join(f"The lighthouse is named in report {n}, which says that the lamp was lit." for n in range(40))
    opening = "# Lighthouse\n\nA lighthouse is a tower with a lamp."
    text = f"{opening}\n\n## Reports\n\n{filler}\n\n## Duties of the keeper\n\n{duties}"
    kb.add(text.encode(), "lighthouse.md")
    assert told(kb, "What is a lighthouse?")[0] == "A lighthouse is a tower with a lamp."
    hits = kb.ask("What are the duties of the keeper?").hits
    together = "\n".join(hit.chunk.text for hit in hits)
    assert all(f"Duty {n}:" in together for n in range(9))
