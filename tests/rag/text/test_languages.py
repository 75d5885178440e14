from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.languages import analyze, sentences


def texts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Smith paid $3.50 to J. Doe on Jan. 5. Really? Yes! The U.S. team won.",
            ["Dr. Smith paid $3.50 to J. Doe on Jan. 5.", "Really?", "Yes!", "The U.S. team won."],
        ),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Version 2.0 is out, e.g. for Linux. Get it.", ["Version 2.0 is out, e.g. for Linux.", "Get it."]),
        ("開館は九時です。本当ですか？はい！", ["開館は九時です。", "本当ですか？", "はい！"]),
        ("彼は「行く。」と言った。次の文。", ["彼は「行く。」と言った。", "次の文。"]),
        ("「休みです。」店は閉まった。", ["「休みです。」", "店は閉まった。"]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("  \n ", []),
    ],
)
def test_sentences_end_where_readers_end_them(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@given(st.text(alphabet="aB. !?。！」\n\t東京は", max_size=60))
def test_sentences_lose_only_white_space(text: str) -> None:
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(texts(text)).split()) == "".join(text.split())


def test_english_words_are_stemmed_and_stop_words_dropped() -> None:
    assert analyze("The libraries were opening").words == analyze("library, it were opens").words


def test_japanese_is_found_by_normal_forms_and_bigrams() -> None:
    found = analyze("図書館で本を借りました。いつ返しますか")
    assert {"図書", "館", "本", "借りる", "返す"} <= set(found.words)
    assert not {"で", "を", "いつ"} & set(found.words)
    assert {"図書", "書館", "借り"} <= set(found.bigrams)


def test_spellings_of_one_word_meet() -> None:
    assert analyze("ﾃﾞｰﾀ ＡＢＣ １２３").words == analyze("データ abc 123").words
    assert analyze("受付").words == analyze("受け付け").words


def test_kana_meet_in_bigrams_whichever_are_written() -> None:
    assert analyze("バラの花").bigrams[0] == analyze("ばらの花").bigrams[0] == "ばら"
    assert analyze("ﾗｰﾒﾝ").bigrams == analyze("らーめん").bigrams


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le café de Zoë", "le cafe de zoe"),
        ("l'hôpital d’Évreux", "hôpital Evreux"),
        ("O'Brien", "Brien"),
        ("Straße", "STRASSE"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_accents_and_what_stands_before_an_apostrophe_do_not_part_words(one: str, other: str) -> None:
    words = set(analyze(other).words)
    assert words
    assert words <= set(analyze(one).words)


@pytest.mark.parametrize(
    ("written", "asked"), [("한국어는 어렵다", "한국어"), ("ภาษาไทยง่าย", "ภาษาไทย"), ("हिन्दी भाषा", "हिन्दी")]
)
def test_other_scripts_are_found_by_their_words_or_their_characters(written: str, asked: str) -> None:
    text, question = analyze(written), analyze(asked)
    assert {*question.words, *question.bigrams} & {*text.words, *text.bigrams}
    assert set(question.bigrams) <= set(text.bigrams)
    assert "हिन्दी" not in asked or question.words == ("हिन्दी",)


def test_codes_and_file_names_are_terms_whole_and_in_parts() -> None:
    words = analyze("See RFC-9457 and report.pdf").words
    assert {"rfc9457", "rfc", "9457", "reportpdf", "pdf"} <= set(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wi-Fi", "wifi"),
        ("e-mails", "email"),
        ("U.S.A.", "USA"),
        ("RFC-9457", "RFC9457"),
        ("COVID‐19", "covid19"),
        ("user_name", "userName"),
        ("1,000,000", "1000000"),
        ("１，０００円", "1000円"),
        ("09:05", "9 5"),
        ("2024-01-05", "2024/1/5"),
        ("2024年1月5日", "2024-1-5"),
    ],
)
def test_numbers_dates_and_codes_meet_however_they_are_written(one: str, other: str) -> None:
    assert set(analyze(one).words) & set(analyze(other).words) - {"2024", "1", "0"}
    assert set(analyze(f"図 {one}").words) & set(analyze(f"図 {other}").words) - {"2024", "1", "0", "図"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("getUserID()", {"getuserid", "get", "user", "id"}),
        ("Windows11", {"windows11", "window", "11"}),
        ("C++ or C#", {"c++", "c#"}),
        ("3.14 and 12:30", {"3.14", "12:30"}),
        ("100, 200 and 1,2,3", {"100", "200", "1", "2", "3"}),
        ("In 1,000, he left", {"1000", "he", "left"}),
    ],
)
def test_what_codes_and_numbers_are_found_by(text: str, words: set[str]) -> None:
    assert words <= set(analyze(text).words)


def test_a_very_long_run_without_spaces_is_analyzed() -> None:
    assert len(analyze("図書館" * 20_000).words) == 40_000


def test_many_threads_analyse_at_once() -> None:
    said = [f"図書館は午前{n}時に開館し、利用者は本を{n}冊まで借りられます。" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(analyze, said * 5)) == [analyze(text) for text in said] * 5
