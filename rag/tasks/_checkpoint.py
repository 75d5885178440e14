"""Loading a checkpoint by name or folder, with an error that says which setting to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import ModelUnavailable


@contextmanager
def loading(model: str, setting: str) -> Iterator[None]:
    """Turns what goes wrong in the block into ModelUnavailable."""
    try:
        yield
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelUnavailable(
            f"The model {model} could not be used: {reason}",
            f"Check the setting {setting}: a folder, or a name that is downloaded once with a network.",
        ) from error
