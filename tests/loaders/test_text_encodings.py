"""Which encoding a text is in, found from its bytes alone."""

from __future__ import annotations

import codecs

import pytest

from loaders import DamagedDocument, load
from loaders._encoding import as_utf8, decode, detect_encoding

SENTENCES = {
    "cp1252": "Die schöne Frau hat Kaffee für 15,50 € gekauft – “köstlich”, sagte sie über das Menü.",
    "cp1250": "Zażółć gęślą jaźń. Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "cp1251": "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "koi8_r": "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "cp1253": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "cp1254": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler.",
    "cp949": "모든 인간은 태어날 때부터 자유로우며 "
    "그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았다.",
    "gb18030": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "cp932": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。①㈱髙橋",
    "euc_jp": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "iso2022_jp": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "utf-8": "すべての人間は、naïve café. Все люди.",
    "utf-16-le": "すべての人間は、生まれながらにして自由であり。 A plain line.\n",
    "utf-16-be": "すべての人間は、生まれながらにして自由であり。 A plain line.\n",
    "utf-32-le": "すべての人間は、 naïve café.\n",
}


@pytest.mark.parametrize("encoding", SENTENCES)
def test_a_sentence_in_each_encoding_is_read_as_written(encoding: str) -> None:
    text, found = decode(SENTENCES[encoding].encode(encoding))
    assert text == SENTENCES[encoding]
    assert load(SENTENCES[encoding].encode(encoding), "a.txt").report.encoding == found


@pytest.mark.parametrize(
    "text", ["氏名", "東京都", "ﾄｳｷｮｳﾄﾁﾖﾀﾞｸ,ﾔﾏﾀﾞﾀﾛｳ,ｼﾝｼﾞﾕｸｸ,ﾊﾅｺ,ｽｽﾞｷ,ｻﾄｳ", "値段：１００円", "品名,数\nりんご,3\n"]
)
def test_short_japanese_in_shift_jis(text: str) -> None:
    assert decode(text.encode("cp932")) == (text, "cp932")


def test_a_byte_order_mark_decides_and_a_wrong_declaration_does_not() -> None:
    text = "naïve 日本語"
    for mark, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        assert decode(mark + text.encode(encoding), "cp1252")[0] == text
    assert decode("日本語の文章です。".encode("euc_jp"), "utf-8")[0] == "日本語の文章です。"
    assert decode("“curly” – €".encode("cp1252"), "iso-8859-1")[0] == "“curly” – €"


def test_transcoding_keeps_every_character_across_pieces() -> None:
    text = "漢字と😀 and text\n" * 90_000  # more than one piece of a megabyte, cut inside characters
    for encoding in ("utf-16", "cp932", "utf-8-sig"):
        data = text.replace("😀", "絵" if encoding == "cp932" else "😀").encode(encoding)
        assert as_utf8(data, detect_encoding(data)).decode() == data.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("이름;도시\n김철수;서울\n박영희;부산\n", "cp949"),
        ("회의는 다음 주로 연기되었습니다.", "cp949"),
        ("사과: 1200 원\n우유: 950 원\n", "cp949"),
        ("姓名;城市\n张伟;北京\n李娜;上海\n", "gb18030"),
        ("会议推迟到下周举行。", "gb18030"),
        ("数量,电话\n苹果,3927\n牛奶,58\n", "gb18030"),
        ("姓名;城市\n陳大文;臺北\n林美玲;高雄\n", "big5"),
        ("氏名;都市\n佐藤太郎;札幌市\n鈴木花子;京都市\n", "euc_jp"),
        ("冷蔵庫: 3021 円\n牛乳: 198 円\n", "euc_jp"),
        ("Name;Ort\nMüller;Köln\nGroß;Düsseldorf\n", "cp850"),
        ("Prénom,Ville\nÉlodie,Besançon\nChloé,Orléans\n", "cp850"),
        ("Nombre;Ciudad\nMuñoz;Málaga\nIbáñez;León\n", "cp850"),
        ("Namn;Ort\nSjöberg;Malmö\nÅkesson;Växjö\n", "cp437"),
        ("Name;Ort\nMüller;Köln\nGroß;Düsseldorf\n", "mac_roman"),
        ("Prénom,Ville\nÉlodie,Besançon\nChloé,Orléans\n", "mac_roman"),
        ("José Muñoz\nAvenida de la Constitución 14\n41001 Málaga\n", "mac_roman"),
        ("Сыр: 40 руб.\nХлеб: 55 руб.\n", "cp1251"),
        ("Nazwisko;Miasto\nDąbrowski;Łódź\nGołąb;Kraków\n", "cp1250"),
        ("Név;Cím\nJenő Szabó;Fő tér 3\n54528 Székesfehérvár\n", "iso8859_2"),
        ("It’s here – “at last”, they said.", "cp1252"),
        ("Don’t forget l’été.", "cp1252"),
        ("Name;Straße\nMüller; Söhne;Hauptstraße 5\nSchäfer;Am Tor 3", "cp1252"),
        ("nombre;ciudad\nMuñoz;Málaga\n¿Qué?;León", "cp1252"),
        ("Preis: 5 € für alle", "cp1252"),
        ("név;város\nErdős;Győr\nSzabó;Pécs", "cp1250"),
        ("jméno;město\nDvořák;Plzeň\nNovák;Brno", "cp1250"),
        ("имя;город\nИван;Москва", "cp1251"),
    ],
)
def test_short_texts_in_encodings_that_look_alike(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_bytes_that_no_encoding_gives_are_no_text() -> None:
    with pytest.raises(DamagedDocument):
        detect_encoding(b"\x03\xbd")
