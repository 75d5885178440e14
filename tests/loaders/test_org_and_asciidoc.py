"""Org and AsciiDoc: what people see of them, each block with its line."""

from __future__ import annotations

import pytest

from loaders import Skipped, load

ORG = """#+TITLE: Meeting notes
#+AUTHOR: Ken Ito
* Budget :finance:
SCHEDULED: <2026-11-05 Thu>
:PROPERTIES:
:ID: 1234
:END:
The *budget* is /12,000/ euros,
see [[https://x.example/plan][the plan]].
- [ ] Who pays?
  1. first
- last
| Item | Cost |
|------+------|
| 机   |   90 |
#+BEGIN_SRC python
  print("*hello*")
#+END_SRC
# a comment
#+begin_comment
not shown
#+end_comment
** 日本語の見出し
本文は
続きます。
[fn:1] A footnote.
"""

ASCIIDOC = """= Handbook
Ken Ito <ken@x.example>
:city: Kobe

== Holidays

Everyone in {city} has *25 days*,
see https://x.example/h[the rules].footnote:[Since 2020.]

* one
** two
. step
Term:: its meaning

.Prices
[cols="1,2,1"]
|===
|City |Remark |Sales

.2+|Kobe
|first
line
|1
|second|2
2+|Total |3
|===

[source,python]
----
print("*hello*")
----

////
not shown
////
include::other.adoc[]
image::plan.png[The plan]
=== 日本語の節

本文は
続きます。
"""


def test_an_org_file() -> None:
    document = load(ORG.encode(), "a.org")
    assert (document.title, dict(document.metadata)) == ("Meeting notes", {"author": "Ken Ito"})
    assert [(b.kind, b.level, b.text, b.location.line) for b in document.blocks] == [
        ("heading", 1, "Budget", 3),
        ("paragraph", 0, "SCHEDULED: <2026-11-05 Thu>", 4),
        ("paragraph", 0, "The budget is 12,000 euros, see the plan.", 8),
        ("list", 1, "[ ] Who pays?", 10),
        ("list", 2, "1. first", 11),
        ("list", 1, "last", 12),
        ("table", 0, "Item | Cost\n机 | 90", 13),
        ("code", 0, 'print("*hello*")', 16),
        ("heading", 2, "日本語の見出し", 23),
        ("paragraph", 0, "本文は続きます。", 24),
        ("note", 0, "A footnote.", 26),
    ]
    assert next(b.language for b in document.blocks if b.kind == "code") == "python"


def test_an_asciidoc_document() -> None:
    document = load(ASCIIDOC.encode(), "a.adoc")
    assert (document.title, dict(document.metadata)) == ("Handbook", {"author": "Ken Ito"})
    assert document.report.skipped == (Skipped("included_file", "other.adoc"),)
    assert [(b.kind, b.level, b.text, b.location.line) for b in document.blocks] == [
        ("heading", 1, "Handbook", 1),
        ("heading", 2, "Holidays", 5),
        ("paragraph", 0, "Everyone in Kobe has 25 days, see the rules. (Since 2020.)", 7),
        ("list", 1, "one", 10),
        ("list", 2, "two", 11),
        ("list", 3, "step", 12),
        ("list", 1, "Term: its meaning", 13),
        ("caption", 0, "Prices", 15),
        ("table", 0, "City | Remark | Sales\nKobe | first line | 1\nKobe | second | 2\nTotal |  | 3", 17),
        ("code", 0, 'print("*hello*")', 29),
        ("caption", 0, "The plan", 37),
        ("heading", 3, "日本語の節", 38),
        ("paragraph", 0, "本文は続きます。", 40),
    ]
    assert next(b.language for b in document.blocks if b.kind == "code") == "python"


@pytest.mark.parametrize(
    ("text", "name", "last"),
    [
        ("* A\n#+begin_src c\nx = 1;", "a.org", ("code", "x = 1;")),
        ("a\n| 1 | 2", "a.org", ("table", "1 | 2")),
        ("* A\n:LOGBOOK:\nnever closed", "a.org", ("paragraph", ":LOGBOOK: never closed")),
        ("#+begin_comment\nnever closed", "a.org", ("paragraph", "never closed")),
        ("= A\n\nifdef::env-github[]\nshown\nendif::[]", "a.adoc", ("paragraph", "shown")),
        ("= A\n\n----\nx = 1;", "a.adoc", ("code", "x = 1;")),
        ("= A\n\n|===\n|1 |2", "a.adoc", ("table", "1 | 2")),
        ("= A\n\n[cols=2]\n|===\n99999999*|a\n|===", "a.adoc", ("table", "\n".join(["a"] * 100))),
        ('= A\n\n[cols=""]\n|===\n|1\n|===', "a.adoc", ("table", "1")),
    ],
)
def test_a_file_that_is_cut_off_or_odd_is_read_as_far_as_it_goes(text: str, name: str, last: tuple[str, str]) -> None:
    block = load(text.encode(), name).blocks[-1]
    assert (block.kind, block.text) == last


def test_a_drawer_that_is_never_closed_hides_nothing_until_the_next_one() -> None:
    blocks = load(b":smile:\nkept\n* A\n:LOGBOOK:\nhidden\n:END:\nshown", "a.org").blocks
    assert [block.text for block in blocks] == [":smile: kept", "A", "shown"]
