"""Every word that a person reads comes from `text/en.toml` or `text/ja.toml`, through here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from ui.plain import plain

LANGUAGES = {"en": "English", "ja": "日本語"}
TEXTS = Path(__file__).parent / "text"


class _Counting(Formatter):
    """Fills in as `str.format` does; `{count:file|files}` is a number with its noun: "1 file", "2 files"."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, counted, many = format_spec.partition("|")
        return f"{value} {one if str(value) == '1' else many}" if counted else super().format_field(value, format_spec)


_FORMATTER = _Counting()


class Words:
    """The strings of one language, by dotted key: `words("ask.title")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = flat_texts(language)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The string with its `{placeholders}` filled in, for places that show text as it is."""
        return _FORMATTER.format(self._texts[key], **values)

    def markdown(self, key: str, /, **values: object) -> str:
        """The same for places that read Markdown: what is filled in shows as it is and does nothing."""
        return self(key, **{name: plain(str(value)) for name, value in values.items()})

    def error(self, error: Mapping[str, str]) -> tuple[str, str]:
        """What happened and what to do next, by the error's code; an unknown code speaks for itself."""
        code = error["code"]
        if f"errors.{code}.message" not in self:
            return error["message"], error["hint"]
        return self(f"errors.{code}.message"), self(f"errors.{code}.hint")

    def name(self, table: str, code: str) -> str:
        """The name of something with a code (a type, a language, a stage); the code itself if it has none."""
        return self._texts.get(f"{table}.{code}", code)


@cache
def flat_texts(language: str) -> Mapping[str, str]:
    """The language's file as `{"table.key": string}`."""
    return dict(_flat("", tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))))


@cache
def words_of(language: str) -> Words:
    """The words of one of LANGUAGES."""
    return Words(language)


def language_of(locale: str | None) -> str:
    """The language for a browser's locale (`ja-JP`): Japanese for Japanese, English for everybody else."""
    primary = (locale or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def _flat(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        entries += _flat(f"{prefix}{key}.", value) if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return entries
