"""Everything that can be set: defaults < `tenkyo.toml` < environment `TENKYO_*` < what the caller passes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import InvalidSettings

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_EMBEDDING_MODEL = "all-MiniLM-L6-v2"


class ChatModelChoice(BaseModel):
    """One of several chat models to choose from: a `[[chat_models]]` table of tenkyo.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, description="What people choose it by.")
    model: str = Field(default="", description="As `chat_model`; empty: the first one that the server lists.")
    backend: Literal["transformers", "openai"] = Field(default="transformers", description="As `chat_backend`.")
    base_url: str = Field(default="", description="As `chat_base_url`.")
    api_key: SecretStr = Field(default=SecretStr(""), description="As `chat_api_key`.")
    interface: Literal["chat", "completion"] = Field(default="chat", description="As `chat_interface`.")
    quantization: Literal["none", "8bit", "4bit"] = Field(default="none", description="As `chat_quantization`.")
    context_tokens: int = Field(default=4096, ge=512, description="As `chat_context_tokens`.")
    offer_listed: bool = Field(default=False, description="Offer every model that the server lists, too.")

    @property
    def served(self) -> bool:
        """Whether a server runs it: an address means one, whatever `backend` says."""
        return self.backend == "openai" or bool(self.base_url)


class Settings(BaseSettings):
    """One typed object. Those marked (shapes the index) make it stale when they change, and the app says so."""

    model_config = SettingsConfigDict(env_prefix="TENKYO_", toml_file="tenkyo.toml", extra="forbid")

    store: Path = Field(
        default=ROOT / "data" / "store", description="Folder of the catalog, the originals and the indexes."
    )
    cache: Path = Field(
        default=Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tenkyo",
        description="Folder of what can be made again: the int8 file of the embedding model.",
    )
    samples: bool = Field(default=True, description="Index the sample library when the app starts on an empty store.")
    admin_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the Admin page; empty: it stays shut."
    )
    max_file_mb: int = Field(default=200, gt=0, description="Largest file taken in, in MB.")
    parse_timeout_s: int = Field(
        default=300, gt=0, description="Longest time a parser may work without getting a page further, in seconds."
    )
    parse_memory_mb: int = Field(default=1500, ge=300, description="Most memory that parsing one file may take, in MB.")
    parse_workers: int = Field(
        default=0, ge=0, description="How many files are parsed at the same time; 0: one a core, at most 4."
    )

    watch: Path | None = Field(
        default=None, description="Folder on this machine that a collection is kept in step with; empty: none."
    )
    watch_collection: str = Field(default="", description="That collection; empty: named as the folder is.")

    figma_token: SecretStr = Field(default=SecretStr(""), description="Token for files of Figma, added by address.")
    google_drive_token: SecretStr = Field(
        default=SecretStr(""), description="OAuth token for files of Google Drive, added by address."
    )

    embedding_model: str = Field(
        default=DEFAULT_EMBEDDING_MODEL,
        description="sentence-transformers name or folder (shapes the index); the default comes with the install.",
    )
    embedding_precision: Literal["auto", "int8", "fp16", "fp32"] = Field(
        default="auto",
        description="Weights that embed; auto: fp16 on a GPU, else int8 for the default model and fp32 for others.",
    )
    embedding_languages: str = Field(
        default="",
        description=(
            "Languages the embedding model knows, as 'en,de'; '*' is all; "
            "empty: by a trial on the library's own passages, else by its name. "
            "Passages in Japanese, Chinese and Korean get vectors only if it is among them; words find them all."
        ),
    )
    embedded_rows: int = Field(
        default=5000,
        ge=0,
        description="Rows of one table that get vectors; later ones are found by words (shapes the index).",
    )
    chunk_tokens: int = Field(
        default=200, ge=32, description="Size of a chunk in the embedder's tokens (shapes the index)."
    )
    chunk_overlap_tokens: int = Field(
        default=32, ge=0, description="Overlap of neighbours, whole sentences (shapes the index)."
    )

    reranker_model: str = Field(
        default="",
        description="Cross-encoder that reorders the best passages: sentence-transformers name or folder; empty: none.",
    )
    reader_model: str = Field(
        default="",
        description="Model that finds the answer in the passages when none writes: a transformers name or folder "
        "(extractive question answering, as BERT on SQuAD); empty: none.",
    )
    zero_shot_model: str = Field(
        default="",
        description="Model for inference that tags new documents: a transformers name or folder; empty: none.",
    )
    tags: str = Field(default="", description="The tags that it chooses from, as 'contract, invoice, minutes'.")
    ner_model: str = Field(
        default="",
        description="Model that finds persons, organisations and places in new documents: a transformers name or "
        "folder (token classification); empty: none.",
    )
    summary_model: str = Field(
        default="",
        description="Sequence-to-sequence model that writes summaries: a transformers name or folder; empty: none.",
    )
    rerank_seconds: float = Field(default=1.0, gt=0, description="Time that the cross-encoder may take per question.")
    query_expansion: Literal["none", "multi-query", "hyde"] = Field(
        default="none",
        description="What a chat model adds to the search: other wordings, or a passage that might answer (HyDE).",
    )

    chat_model: str = Field(
        default="",
        description=(
            "Chat model: empty is extractive; a transformers name or folder with chat_backend=transformers; "
            "the server's model name with chat_backend=openai."
        ),
    )
    chat_backend: Literal["transformers", "openai"] = Field(
        default="transformers", description="What runs the chat model."
    )
    chat_base_url: str = Field(
        default="", description="Address of an OpenAI-compatible server, as http://localhost:11434/v1."
    )
    chat_api_key: SecretStr = Field(default=SecretStr(""), description="Key for that server, where it wants one.")
    chat_interface: Literal["chat", "completion"] = Field(
        default="chat", description="Which of the server's two APIs is used."
    )
    chat_quantization: Literal["none", "8bit", "4bit"] = Field(
        default="none", description="Weights of an in-process model."
    )
    chat_context_tokens: int = Field(
        default=4096, ge=512, description="Window of a served model (an in-process one says its own)."
    )
    chat_parallel: int = Field(
        default=4, ge=1, le=64, description="Requests that chains send to a served chat model at the same time."
    )
    chat_timeout_s: float = Field(default=120, gt=0, description="Longest silence of a chat model, in seconds.")
    chat_models: tuple[ChatModelChoice, ...] = Field(
        default=(), description="More chat models to choose from, as tables `[[chat_models]]` (see below)."
    )
    memory: Literal["window", "tokens", "summary"] = Field(
        default="tokens",
        description=(
            "What a chat model is told of the conversation: the last turns, as many as fit, "
            "or a summary of what no longer fits and the last ones."
        ),
    )
    memory_turns: int = Field(default=6, ge=1, description="How many turns with memory=window.")
    examples: int = Field(
        default=3, ge=0, le=20, description="Most examples of the Admin page that go with one question; 0: none."
    )
    answer_tokens: int = Field(default=640, ge=32, description="Longest answer, in the chat model's tokens.")
    temperature: float = Field(
        default=0.6, ge=0, le=2, description="Sampling temperature (0 is greedy); Meta's reference is 0.6."
    )
    top_p: float = Field(default=0.9, gt=0, le=1, description="Nucleus sampling; Meta's reference is 0.9.")

    agent_steps: int = Field(default=6, ge=1, le=30, description="Tools that the agent may call for one question.")
    agent_seconds: float = Field(default=180, gt=0, description="Time after which the agent calls no further tool.")
    agent_protocol: Literal["auto", "native", "react"] = Field(
        default="auto",
        description="How the agent calls tools: the server's function calling, or text (ReAct); auto: what it can.",
    )
    agent_hosts: str = Field(
        default="", description="Hosts whose public addresses the agent may get, as 'api.example.org'; empty: none."
    )
    web_search_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s]+\{query\}",
        description="SearXNG's JSON address with {query}, by which the agent may search the web; empty: it may not.",
    )

    min_confidence: float = Field(
        default=0.3, ge=0, le=1, description="Below it the app says the documents do not answer."
    )
    nli_model: str = Field(
        default="",
        description="Model that checks citations by inference: transformers name or folder; empty: words and vectors.",
    )
    unsupported: Literal["mark", "drop"] = Field(
        default="mark", description="What becomes of a model's sentences that the documents do not support."
    )

    log: Literal["file", "stderr", "off"] = Field(
        default="file", description="Where the log goes, one JSON object a line; file: `logs` in the store."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; debug: questions, prompts and passages, too."
    )
    otel_endpoint: str = Field(
        default="", description="OpenTelemetry collector for traces, as http://localhost:4318 (OTLP/HTTP); empty: none."
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [choice.name for choice in self.chat_choices()]
        if len(set(names)) < len(names):
            raise ValueError(f"chat_models: two models have the same name, of {', '.join(names)}")
        return self

    def chat_choices(self) -> tuple[ChatModelChoice, ...]:
        """Every chat model, the default first: that of `chat_model` where it is set."""
        if not self.chat_model and not self.chat_base_url:
            return self.chat_models
        first = ChatModelChoice(
            name=(self.chat_model or self.chat_base_url)[-100:],
            model=self.chat_model,
            backend=self.chat_backend,
            base_url=self.chat_base_url,
            api_key=self.chat_api_key,
            interface=self.chat_interface,
            quantization=self.chat_quantization,
            context_tokens=self.chat_context_tokens,
        )
        return (first, *self.chat_models)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file; the caller over both."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls) -> Self:
        """The settings of the file and the environment; raises InvalidSettings, naming each wrong one."""
        try:
            return cls()
        except (ValidationError, ValueError) as error:
            problems = error.errors() if isinstance(error, ValidationError) else []
            named = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems) or str(error)
            hint = "Correct it in tenkyo.toml or in the environment (TENKYO_…)."
            raise InvalidSettings(f"A setting cannot be used ({named}).", hint) from error
