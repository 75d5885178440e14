"""Chat models, one file each, imported only when chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rag.protocols import ChatModel
from rag.settings import Settings
from rag.types import Message


def make_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model of the settings, None where none is configured; nothing is loaded or sent yet.

    An address means a server, whatever `chat_backend` says.
    """
    if not settings.chat_model and not settings.chat_base_url:
        return None
    if settings.chat_backend == "openai" or settings.chat_base_url:
        from rag.llms.openai_compatible import OpenAICompatibleChat

        return OpenAICompatibleChat(
            settings.chat_model,
            settings.chat_base_url,
            settings.chat_api_key.get_secret_value(),
            settings.chat_interface,
            settings.chat_context_tokens,
            settings.temperature,
            settings.top_p,
            settings.chat_timeout_s,
        )
    from rag.llms.huggingface import HuggingFaceChat

    return HuggingFaceChat(
        settings.chat_model,
        settings.chat_quantization,
        settings.temperature,
        settings.top_p,
        settings.chat_timeout_s,
    )


def llama2_prompt_ids(tokenizer: Path) -> Callable[[Sequence[Message]], list[int]]:
    """What turns a dialog into Llama 2's token ids, by a tokenizer.model or a folder with that or tokenizer.json.

    Raises ModelUnavailable where there is none; the function itself raises InvalidDialog.
    """
    from rag.llms._llama2 import encode_dialog, load_encoder

    encoder = load_encoder(tokenizer)
    return lambda messages: encode_dialog(encoder, messages)


def fewest_tokens(messages: Sequence[Message]) -> int:
    """A lower bound of what the messages take in any model's tokens."""
    from rag.llms import _estimate

    return sum(_estimate.fewest_tokens(message.content) for message in messages)


__all__ = ["fewest_tokens", "llama2_prompt_ids", "make_chat_model"]
