"""Large tables: records are made when they are asked for, and are the same as when read at once."""

from __future__ import annotations

import csv
import io
import itertools
import pickle
import random
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loaders import Document, load

HEADER = ["id", "city, ward", "remark", "量"]


def table(rows: int, line_end: str = "\r\n") -> tuple[bytes, list[list[str]]]:
    """A CSV with quotes, line breaks in fields, empty values and blank lines; and its records."""
    chance = random.Random(3)
    remarks = ["plain", 'said "no"', "two\nlines", "", "a, b", "100%", "終わり", " padded "]
    records = [[str(n), f"区{n % 23}", chance.choice(remarks), chance.choice(["1.50", "", "007"])] for n in range(rows)]
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator=line_end)
    writer.writerow(HEADER)
    for n, record in enumerate(records):
        writer.writerow(record)
        if n % 1000 == 999:
            target.write(line_end)
    return target.getvalue().encode(), records


def expected(record: list[str]) -> str:
    values = [" ".join(value.split()) for value in record]
    return " | ".join(f"{name}: {value}" for name, value in zip(HEADER, values, strict=True) if value)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_record_of_a_table_of_many_segments(line_end: str) -> None:
    data, records = table(30_000, line_end)
    document = load(data, "a.csv")
    assert len(document.blocks) == len(records)
    assert [block.text for block in document.blocks] == [expected(record) for record in records]
    rows = [2 + n + n // 1000 for n in range(len(records))]
    assert [block.location.row for block in document.blocks] == rows
    for n in (0, 17_123, 29_999, -1, -30_000):
        assert document.blocks[n] == list(document.blocks)[n]
    assert [block.text for block in document.blocks[9_998:10_003]] == [expected(r) for r in records[9_998:10_003]]
    with pytest.raises(IndexError):
        document.blocks[30_000]
    assert document.report.characters == sum(len(expected(record)) for record in records)
    assert document.report.tables == len(records)


def test_a_table_travels_between_processes_as_its_bytes() -> None:
    data, records = table(5_000)
    pickled = pickle.dumps(load(data, "a.csv"))
    document: Document = pickle.loads(pickled)
    assert document.blocks[4_321].text == expected(records[4_321])
    assert len(pickled) < 1.2 * len(data)


def test_memory_does_not_grow_with_the_table() -> None:
    data, records = table(100_000)
    del records  # 30 MB as lists of strings; so are the blocks if they are all made at once
    load(data[:1000], "a.csv")  # what is imported on the first load does not count
    tracemalloc.start()
    document = load(data, "a.csv")
    assert sum(len(block.text) for block in document.blocks) == document.report.characters
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def test_a_table_in_utf16_with_suspicious_text_is_reported() -> None:
    rows = "".join(f"{n},cafÃ©\n" for n in range(2000))
    document = load(f"id,name\n{rows}".encode("utf-16"), "a.csv")
    assert document.report.encoding == "utf-16"
    assert document.report.suspicious == {"mojibake": 4000}


@settings(max_examples=60, deadline=None)
@example([["", "a|", ""], ["a", "", ""], ["a", "", ""], ["a", "", ""]])  # a bar is the value's own
@given(
    st.lists(
        st.lists(st.text(alphabet='ab, "\n漢ｱ\u3000%|', max_size=6), min_size=3, max_size=3), min_size=2, max_size=30
    )
)
def test_no_value_is_lost(records: list[list[str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows([["x", "y", "z"], *records, ["end", "end", "end"]])
    text = "\n".join(block.text for block in load(target.getvalue().encode(), "a.csv").blocks)
    for value in itertools.chain.from_iterable(records):
        assert " ".join(value.split()) in text


def test_without_a_header_an_empty_value_keeps_its_place() -> None:
    blocks = load(b"2026-01-01,12.5,OK\n2026-01-02,,FAIL\n2026-01-03,13.0,\n", "a.csv").blocks
    assert [block.text for block in blocks] == ["2026-01-01 | 12.5 | OK", "2026-01-02 |  | FAIL", "2026-01-03 | 13.0"]
