"""Vertical Japanese writing as Chromium prints it: ruby beside words, a last line of two characters."""

from __future__ import annotations

from loaders._pdf_lines import Cell, Line
from loaders._pdf_order import ordered, without_ruby


def _downwards(text: str, right: float, top: float, size: float = 11.0) -> Line:
    left, bottom = right - size, top + size * len(text)
    cells = (Cell(0, len(text), left, right),)
    return Line(1, text, left, top, right, bottom, -right, top, bottom, size, False, True, False, cells)


def test_ruby_beside_a_vertical_line_is_left_out() -> None:
    line, ruby = _downwards("司書の山田さんは、毎朝", 300, 60), _downwards("やまだ", 306, 93, 5.5)
    kana = _downwards("おはようございます", 280, 60)
    assert without_ruby([line, ruby, kana]) == [line, kana]


def test_a_last_line_of_two_characters_is_written_downwards_as_the_lines_before_it() -> None:
    lines = [_downwards("最後の段落はここで終わ", 300, 60), _downwards("この段落の前の段落である", 320, 60)]
    last = Line(1, "る。", 272, 60, 280, 74, 79, 272, 280, 11.0, False, False, False, (Cell(0, 2, 272, 280),))
    found = ordered([lines[1], lines[0], last])
    assert [line.text for line in found] == [lines[1].text, lines[0].text, "る。"]
    assert (found[2].vertical, found[2].base, found[2].begin) == (True, -280, 60)
