"""Writes settings.md from the settings themselves: `python docs/settings.py > docs/settings.md`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from rag import Settings
from rag.settings import ROOT, ChatModelChoice

HEAD = """# Settings

Defaults < `tenkyo.toml` in the folder where the app is started < environment variables (`TENKYO_` and the name in
capitals, as `TENKYO_CHUNK_TOKENS=256`). Secrets belong into the environment. This page is written by
`python docs/settings.py`.

The four that shape the index (`embedding_model`, `chunk_tokens`, `chunk_overlap_tokens`, `embedded_rows`) are
remembered by the index itself: where neither file nor environment names them, an indexed store goes on with those that
it was made with, also under a newer version with other defaults. The Admin page (Index) changes them by a reindex,
without a restart; what file or environment say goes before what is chosen there, and is greyed out.

| Setting | Default | What it does |
| --- | --- | --- |"""

CHAT_MODELS = """
## Several chat models

The one of `chat_model` is the default; without it, the first table. The Ask page lets people choose; the Admin page
tests each.

```toml
[[chat_models]]
name = "Ollama"
base_url = "http://localhost:11434/v1"
model = "qwen3:8b"
context_tokens = 8192
offer_listed = true

[[chat_models]]
name = "Llama 2 in 4 bit"
model = "/models/llama-2-7b-chat-hf"
quantization = "4bit"
```

| Key | Default | What it does |
| --- | --- | --- |"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *_rows(Settings), CHAT_MODELS, *_rows(ChatModelChoice), ""])


def _rows(settings: type[BaseModel]) -> list[str]:
    return [
        f"| `{name}` | {_default(field.default)} | {field.description} |"
        for name, field in settings.model_fields.items()
    ]


def _default(value: object) -> str:
    if value is PydanticUndefined:
        return ""
    if isinstance(value, SecretStr) or value in ("", ()):
        return "(empty)"
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`~/.cache/{value.name}`"
    return f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(page())
