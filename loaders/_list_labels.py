"""The numbers of numbered lists and headings in the ways that Office writes them (ECMA-376 part 1, 17.18.59)."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壱弐参四伍六七八九"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_IDEOGRAPH_CIRCLES = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_LARGEST = 3999
_IDEOGRAPHIC = frozenset(
    ["japaneseCounting", "japaneseDigitalTenThousand", "chineseCounting", "chineseCountingThousand"]
)


def label(number: int, form: str) -> str:
    """A number in a form of Office ("decimal", "upperRoman", "iroha"); plain digits where the form is not known."""
    if not 0 < number <= _LARGEST:
        return str(number)
    if form in ("upperRoman", "lowerRoman"):
        return _cased(_roman(number), form)
    if form in ("upperLetter", "lowerLetter"):
        return _cased(chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1), form)
    if form.startswith(("aiueo", "iroha")):
        letters = _AIUEO if form.startswith("aiueo") else _IROHA
        return letters[(number - 1) % len(letters)]
    if form in _IDEOGRAPHIC:
        return _ideographs(number, _DIGITS, "十百千")
    return _digits(number, form)


def _digits(number: int, form: str) -> str:
    if form == "decimalZero":
        return f"{number:02}"
    if form == "ordinal":
        return f"{number}{_ordinal_ending(number)}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return str(number).translate(_FULL_WIDTH)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and number <= 20:
        return chr(0x245F + number)
    if form == "ideographEnclosedCircle" and number <= len(_IDEOGRAPH_CIRCLES):
        return _IDEOGRAPH_CIRCLES[number - 1]
    if form == "ideographDigital":
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form == "japaneseLegal":
        return _ideographs(number, _LEGAL, "拾百阡")
    return f"- {number} -" if form == "numberInDash" else str(number)


def _cased(text: str, form: str) -> str:
    return text.upper() if form.startswith("upper") else text


def _roman(number: int) -> str:
    parts: list[str] = []
    for worth, letters in _ROMAN:
        parts.append(letters * (number // worth))
        number %= worth
    return "".join(parts)


def _ideographs(number: int, digits: str, units: str) -> str:
    """十二, 二百三; a one before ten, hundred and thousand is not written."""
    parts: list[str] = []
    for power in (3, 2, 1):
        digit, number = divmod(number, 10**power)
        if digit:
            parts.append(("" if digit == 1 and digits is _DIGITS else digits[digit]) + units[power - 1])
    return "".join([*parts, digits[number] if number else ""])


def _ordinal_ending(number: int) -> str:
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
