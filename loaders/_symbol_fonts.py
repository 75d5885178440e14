"""Characters of the fonts Symbol and Wingdings, which have no Unicode of their own, as what they look like."""

from __future__ import annotations

# Adobe's Symbol encoding from 0x20 on, as its Unicode mapping (ADOBE/symbol.txt) has it; "\0" has no counterpart.
_SYMBOL = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\0〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
# Wingdings: what people use in documents.
_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆",
    0x76: "❖", 0x77: "◆", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    **{0x80 + n: chr(0x2460 + n - 1) for n in range(1, 11)}, 0x80: "⓪",
    **{0x8B + n: chr(0x2776 + n - 1) for n in range(1, 11)}, 0x8B: "⓿",
}  # fmt: skip


def symbol(code: int, font: str) -> str:
    """A character of a symbol font by its code (0xF061 and 0x61 are the same); "" where it has no counterpart."""
    private = 0xE000 <= code < 0xF900
    low = code & 0xFF
    if font.lower().startswith("wingdings"):
        return _WINGDINGS.get(low, "") if font.lower() == "wingdings" else ""
    if font.lower().startswith("symbol"):
        if 0x20 <= low < 0x20 + len(_SYMBOL):
            return _SYMBOL[low - 0x20]
        return _SYMBOL_HIGH[low - 0xA0 :][:1].replace("\0", "") if low >= 0xA0 else ""
    return "" if private else chr(code)


def bullet(character: str, font: str) -> str:
    """A private character that begins a line, as what it looks like: the fonts of PDFs have names of many forms."""
    plain = font.rsplit("+", 1)[-1].lower()
    family = "wingdings" if plain.startswith("wingdings") and not plain.startswith(("wingdings2", "wingdings3")) else ""
    if not family and (plain.startswith(("symbol", "opensymbol")) or character == "\uf0b7"):
        family = "symbol"
    return (symbol(ord(character), family) if family else "") or character


def readable(text: str, font: str) -> str:
    """Text with its private characters (0xF020 to 0xF0FF) as those of its font."""
    if not any("\uf020" <= c <= "\uf0ff" for c in text):
        return text
    known = font.lower().startswith(("symbol", "wingdings"))
    return "".join(symbol(ord(c), font) if known and "\uf020" <= c <= "\uf0ff" else c for c in text)
