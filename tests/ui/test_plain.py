"""Hostile text stays text: checked against a CommonMark + GFM parser here, and in a browser in tests/browser."""

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.plain import plain

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
JOINER = "\u2060"


class Tags(HTMLParser):
    """Which tags a piece of HTML has, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def rendered(text: str) -> Tags:
    tags = Tags()
    tags.feed(MARKDOWN.render(plain(text)))
    return tags


HOSTILE = [
    "![steal](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<!-- hidden",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "```\ncode\n```",
    "    indented code",
    "a | b\n--|--\n1 | 2",
    "**bold** _em_ ~~gone~~ `code`",
    "title\n=====",
    "***",
    "[ref]: https://evil.example",
    "&lt;b&gt; &amp;",
    "line\\\nbreak",
    "C:\\path\\file",
    "<https://evil.example>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_rendered(text):
    assert rendered(text).tags <= {"p", "br"}


@pytest.mark.parametrize("text", HOSTILE)
def test_the_text_is_all_there(text):
    shown = rendered(text).text.replace(JOINER, "")
    assert shown.split() == text.split()


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=60))
def test_any_line_renders_as_itself(text):
    tags = rendered(text)
    assert tags.tags <= {"p"}
    assert tags.text.replace(JOINER, "").strip() == unescape(text.replace(JOINER, "").replace("&", "&amp;")).strip()


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (":smile:", ":\u2060smile"),
        (":material/home:", ":\u2060material"),
        (":red[x]", ":\u2060red"),
        ("https://a.example", ":\u2060"),
        ("www.evil.example", "www\u2060"),
        ("a@b.example", "a\u2060"),
        ("a -> b", "-\u2060"),
        ("a >= b", ">\u2060"),
    ],
)
def test_what_streamlit_recognises_late_is_broken_up(text, broken):
    assert broken in plain(text).replace("\\", "")


def test_ordinary_names_stay_short():
    assert plain("報告書 2026") == "報告書 2026"
    assert plain("report_v2.pdf") == r"report\_v2\.pdf"
