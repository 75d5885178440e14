"""How a chat model is: whether it answers, how soon, and how much it really reads."""

from __future__ import annotations

import time
from contextlib import closing
from threading import Event as Flag

from rag.errors import ModelUnavailable
from rag.llms import fewest_tokens
from rag.protocols import ChatModel, ModelServer
from rag.reports import ModelHealth, ServedModel
from rag.types import Message, TokensUsed

_GREETING = "Write the word OK."
_GREETING_TOKENS = 8
_FILLER = "the "
"""A word that is one token in every vocabulary."""
_BESIDE_FILLER = 64


def check_model(model: ChatModel) -> ModelHealth:
    """Has the model write a word twice, and a server read as much as the window should hold. Raises nothing of it."""
    served: tuple[ServedModel, ...] = ()
    window = None
    try:
        window = model.context_tokens
        served = tuple(model.served()) if isinstance(model, ModelServer) else ()
        _ask(model, _GREETING)  # may load the model
        first_token_ms, _ = _ask(model, _GREETING)
        sent, read, truncates = _window_read(model) if isinstance(model, ModelServer) else (None, None, False)
    except ModelUnavailable as error:
        return ModelHealth(model.name, window, error.as_dict(), served)
    found = next((one for one in served if one.id == model.name), None)
    listed = found is not None if served else None
    told = found.window if found else None
    return ModelHealth(model.name, window, None, served, listed, told, first_token_ms, sent, read, truncates)


def _ask(model: ChatModel, text: str) -> tuple[float | None, TokensUsed | None]:
    """Milliseconds to the first piece, None where nothing comes, and the tokens that the server counted."""
    begin, first = time.perf_counter(), None
    with closing(model.stream((Message("user", text),), _GREETING_TOKENS, Flag())) as pieces:
        while True:
            try:
                next(pieces)
            except StopIteration as end:
                return first, end.value
            first = first or (time.perf_counter() - begin) * 1000


def _window_read(model: ChatModel) -> tuple[int, int | None, bool]:
    """About how many tokens were sent, how many of them the server read, and whether it left some out."""
    room = model.context_tokens - _BESIDE_FILLER - _GREETING_TOKENS
    words = room * 100 // model.count_tokens(_FILLER * 100)
    text = _FILLER * words
    _, used = _ask(model, text)
    read = used.prompt if used and used.prompt else None
    return words, read, read is not None and read < fewest_tokens((Message("user", text),))
