"""Questions put as people put them, with answers counted by hand; and those that no table answers."""

from __future__ import annotations

from decimal import Decimal

from benchmarks.table_questions import Expected, Question

_MLB = "csv/langchain-community__mlb_teams_2012.csv"
_CITIES = "csv/world-cities__world-cities.csv"
_STAFF = "csv/markitdown__test_mskanji.csv"
_ORDERS = "csv/langchain-community__example-non-utf8.csv"
_CONTRACT = "xlsx/kotaemon__dummy.xlsx"
_CUPS = "csv/unstructured__stanley-cups.tsv"


def _rows(*rows: tuple[str, ...]) -> Expected:
    return frozenset(rows)


_ANSWERED: tuple[tuple[str, str, Expected], ...] = (
    (_MLB, "How many teams had a payroll above 100 million?", None),
    (_MLB, "how many teams have a payroll over 100", Decimal(9)),
    (_MLB, "Which teams have fewer than 62 wins?", _rows(("Cubs",), ("Astros",))),
    (_MLB, "Top 3 teams by payroll", _rows(("Yankees", "197.96"), ("Phillies", "174.54"), ("Red Sox", "173.18"))),
    (_MLB, "How many wins did the Red Sox have?", Decimal(69)),
    (_MLB, "What was the payroll of the Cubs and the Astros?", _rows(("Cubs", "88.19"), ("Astros", "60.65"))),
    (_MLB, "What's the total payroll of all teams with at least 90 wins?", Decimal("883.91")),
    (_MLB, "On average, how many wins did the teams have?", Decimal(81)),
    (_MLB, "Can you tell me which team had the lowest payroll?", _rows(("Padres", "55.24"))),
    (_MLB, "How many teams won exactly 88 games?", None),
    (_MLB, "payroll が100を超える Team はいくつありますか", Decimal(9)),
    (_CITIES, "How many cities are there in Norway?", Decimal(41)),
    (_CITIES, "how many cities in norway and sweden", Decimal(150)),
    (_CITIES, "How many cities are in Hokkaido?", Decimal(49)),
    (_CITIES, "How many subcountries does Japan have?", Decimal(47)),
    (_CITIES, "Which country is Sapporo in?", _rows(("Sapporo", "Japan"))),
    (
        _CITIES,
        "Which three countries have the most cities?",
        _rows(("India", "3780"), ("United States", "3407"), ("Brazil", "2349")),
    ),
    (_CITIES, "Which country has the largest number of cities?", _rows(("India", "3780"))),
    (_STAFF, "一番年齢が高い人は誰ですか？", _rows(("髙橋淳", "35"))),
    (_STAFF, "名古屋に住んでいる人は？", None),
    (_STAFF, "三木英子さんの住所はどこですか", _rows(("三木英子", "大阪"))),
    (_STAFF, "全員の平均年齢を教えてください", Decimal(30)),
    (_ORDERS, "バリー・フレンチの売上の合計はいくらですか", Decimal("504.52")),
    (_ORDERS, "送料が5より安い製品は何件ありますか？", Decimal(3)),
    (_ORDERS, "一番売上が低い製品は何ですか", _rows(("SAFCO 業務用ワイヤーシェルフ ブラック", "-695.26"))),
    (_ORDERS, "家電製品の価格の合計を教えて", Decimal("229.94")),
    (_ORDERS, "R380の売上は？", _rows(("R380", "1198.97"))),
    (_CONTRACT, "契約者番号を教えてください", _rows(("契約者番号", "12345678"))),
    (_CONTRACT, "保険期間は何年ですか", _rows(("保険期間", "20年"))),
    (_CUPS, "How many Stanley Cups have the Maple Leafs won?", Decimal(13)),
)
_NOT_ANSWERED: tuple[tuple[str, str], ...] = (
    (_MLB, "How many games did the Yankees lose?"),
    (_MLB, "Who is the manager of the Yankees?"),
    (_MLB, "What was the payroll of the Yankees in 2013?"),
    (_MLB, "Which team has the second highest payroll?"),
    (_MLB, "How much more did the Yankees pay than the Red Sox?"),
    (_MLB, "What is the correlation between payroll and wins?"),
    (_MLB, "Did the Yankees win more games than the Reds?"),
    (_MLB, "How many teams are in the National League?"),
    (_MLB, "Which teams are not over 90 wins?"),
    (_MLB, "Why did the Yankees have the highest payroll?"),
    (_MLB, "How many players does a team have?"),
    (_CITIES, "How many people live in Norway?"),
    (_CITIES, "How many cities are in Europe?"),
    (_CITIES, "What is the capital of Japan?"),
    (_CITIES, "Which is the largest city in Japan?"),
    (_CITIES, "How many cities in Norway are near the sea?"),
    (_CITIES, "How many cities outside Japan are there?"),
    (_STAFF, "東京以外に住んでいる人は何人ですか"),
    (_STAFF, "佐藤太郎の給与はいくらですか"),
    (_STAFF, "佐藤太郎と三木英子の年齢の差は？"),
    (_STAFF, "2番目に年齢が高い人は誰ですか"),
    (_ORDERS, "昨年の売上の合計はいくらですか"),
    (_ORDERS, "売上が最も伸びた製品は何ですか"),
    (_ORDERS, "東京の売上の合計は？"),
    (_ORDERS, "返品された製品は何件ですか"),
    (_CONTRACT, "契約者の勤務先はどこですか"),
    (_CUPS, "How many Stanley Cups have the Bruins won?"),
)


def by_hand() -> list[Question]:
    """All of them; those of the first group that no table answers in its own words may be left alone, not more."""
    answered = [Question("by hand", text, file, expected) for file, text, expected in _ANSWERED]
    return answered + [Question("by hand, no answer", text, file, None) for file, text in _NOT_ANSWERED]
