"""The words by which a question says what it asks of a table, in English and Japanese.

Patterns match a folded question in which each column, cell, number and period is one private character.
"""

from __future__ import annotations

import re

COLUMN, VALUE, NUMBER, PERIOD = "[\ue000-\ue3ff]", "[\ue400-\ue7ff]", "[\ue800-\uebff]", "[\uec00-\uefff]"

_SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SPELLED = {word: number for number, word in enumerate(_SPELLED, 2)}
NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")

_COUNTERS = (
    "件|個|人|名|社|行|校|本|冊|回|台|枚|か所|箇所|カ所|ヶ所|つ|組|店舗|店|軒|点|匹|頭|か国|カ国|ヶ国|"
    "都市|チーム|品目|日"
)
_UNIT = rf"\s*(?:%|yen|dollars?|euros?|percent|円|ドル|ユーロ|歳|才|パーセント|(?:{_COUNTERS}))?"
_DEAR, _CHEAP = "most expensive|priciest|costliest|dearest", "least expensive|cheapest"
_HIGH = f"{_DEAR}|highest|largest|biggest|greatest|maximum|max|top|most|longest|best|heaviest|tallest"
_LOW = f"{_CHEAP}|lowest|smallest|least|fewest|minimum|min|shortest|worst|lightest|youngest"
_HIGH_JA = "高い|大きい|多い|長い|重い|高かった|多かった|大きかった|高額な?|高価な?"
_LOW_JA = "低い|小さい|少ない|短い|安い|軽い|若い|低かった|少なかった|小さかった|安価な?"
_FIRST_JA = "(?:最も|もっとも|一番|いちばん)"

BETWEEN = (
    rf"(?:between|from) (?P<low>{NUMBER}){_UNIT} (?:and|to) (?P<high>{NUMBER}){_UNIT}",
    rf"(?P<low>{NUMBER}){_UNIT}(?:から|〜|~|以上)(?P<high>{NUMBER}){_UNIT}(?:まで|以下|の間)",
)
COMPARISONS: tuple[tuple[str, str], ...] = (
    (">=", rf"(?:at least|no (?:less|fewer) than|not (?:less|fewer) than|minimum of|>=|≥) (?P<n>{NUMBER}){_UNIT}"),
    ("<=", rf"(?:at most|no more than|not more than|up to|maximum of|<=|≤) (?P<n>{NUMBER}){_UNIT}"),
    (">=", rf"(?P<n>{NUMBER}){_UNIT} or (?:more|higher|over|above|greater)"),
    ("<=", rf"(?P<n>{NUMBER}){_UNIT} or (?:less|fewer|lower|under|below)"),
    (
        ">",
        rf"(?:(?:more|greater|higher|larger|bigger|longer|older) than|over|above|exceed(?:s|ing)?|>)"
        rf" ?(?P<n>{NUMBER}){_UNIT}",
    ),
    (
        "<",
        rf"(?:(?:less|fewer|lower|smaller|shorter|younger|cheaper) than|under|below|<) ?(?P<n>{NUMBER}){_UNIT}",
    ),
    (">=", rf"(?P<n>{NUMBER}){_UNIT}以上"),
    ("<=", rf"(?P<n>{NUMBER}){_UNIT}以下"),
    ("<", rf"(?P<n>{NUMBER}){_UNIT}(?:未満|より(?:も)?(?:{_LOW_JA}|小さな|下))"),
    (">", rf"(?P<n>{NUMBER}){_UNIT}(?:を?(?:超え|越え|上回)(?:る|た|ている)?|超|より(?:も)?(?:{_HIGH_JA}|大きな|上))"),
    ("=", rf"(?:exactly|equal to|equals|=) ?(?P<n>{NUMBER}){_UNIT}"),
    ("=", rf"ちょうど(?P<n>{NUMBER}){_UNIT}"),
)
"""Comparison and pattern; earlier ones go first: "at least 3" before "3"."""
BEFORE_COMPARISON = (
    r"(?:\s*\b(?:that|which|who|is|are|was|were|has|have|had|of|being|column|value)\b)*\s*|(?:の値)?[がはをも、]?"
)
"""What may stand between a column and what it is compared with."""
AFTER_COMPARISON = r"\s*(?:\b(?:of|in|for|on)\b\s*)?(?:\bthe\b\s*)?|の"

PERIODS: tuple[tuple[str, str], ...] = (
    (">", rf"\bafter (?P<p>{PERIOD})|(?P<p2>{PERIOD})(?:より(?:後|あと)|の?後)"),
    (">=", rf"\b(?:since|from|on or after) (?P<p>{PERIOD})|(?P<p2>{PERIOD})(?:以降|以後|から)"),
    ("<", rf"\bbefore (?P<p>{PERIOD})|(?P<p2>{PERIOD})(?:より前|の?前)"),
    ("<=", rf"\b(?:until|by|up to) (?P<p>{PERIOD})|(?P<p2>{PERIOD})(?:以前|まで)"),
    ("between", rf"(?:\b(?:in|during|on|of|for) )?(?P<p>{PERIOD})(?:の間|中)?(?P<p2>)"),
)

GROUPS = (
    rf"\b(?:per|for each|in each|of each|for every|in every|each|every|grouped by|broken down by) (?P<c>{COLUMN})",
    rf"(?P<c>{COLUMN})(?:ごと|毎|別)(?:の|に|で)?",
    rf"各(?P<c>{COLUMN})(?:の|ごとの|に|で)?",
)
BY = rf"\bby (?P<c>{COLUMN})"
TOP = (
    (True, rf"\btop (?P<n>{NUMBER})|(?P<n2>{NUMBER}) (?:{_HIGH})\b"),
    (False, rf"\bbottom (?P<n>{NUMBER})|(?P<n2>{NUMBER}) (?:{_LOW})\b"),
    (True, rf"(?:上位|トップ|ベスト)(?P<n>{NUMBER})(?:位|件|つ|名|人|社|個)?(?P<n2>)"),
    (False, rf"(?:下位|ワースト)(?P<n>{NUMBER})(?:位|件|つ|名|人|社|個)?(?P<n2>)"),
)
_MOST_JA = rf"{_FIRST_JA}\s*(?:{COLUMN}\s*[がの]\s*)?"
EXTREMES = (
    (True, rf"\b(?:{_HIGH})\b"),
    (False, rf"\b(?:{_LOW})\b"),
    (True, rf"{_MOST_JA}(?:{_HIGH_JA})|最大値?|最高値?|最高額|最多|最長"),
    (False, rf"{_MOST_JA}(?:{_LOW_JA})|最小値?|最低値?|最低額|最少|最短|最安値?"),
)
_PRICE = r"\b(?:prices?|costs?|fees?|fares?|rents?)\b|価格|値段|料金|単価|代金|費用|家賃"
_HEIGHT = r"\b(?:heights?|elevation|altitude)\b|標高|身長|高さ"
IMPLIED: tuple[tuple[str, str], ...] = (
    (rf"\b(?:{_DEAR}|{_CHEAP})\b|安い|最安|高価|安価", _PRICE),
    (r"\b(?:heaviest|lightest)\b|重い|軽い", r"\b(?:weight|mass)\b|重量|重さ|体重|質量"),
    (r"\byoungest\b|若い", r"\bage\b|年齢|歳"),
    (r"\btallest\b", _HEIGHT),
)
"""Words that say of which column they are the most or the least, and how such a column is called."""
HIGH_OF_SOMETHING, HIGH_COLUMNS = "高い", rf"{_PRICE}|{_HEIGHT}"
"""What a thing that is 高い is high in, where the question does not say."""
LATEST = (
    (True, r"\b(?:latest|last|most recent|newest)\b|最新|最も新しい|一番新しい"),
    (False, r"\b(?:earliest|oldest)\b|最古|最も古い|一番古い"),
)
COMMONEST = r"\bmost (?:common|frequent|often|frequently)\b"
OFTEN = r"\bmost (?:common|frequent|often|frequently)\b|\bmost\b|最も多い|もっとも多い|一番多い|最多"
AGGREGATES = (
    ("avg", r"\b(?:on average|average|mean)\b|平均(?:値|額|すると|して|的な)?"),
    ("median", r"\bmedian\b|中央値"),
    (
        "sum",
        r"\b(?:the )?(?:in total|sum total|sum|total|totals|altogether|combined|add up|overall)\b(?: (?:of|up))?"
        r"|合計(?:値|額|すると|して|で)?|総計|総額|総和|合わせて|全部で|トータル(?:で)?",
    ),
)
DISTINCT = r"\b(?:different|distinct|unique)\b|何種類|種類(?:の数|数)|異なる|重複を?除(?:く|いた|いて)"
COUNT = (
    r"\bhow many\b|\b(?:total )?(?:number|count) of\b|\bcount\b(?: of)?"
    rf"|何(?:{_COUNTERS})|いくつ|幾つ|件数|個数|行数|レコード数|データ数|の数(?=[はをが、。?]|$)"
)
COMPUTES = "|".join((COUNT, DISTINCT, *(p for _, p in (*AGGREGATES, *EXTREMES, *LATEST)), r"\bper\b|ごと|別の|差|割合"))
"""Says that something is computed, whatever else the question says."""
HOW_MUCH = "いくつ|幾つ"
"""How many, or what figure: it depends on whether there is one to be computed."""
ASKS = (
    r"\b(?:what|which|who|whose|where|when|how much|how many|list|show|give|find|tell|name|calculate|compute)\b"
    r"|何|いくつ|いくら|どこ|誰|だれ|いつ|どの|どれ|どんな|どちら|教え|一覧|列挙|挙げ|調べ|求め|計算|は[?。]?$"
)
YES_OR_NO = r"^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|may)\b(?! you| u )"
EITHER = r"\bor\b|または|もしくは|あるいは"
NAMED = r"\b(?:named|called)\b|という(?:名前)?"

PERSON = re.compile(
    r"\b(?:name|employee|person|member|staff|student|customer|patient)\b|名前|氏名|社員|職員|会員|生徒|患者|顧客名"
)
PEOPLE = r"\b(?:people|persons?|employees|members)\b|(?<![本個他])(?:人|方)(?!口|気|数)"
ROWS = r"\b(?:rows?|records?|entries|entry|items?|lines?|cases|data points?)\b|レコード|データ|項目|エントリー?"
COMMON = re.compile(
    r"\b(?:a|an|the|of|in|on|at|for|to|from|by|with|and|or|is|are|was|were|be|been|do|does|did|has|have|had|there|it|"
    r"its|their|they|that|this|these|those|which|who|whose|what|where|when|how much|how many|list|show|give|"
    r"find|tell|me|us|please|can|could|you|i|all|any|exist|exists|listed|shown|recorded|included|contained|held|"
    r"located|table|file|sheet|data|dataset|csv|spreadsheet|column|value|values|belong|belongs|belonging|take|"
    r"takes|taking|among|within|across|according|calculate|compute|name|names|number|amount|as|s|so|far|get|"
    r"know|want|would|like|about|contain|contains|include|includes|show|shows|say|says|if|then|we|our|my|your|"
    r"his|her)\b"
)
"""Words that may be left over: none of them says which rows or what of them."""
_CUE_WORDS = """
    a an the of in on at for to from by with and or is are was were be been do does did has have had there it
    its that this these those which who whose what where when how many much list show give find tell me us
    please can could you i all any table file sheet data column value values number amount count total sum
    average mean median max min maximum minimum highest lowest largest smallest biggest greatest most least
    fewest top bottom best worst more less over under above below between than each every per different distinct
    unique row rows record records entry entries item items latest last first earliest longest shortest not no
    name named called as if then we our my your his her up so far get know want would like about may about after
    before since until during one same other only both yes date time year month day new old long short high low
    big small 合計 平均 最大 最小 最高 最低 最多 最少 件数 個数 総数 総額 全部 合 計 何 数 人 件 個 名 年 月 日
    行 表 値
"""
CUE_WORDS = frozenset(_CUE_WORDS.split())
"""No cell and no part of a column's name is taken to be meant by these alone."""
_COMMON_JAPANESE = """
    有る 居る 為る 成る 下さる 教える 値 表 データ ファイル シート 行 件 内 中 もの 物 事 方 全体 全て 全部 全員 其々
    何 幾つ 幾ら 居り 在る 御座る 入る 含む 含まれる 所 場合 登録 記載 掲載 持つ 調べる 求める 計算 挙げる 列挙
    一覧 名前 示す 知る 欲しい 出す 御 お ご 数 列 欄 項目 対する 就く おける 於く 該当 行う 行なう 頂く 貰う
    くれる 願う 言う
"""
COMMON_JAPANESE = frozenset(_COMMON_JAPANESE.split())
"""Japanese words in Sudachi's normalised form that may be left over."""
