"""Chat models, one file each, imported only when chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rag.protocols import ChatModel
from rag.settings import ChatModelChoice, Settings
from rag.types import Message


def make_chat_model(settings: Settings, choice: ChatModelChoice | None = None) -> ChatModel | None:
    """The chat model of a choice, the settings' default one if none is given; None where none is configured.

    Nothing is loaded or sent yet.
    """
    choice = choice or next(iter(settings.chat_choices()), None)
    if choice is None:
        return None
    if choice.served:
        from rag.llms.openai_compatible import OpenAICompatibleChat

        return OpenAICompatibleChat(
            choice.model,
            choice.base_url,
            choice.api_key.get_secret_value(),
            choice.interface,
            choice.context_tokens,
            settings.temperature,
            settings.top_p,
            settings.chat_timeout_s,
        )
    from rag.llms.huggingface import HuggingFaceChat

    return HuggingFaceChat(
        choice.model, choice.quantization, settings.temperature, settings.top_p, settings.chat_timeout_s
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


def most_tokens(text: str) -> int:
    """An upper estimate of a text's tokens in Llama 2's vocabulary, the greediest in use."""
    from rag.llms import _estimate

    return _estimate.estimate_tokens(text)


__all__ = ["fewest_tokens", "llama2_prompt_ids", "make_chat_model", "most_tokens"]
