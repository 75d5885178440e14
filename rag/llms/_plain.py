"""Messages as plain text, for models that have no chat format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.types import Message

NEXT_TURN = "\nUser:"
"""Where a model without a chat format begins to write the person's next message, its answer is over."""


def render(messages: Sequence[Message]) -> str:
    """One user message is its own text, to be continued; a conversation is a transcript that ends at "Assistant:"."""
    if [message.role for message in messages] == ["user"]:
        return messages[0].content
    lines = [
        message.content if message.role == "system" else f"{message.role.title()}: {message.content}"
        for message in messages
    ]
    return "\n\n".join([*lines, "Assistant:"])


def until(pieces: Iterator[str], mark: str) -> Iterator[str]:
    """The pieces up to where `mark` begins; holds back no more than what may turn out to be its beginning."""
    held = ""
    for piece in pieces:
        held += piece
        if mark in held:
            yield from filter(None, [held.partition(mark)[0]])
            return
        possible = next((n for n in range(min(len(mark) - 1, len(held)), 0, -1) if held.endswith(mark[:n])), 0)
        ready, held = held[: len(held) - possible], held[len(held) - possible :]
        yield from filter(None, [ready])
    yield from filter(None, [held])
