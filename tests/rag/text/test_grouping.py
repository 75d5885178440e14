from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag import AskOptions
from rag.text.grouping import grouped, regrouped
from tests.conftest import Open

LIBRARY = {
    *("03-1234-5678", "0451987654", "120-4455", "1204455", "81-3-5512-0147", "3", "9876", "5432", "2024-01-05"),
    *("1234567.89", "123456789", "10-120-3040", "123-4567", "345-6789"),
}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Whose number is 0312345678?", "Whose number is 03-1234-5678?"),
        ("電話番号０３１２３４５６７８は誰の？", "電話番号03-1234-5678は誰の？"),
        ("0312-34-5678", "03-1234-5678"),
        ("(03) 1234-5678", "03-1234-5678"),
        ("03−1234−5678", "03-1234-5678"),
        ("Call 045-198-7654.", "Call 0451987654."),
        ("+81 3 5512 0147", "+81-3-5512-0147"),
        ("03-1234-5678", "03-1234-5678"),
        ("03 9876 5432", "03 9876 5432"),
        ("120-4455", "120-4455 1204455"),  # written in both ways
        ("0399999999", "0399999999"),
        ("INV-0312345678", "INV-0312345678"),
        ("/0312345678.pdf", "/0312345678.pdf"),
        ("20240105", "2024-01-05"),
        ("1234567.89", "1234567.89"),
        ("1234567,89", "1234567,89"),
        ("12,3456789", "12,3456789"),
        ("1 234 567.89", "1 234 567.89"),
        ("10.120.30.40", "10.120.30.40"),  # only its digits are there
        ("03123456781234567890", "03123456781234567890"),
    ],
)
def test_a_long_number_is_grouped_as_the_library_has_it(asked: str, meant: str) -> None:
    def frequencies(terms: Sequence[str]) -> dict[str, int]:
        return {term: int(term in LIBRARY) for term in terms}

    assert regrouped(asked, frequencies) == meant


def test_groups_of_a_number() -> None:
    assert {"12345-67", "12-34-567", "1-2-3-4567"} <= {*grouped("1234567")}
    assert not {"1234567", "1-234567", "1-2-3-4-567"} & {*grouped("1234567")}


@pytest.mark.parametrize("before", ["", "Whose phone number is ", "電話番号 "])
def test_a_phone_number_is_found_however_it_is_grouped(open_kb: Open, before: str) -> None:
    with open_kb() as kb:
        for number in range(40):
            phone = f"03-55{number:02}-{number * 37 % 1000:04}"
            text = f"# Customer {number}\n\nPhone: {phone if number % 2 else phone.replace('-', '')}\n"
            kb.add(text.encode(), f"{number}.md")
        for number in (6, 7):
            phone = f"03-55{number:02}-{number * 37:04}"
            for typed in (phone, phone.replace("-", ""), phone.replace("-", " ")):
                for mode in ("hybrid", "lexical"):
                    hits = kb.search(before + typed, AskOptions(mode=mode)).hits
                    assert hits[0].document.name == f"{number}.md", (typed, mode)
