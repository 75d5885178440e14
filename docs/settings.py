"""Writes settings.md from the settings themselves: `python docs/settings.py > docs/settings.md`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pydantic import SecretStr

from rag import Settings
from rag.settings import ROOT

HEAD = """# Settings

Defaults < `tenkyo.toml` in the folder where the app is started < environment variables (`TENKYO_` and the name in
capitals, as `TENKYO_CHUNK_TOKENS=256`). Secrets belong into the environment. This page is written by
`python docs/settings.py`.

| Setting | Default | What it does |
| --- | --- | --- |"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| `{name}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([HEAD, *rows, ""])


def _default(value: object) -> str:
    if isinstance(value, SecretStr) or value == "":
        return "(empty)"
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`~/.cache/{value.name}`"
    return f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(page())
