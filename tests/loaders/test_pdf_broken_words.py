"""Hyphens at the ends of lines: some are the word's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loaders import load


@pytest.mark.parametrize(
    ("first", "second", "elsewhere", "word"),
    [
        ("much infor-", "mation on it", "", "information"),
        ("is well-", "known to all", "", "well-known"),
        ("a long-", "term plan", "", "long-term"),
        ("with twenty-", "five members", "", "twenty-five"),
        ("a two-", "thirds majority", "", "two-thirds"),
        ("all seven-", "teen of them", "", "seventeen"),
        ("an e-", "mail to them", "", "e-mail"),
        ("state-of-", "the-art", "", "state-of-the-art"),
        ("a dual-", "encoder model", "The dual-encoder, as it is", "dual-encoder"),
        ("the co-", "operation of all", "Their cooperation is", "cooperation"),
        ("the knight-", "commander rode", "Her knight-commander", "knight-commander"),
        ("the Franco-", "Prussian war", "", "Franco-Prussian"),
    ],
)
def test_the_hyphen_of_a_broken_word(
    pdf: Callable[..., bytes], first: str, second: str, elsewhere: str, word: str
) -> None:
    lines = [(50, 700, 10, "Some words stand here before " + first), (50, 688, 10, second + " and some after.")]
    other = [(50, 600, 10, elsewhere)] if elsewhere else []
    block = load(pdf([*lines, *other]), "a.pdf").blocks[0]
    assert word in block.text.split()
    for box in block.location.boxes:
        assert block.text[box.start : box.end] in {line[3] for line in lines} | {line[3].rstrip("-") for line in lines}
