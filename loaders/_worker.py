"""A process that parses: a hang or a crash of a parser costs one file, never the app.

Reads pickled (data, name, password) from standard input and writes the pickled Document or LoadError to standard
output, until the input ends.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys

from loaders import LoadError, load


def main() -> None:
    """Serves requests one by one."""
    # Parsers that print must not break the protocol: it gets the real output, they get standard error.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            data, name, password = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
        except EOFError:
            return
        try:
            reply = load(data, name=name, password=password)
        except LoadError as error:
            reply = error
        pickle.dump(reply, replies)
        replies.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
