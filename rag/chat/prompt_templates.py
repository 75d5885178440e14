"""Prompt templates: files that come with Tenkyo, and files of the same name in the store that replace them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from rag.errors import InvalidPrompt, StoreError, refused_by_disk
from rag.storage.durable import write_durably

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("en", "ja")
LARGEST_CHARACTERS = 20_000
_FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template as it is used: `variables` must all stand in its text as `$name`; `changed` where it is not ours."""

    name: str
    language: str
    text: str
    variables: tuple[str, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class PromptTemplates:
    """The templates in use. `folder` holds what was changed, as `answer.en.txt`; None: nothing ever is.

    `drafts` go before all files: texts by name and language, for a preview.
    Files are read whenever they are used, so that a change counts from the next question on, in every process.
    """

    folder: Path | None = None
    drafts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def render(self, name: str, language: str, **values: str) -> str:
        """A template in this language (English where there is none), its `$variables` filled in.

        Raises InvalidPrompt unless its variables are exactly those that are given.
        """
        text = self.text(name, language)
        _check(name, text, tuple(values))
        return Template(text).substitute(values)

    def text(self, name: str, language: str) -> str:
        """The template itself, in this language (BCP 47) or in English; raises InvalidPrompt, StoreError."""
        spoken = language.split("-")[0].lower()
        for tongue in (spoken, _FALLBACK):
            if draft := self.drafts.get((name, tongue)):
                return draft.strip()
            for folder in filter(None, (self.folder, TEMPLATES)):
                if (path := folder / f"{name}.{tongue}.txt").is_file():
                    return _read(path)
        raise InvalidPrompt(f"There is no prompt template {name}.", "Its names are those on the Admin page.")

    def all(self) -> list[PromptTemplate]:
        """Every template in every language, by name."""
        names = sorted({path.name.split(".")[0] for path in TEMPLATES.glob("*.txt")})
        return [self.get(name, language) for name in names for language in LANGUAGES]

    def get(self, name: str, language: str) -> PromptTemplate:
        """One of them; raises InvalidPrompt where there is none."""
        changed = self.folder is not None and (self.folder / f"{name}.{language}.txt").is_file()
        return PromptTemplate(name, language, self.text(name, language), _variables(_built_in(name)), changed)

    def check(self, name: str, text: str) -> None:
        """Raises InvalidPrompt where this text cannot be the template: too long, or with other variables."""
        if len(text) > LARGEST_CHARACTERS:
            raise InvalidPrompt(f"The prompt template {name} is longer than {LARGEST_CHARACTERS:,} characters.")
        if not text.strip():
            raise InvalidPrompt(f"The prompt template {name} is empty.", "Reset it to get ours back.")
        _check(name, text, _variables(_built_in(name)))

    def preview(self, name: str, text: str, values: Mapping[str, str]) -> str:
        """This text as the template, its variables filled with the values, or shown as they are where none is given."""
        self.check(name, text)
        return Template(text.strip()).safe_substitute(values)

    def save(self, name: str, language: str, text: str) -> None:
        """Uses this text from now on; raises InvalidPrompt, and StoreError where it cannot be written."""
        self.check(name, text)
        path = self._changeable(name, language)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, text.strip().encode() + b"\n")
        except OSError as error:
            raise refused_by_disk("The prompt template could not be written", error, path) from error

    def reset(self, name: str, language: str) -> None:
        """Uses the one that comes with Tenkyo again."""
        self._changeable(name, language).unlink(missing_ok=True)

    def _changeable(self, name: str, language: str) -> Path:
        if self.folder is None or language not in LANGUAGES or not _built_in(name):
            raise InvalidPrompt(f"There is no prompt template {name} in {language}.")
        return self.folder / f"{name}.{language}.txt"


BUILT_IN = PromptTemplates()
"""The templates as they come."""


def _built_in(name: str) -> str:
    names = {path.name for path in TEMPLATES.glob("*.txt")}  # a name is never joined to a path unseen
    if f"{name}.{_FALLBACK}.txt" not in names:
        raise InvalidPrompt(f"There is no prompt template {name}.", "Its names are those on the Admin page.")
    return _read(TEMPLATES / f"{name}.{_FALLBACK}.txt")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        hint = "Save it again on the Admin page, or delete the file."
        raise StoreError(f"The prompt template could not be read ({error}).", hint, str(path)) from error


def _variables(text: str) -> tuple[str, ...]:
    return tuple(Template(text).get_identifiers())


def _check(name: str, text: str, expected: tuple[str, ...]) -> None:
    if not Template(text).is_valid():
        raise InvalidPrompt(f"The prompt template {name} has a $ that names no variable.", "Write $$ for a dollar.")
    found = _variables(text)
    if set(found) != set(expected):
        wanted, used = (", ".join(f"${value}" for value in some) or "none" for some in (expected, found))
        raise InvalidPrompt(f"The prompt template {name} must use these variables: {wanted}; it uses: {used}.")
