"""Chat models on any OpenAI-compatible server: vLLM, llama.cpp, Ollama, OpenAI, `transformers serve`."""

from __future__ import annotations

import asyncio
import math
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from functools import cached_property
from threading import Event as Flag
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ModelSilent, ModelUnavailable, TenkyoError
from rag.llms import _llama2, _plain
from rag.llms._estimate import estimate_tokens
from rag.llms._relay import Pieces, relay
from rag.reports import ServedModel
from rag.types import Message, RequestedCall, TokensUsed, ToolReply

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CompletionUsage

Interface = Literal["chat", "completion"]

_LLAMA2 = re.compile(r"llama-?_?2", re.IGNORECASE)
_MESSAGE_TOKENS = 8
"""What a chat format adds to one message at most."""
_TELLING_TOKENS = 300
"""Some chat formats add a system text of their own, of a hundred tokens and more, whatever is asked."""
_CONNECT_S = 10
_DETAIL_CHARACTERS = 300
_LIST_S = 5
_POLL_S = 0.05
_WINDOW_KEYS = ("max_model_len", "context_length", "max_context_length", "n_ctx")
_TOO_LATE = "it did not answer in time"
_COUNTED = {"include_usage": True}
_RETRIES = 2
"""The SDK's own, with backoff, before the first piece; after it nothing is repeated."""


class OpenAICompatibleChat:
    """A model that a server runs; nothing is sent before the first question.

    `model` may be empty: the first one that the server lists is used. `base_url` empty is OpenAI itself, with
    OPENAI_API_KEY where `api_key` is empty. With `interface` "completion" the prompt is rendered here: Llama 2's
    format for a model of that name, else plain text. Messages go out as they are, so control tokens in them must
    have been broken. Raises ModelUnavailable where the server cannot be reached, refuses, is silent for
    `silence_s` seconds or breaks off.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: str = "",
        interface: Interface = "chat",
        context_tokens: int = 4096,
        temperature: float = 0.6,
        top_p: float = 0.9,
        silence_s: float = 120,
    ) -> None:
        self.name = model or base_url
        self._model = model
        self._base_url = base_url
        self._api_key = api_key
        self._interface: Interface = interface
        self._window = context_tokens
        self._sampling: dict[str, Any] = {"temperature": temperature, "top_p": top_p}
        self._silence_s = silence_s
        self._correction = 1.0
        self._counts = True

    @property
    def context_tokens(self) -> int:
        """The window as the settings have it: the API has no way to ask for it."""
        return self._window

    def count_tokens(self, text: str) -> int:
        """An upper estimate by the kinds of characters, raised when the server has once counted more."""
        return math.ceil(estimate_tokens(text) * self._correction)

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Flag
    ) -> Generator[str, None, TokensUsed | None]:
        """The answer piece by piece; when it ends early, by `stop` or by closing, so does the connection."""
        pieces: Pieces = Pieces()
        used: list[TokensUsed] = []
        started = Flag()
        started.set()
        job = asyncio.run_coroutine_threadsafe(self._read(messages, max_tokens, pieces, used), self._loop)
        text = relay(job, pieces, stop, started, self._silence_s, self._failure)
        transcript = self._interface == "completion" and not self._is_llama2 and len(messages) > 1
        try:
            yield from _plain.until(text, _plain.NEXT_TURN) if transcript else text
        finally:
            job.cancel()
        return used[-1] if used else None

    @property
    def calls_tools(self) -> bool:
        """Where it is spoken to as a chat, and is no Llama 2, which was never taught to call."""
        return self._interface == "chat" and not self._is_llama2

    def call_tools(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], max_tokens: int, stop: Flag
    ) -> ToolReply:
        """What the model says or calls next; an empty reply soon after `stop` is set. The request ends with it."""
        job = asyncio.run_coroutine_threadsafe(self._called(messages, tools, max_tokens), self._loop)
        try:
            while not job.done():
                if stop.wait(_POLL_S):
                    return ToolReply("")
            return job.result()
        except Exception as error:
            raise error if isinstance(error, TenkyoError) else self._failure(error) from error
        finally:
            job.cancel()

    def served(self) -> list[ServedModel]:
        """The models that the server lists, within seconds."""
        job = asyncio.run_coroutine_threadsafe(self._listed(), self._loop)
        try:
            return [ServedModel(model.id, _window_of(model)) for model in job.result(_LIST_S)]
        except Exception as error:
            raise error if isinstance(error, TenkyoError) else self._failure(error) from error
        finally:
            job.cancel()

    # -- in the loop's thread ----------------------------------------------------------------------------------

    async def _read(self, messages: Sequence[Message], max_tokens: int, pieces: Pieces, used: list[TokensUsed]) -> None:
        async with self._client() as client:
            model = self._model or await self._first_model(client)
            async for piece, usage in self._answer(client, model, messages, max_tokens):
                pieces.put(piece)
                if usage is not None:
                    self._learn(messages, usage)
                    used.append(TokensUsed(usage.prompt_tokens, usage.completion_tokens))

    async def _called(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], max_tokens: int
    ) -> ToolReply:
        offered: Any = {"tools": list(tools)} if tools else {}
        limit: Any = {"max_tokens" if self._base_url else "max_completion_tokens": max_tokens}
        said: Any = list(messages)
        async with self._client() as client:
            model = self._model or await self._first_model(client)
            reply = await client.chat.completions.create(
                model=model, messages=said, **offered, **limit, **self._sampling
            )
        message = reply.choices[0].message
        calls = tuple(
            RequestedCall(one.id, one.function.name, one.function.arguments)
            for one in message.tool_calls or ()
            if one.type == "function"
        )
        used = TokensUsed(reply.usage.prompt_tokens, reply.usage.completion_tokens) if reply.usage else None
        return ToolReply((message.content or "").strip(), calls, used)

    async def _listed(self) -> list[Any]:
        async with self._client() as client:
            return (await client.models.list()).data

    async def _first_model(self, client: AsyncOpenAI) -> str:
        listed = (await client.models.list()).data
        if not listed:
            hint = "Set chat_model to the name of the one that it serves."
            raise ModelUnavailable(f"The server at {self._base_url} lists no model.", hint)
        return listed[0].id

    async def _answer(
        self, client: AsyncOpenAI, model: str, messages: Sequence[Message], max_tokens: int
    ) -> AsyncIterator[tuple[str, CompletionUsage | None]]:
        """Pieces of text, and the usage where the server tells it."""
        if self._interface == "completion":
            prompt = _llama2.render(messages) if self._is_llama2 else _plain.render(messages)
            request = {"model": model, "prompt": prompt, "max_tokens": max_tokens, **self._sampling}
            async with await self._started(client.completions.create, request) as completion:
                async for chunk in completion:
                    yield "".join(choice.text or "" for choice in chunk.choices), chunk.usage
            return
        turns = [{"role": message.role, "content": message.content} for message in messages]
        limit = "max_tokens" if self._base_url else "max_completion_tokens"
        request = {"model": model, "messages": turns, limit: max_tokens, **self._sampling}
        async with await self._started(client.chat.completions.create, request) as chat:
            async for chunk in chat:
                yield "".join(choice.delta.content or "" for choice in chunk.choices), chunk.usage

    async def _started(self, create: Callable[..., Awaitable[Any]], request: dict[str, Any]) -> Any:
        """The stream of an answer, with a count of its tokens at the end unless this server knows no such thing."""
        from openai import BadRequestError, UnprocessableEntityError

        if self._counts:
            try:
                return await create(stream=True, stream_options=_COUNTED, **request)
            except (BadRequestError, UnprocessableEntityError):
                answer = await create(stream=True, **request)  # fails again where the count was not the reason
                self._counts = False
                return answer
        return await create(stream=True, **request)

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, Timeout

        # A key that was meant for OpenAI is never sent to another server.
        key = self._api_key or ("none" if self._base_url else None)
        timeout = Timeout(self._silence_s, connect=min(self._silence_s, _CONNECT_S))
        return AsyncOpenAI(api_key=key, base_url=self._base_url or None, timeout=timeout, max_retries=_RETRIES)

    def _learn(self, messages: Sequence[Message], usage: CompletionUsage) -> None:
        """Raises the estimate where the server counted more than it said, in a prompt that is not mostly its frame."""
        estimated = sum(estimate_tokens(message.content) + _MESSAGE_TOKENS for message in messages)
        if estimated >= _TELLING_TOKENS:
            self._correction = max(self._correction, usage.prompt_tokens / estimated)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """A loop of its own thread: only there can a read that waits for the server be cancelled."""
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="chat-server", daemon=True).start()
        return loop

    @property
    def _is_llama2(self) -> bool:
        return bool(_LLAMA2.search(self._model))

    def _failure(self, error: BaseException) -> TenkyoError:
        what, hint = _explained(error)
        named = f"{self.name} at {self._base_url}" if self._model and self._base_url else self.name
        kind = ModelSilent if what == _TOO_LATE else ModelUnavailable
        return kind(f"The chat model {named} failed: {what}.", hint)


def _window_of(model: Any) -> int | None:
    """What the list of models says beyond OpenAI's format: vLLM, LM Studio, OpenRouter; llama.cpp in `meta`."""
    told = model.model_extra or {}
    told = told | (told.get("meta") or {})
    return next((int(told[key]) for key in _WINDOW_KEYS if str(told.get(key, "")).isdecimal()), None)


def _explained(error: BaseException) -> tuple[str, str]:
    """What happened, and what to do next."""
    import openai

    detail = _detail(error)
    match error:
        case openai.APITimeoutError() | TimeoutError():
            return _TOO_LATE, "Raise the setting chat_timeout_s, or see what the server is doing."
        case openai.APIConnectionError():
            return "there is no connection to it", "Start the server, or correct the setting chat_base_url."
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return f"it refuses the key ({detail})", "Set TENKYO_CHAT_API_KEY to a key that this server accepts."
        case openai.RateLimitError():
            return f"it is too busy ({detail})", "Wait a little and ask again."
        case openai.NotFoundError() | openai.BadRequestError() | openai.UnprocessableEntityError():
            return f"it refuses ({detail})", "Check the settings chat_model, chat_base_url and chat_context_tokens."
        case openai.OpenAIError() if "api_key" in detail:
            return "it needs a key", "Set TENKYO_CHAT_API_KEY."
    return f"it broke off ({detail})", "See the server's log, and ask again."


def _detail(error: BaseException) -> str:
    """One line in the server's own words, where it has any."""
    import openai

    body = error.body if isinstance(error, openai.APIError) else None
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail")
    told = str(body or error).strip() or type(error).__name__
    return told.splitlines()[0][:_DETAIL_CHARACTERS].rstrip(".")
