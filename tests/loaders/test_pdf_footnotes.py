"""Footnotes at the end of a page, and small print that is none."""

from __future__ import annotations

from collections.abc import Callable

from loaders import load

Text = tuple[float, float, float, str]
Pdf = Callable[..., bytes]


def _prose(x: float, top: float, count: int, first: str = "the ship came in") -> list[Text]:
    return [(x, top - 12 * n, 10, f"{first} and went out with the tide again") for n in range(count)]


def _read(data: bytes) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in load(data, "a.pdf").blocks]


def test_footnotes_are_notes_and_come_after_the_paragraph_that_goes_on_over_the_page(pdf: Pdf) -> None:
    notes = [(60, 120, 7, "1All ships over"), (60, 112, 7, "5 thousand tons."), (60, 104, 7, "2 See the register.")]
    found = _read(pdf([*_prose(60, 700, 4, "ships"), *notes], _prose(60, 700, 3, "they say")))
    assert [kind for kind, _ in found] == ["paragraph", "note", "note"]
    assert found[0][1].count("ships and") == 4
    assert found[0][1].count("they say and") == 3
    assert [text for _, text in found[1:]] == ["1All ships over 5 thousand tons.", "2 See the register."]


def test_each_column_may_have_its_footnotes(pdf: Pdf) -> None:
    left = [*_prose(40, 700, 6, "left"), (40, 140, 7, "1 A note of the left.")]
    right = [*_prose(320, 700, 6, "right"), (320, 140, 7, "2 A note of the right.")]
    found = _read(pdf([*left, *right]))
    assert [text for kind, text in found if kind == "note"] == ["1 A note of the left.", "2 A note of the right."]
    assert sum(text.count("left and") for kind, text in found if kind == "paragraph") == 6


def test_small_print_between_the_text_or_without_a_mark_is_none(pdf: Pdf) -> None:
    small = [(60, 400, 7, "1 A small line in the middle."), (60, 100, 7, "Printed in Leeds on 3 May.")]
    found = _read(pdf([*_prose(60, 700, 4), small[0], *_prose(60, 300, 4), small[1]]))
    assert "note" not in {kind for kind, _ in found}
    assert {text for _, text in found} >= {small[0][3], small[1][3]}
