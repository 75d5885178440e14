"""Both languages say the same things, and the pages say nothing that is not in them."""

import ast
import re
import string
from pathlib import Path
from typing import get_args

import pytest

from loaders._language import _CANDIDATES
from loaders._registry import parts
from rag import Settings, TenkyoError
from rag.reports import FindingCode
from ui.components.document_view import kind_of
from ui.language import LANGUAGES, Words, flat_texts, language_of, words_of

UI = Path(__file__).resolve().parents[2] / "ui"
SOURCES = sorted(UI.rglob("*.py"))
VISIBLE_ARGUMENTS = {"label", "help", "placeholder", "body", "text", "caption", "title", "alt", "page_title"}
VISIBLE_CALLS = {
    "title", "header", "subheader", "markdown", "caption", "text", "write", "info", "success", "warning", "error",
    "button", "form_submit_button", "download_button", "text_input", "selectbox", "multiselect", "segmented_control",
    "file_uploader", "chat_input", "metric", "dialog", "toast", "Page", "TextColumn", "NumberColumn", "DatetimeColumn",
}  # fmt: skip


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def all_errors(root: type[TenkyoError]) -> set[str]:
    return {root.code}.union(*(all_errors(child) for child in root.__subclasses__()))


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def constant_text(node: ast.expr) -> str:
    """The letters that are written down in an expression; placeholders of f-strings count as nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(constant_text(part) for part in node.values)
    else:
        return ""
    return "" if text.startswith(":material/") else "".join(filter(str.isalpha, text))


def hard_coded(source: str) -> list[tuple[int, str]]:
    """(line, text) of every literal that a person would see."""
    found = []
    for call in calls(ast.parse(source)):
        owner, _, name = ast.unparse(call.func).rpartition(".")
        of_page = owner.split(".")[-1] not in ("words", "log")
        shown = call.args[:1] if name in VISIBLE_CALLS and of_page else []
        shown += [keyword.value for keyword in call.keywords if keyword.arg in VISIBLE_ARGUMENTS]
        found += [(call.lineno, text) for text in map(constant_text, shown) if text]
    return found


def keys_used(tree: ast.AST) -> list[str]:
    """The keys that `words(…)` and `words.markdown(…)` are called with; `*` stands for a computed part."""
    used = []
    for call in calls(tree):
        callee = ast.unparse(call.func)
        if callee.split(".")[-1] == "words" or callee.endswith("words.markdown"):
            used.append("".join(_part(part) for part in getattr(call.args[0], "values", [call.args[0]])))
    return used


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "*"


def test_every_language_has_the_same_keys():
    for language in LANGUAGES:
        assert flat_texts(language).keys() == flat_texts("en").keys()


def test_every_language_has_the_same_placeholders():
    differing = {
        (language, key)
        for language in LANGUAGES
        for key, text in flat_texts(language).items()
        if placeholders(text) != placeholders(flat_texts("en")[key])
    }
    assert differing == set()


def test_no_string_is_empty():
    assert [key for language in LANGUAGES for key, text in flat_texts(language).items() if not text.strip()] == []


def test_every_language_that_can_be_told_has_a_name():
    told = {f"languages.{code}" for code in (*_CANDIDATES, "ja", "zh", "ko", "und")}
    assert told - flat_texts("en").keys() == set()


def test_japanese_is_japanese():
    """A string that is the same in both languages must be one that has no language."""
    same = {key for key, text in flat_texts("ja").items() if text == flat_texts("en")[key]}
    assert {key.split(".")[0] for key in same} <= {"app", "types", "source", "preview"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_pages_have_no_hard_coded_words(path):
    assert hard_coded(path.read_text(encoding="utf-8")) == []


def test_hard_coded_words_would_be_found():
    source = 'st.title("Hello")\ncolumn.button(f"Add {n}", key="x")\nst.image(i, alt="A page")\nst.button(words("a.b"))'
    assert hard_coded(source) == [(1, "Hello"), (2, "Add"), (3, "Apage")]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_keys_that_pages_use_exist(path):
    known = set(flat_texts("en"))
    prefixes = {key.rsplit(".", 1)[0] + ".*" for key in known}
    used = keys_used(ast.parse(path.read_text(encoding="utf-8")))
    assert [key for key in used if key not in known | prefixes | {"*.title", "*"}] == []


def test_no_string_is_unused():
    used = {key for path in SOURCES for key in keys_used(ast.parse(path.read_text(encoding="utf-8")))}
    literals = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    by_code = {"errors", "tools", "chain_stages", "finding", "types", "languages", "stage", "skipped", "suspicious"}
    by_code |= {"variants"}
    unused = {
        key
        for key in flat_texts("en")
        if key not in used | literals
        and f"{key.rsplit('.', 1)[0]}.*" not in used
        and key.split(".")[0] not in by_code
        and not key.endswith(".title")
    }
    assert unused == set()


def test_every_error_has_words():
    codes = all_errors(TenkyoError)
    assert {code for code in codes if f"errors.{code}.message" not in Words("ja")} == set()
    assert {code for code in codes if f"errors.{code}.hint" not in Words("ja")} == set()


def test_everything_that_loaders_leave_out_has_words():
    sources = "".join(path.read_text(encoding="utf-8") for path in (UI.parent / "loaders").glob("*.py"))
    reasons = set(re.findall(r'Skipped\(\s*"(\w+)"', sources))
    assert reasons
    assert {key.split(".")[1] for key in flat_texts("en") if key.startswith("skipped.")} == reasons


def test_everything_that_a_check_finds_has_words():
    assert {code for code in get_args(FindingCode) if f"finding.{code}" not in Words("ja")} == set()


def test_every_setting_has_words():
    assert {name for name in Settings.model_fields if f"settings.{name}" not in Words("ja")} == set()


def test_error_is_said_in_the_persons_language():
    error = {"code": "encrypted", "message": "needs a password", "hint": "give it"}
    assert Words("en").error(error)[0] == "The file is protected by a password."
    assert Words("ja").error(error)[0] == "ファイルがパスワードで保護されています。"


def test_unknown_error_speaks_for_itself():
    error = {"code": "brand_new", "message": "It rained.", "hint": "Wait."}
    assert Words("ja").error(error) == ("It rained.", "Wait.")


def test_one_of_something_is_said_as_one():
    words = words_of("en")
    assert words.markdown("job.added", name="a.txt", chunks=1) == "**a\\.txt** · ready, 1 passage"
    assert words.markdown("job.added", name="b", chunks=2) == "**b** · ready, 2 passages"
    assert words("preview.chunks", value="1,001") == "1,001 passages"


def test_markdown_disarms_what_is_filled_in():
    assert Words("en").markdown("source.document", name="**x**") == r"**\*\*x\*\***"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ja-JP", "ja"), ("ja", "ja"), ("JA_jp", "ja"), ("en-GB", "en"), ("fr-FR", "en"), (None, "en")],
)
def test_language_follows_the_browser(locale, language):
    assert language_of(locale) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_file_that_is_read_has_a_name(language):
    media_types = {media_type for part in parts() for media_type in part.EXTENSIONS.values()}
    assert [one for one in sorted(media_types) if f"types.{kind_of(one)}" not in words_of(language)] == []


def test_markup_is_not_told_as_source_code():
    markup = {"text/x-org": "org", "text/x-asciidoc": "asciidoc", "text/x-rst": "rst", "text/x-tex": "latex"}
    assert {media_type: kind_of(media_type) for media_type in markup} == markup
    assert kind_of("text/x-python") == "code"
