"""The log: one JSON object a line, of what runs do and of what this process warns of; no text of documents."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from rag.events import (
    AnswerReady,
    ModelFailed,
    ModelFinished,
    PassagesRetrieved,
    PromptBuilt,
    PromptTruncated,
    RunEnded,
    RunFailed,
    RunStarted,
    Stamped,
    ToolCalled,
    ToolReturned,
)
from rag.reports import LogLine

Level = Literal["debug", "info", "warning", "error"]
_WATCHED = ("rag", "loaders", "tenkyo")
"""The loggers of this process whose warnings go into the log, too."""
_LARGEST = 5_000_000  # bytes
_KEPT = 3
_READ = 500_000  # bytes from the end, of which the newest lines are read


class Logs:
    """The log of one store: `hear` is told the events of runs; warnings of our loggers come by themselves.

    With `file` the lines go there, and there they can be read; else to standard error; None: nowhere. At level debug
    they have the questions and what models and tools were sent and wrote, too.
    """

    def __init__(self, target: Path | Literal["stderr"] | None, level: Level = "info") -> None:
        self._file = target if isinstance(target, Path) else None
        self._detailed = level == "debug"
        self._handler = _handler(target)
        self._handler.setLevel(level.upper())
        self._handler.setFormatter(_JsonLines())
        for name in _WATCHED:
            logging.getLogger(name).addHandler(self._handler)

    def hear(self, event: Stamped) -> None:
        """Writes a line, if this event deserves one."""
        level, fields = _told(event, detailed=self._detailed)
        if fields is None or level < self._handler.level:
            return
        record = logging.LogRecord("tenkyo.run", level, "", 0, type(event).__name__, None, None)
        record.fields = {"run_id": event.run_id, "at_ms": round(event.at_ms, 1), **fields}
        self._handler.handle(record)

    def latest(self, limit: int = 200, level: str = "info") -> list[LogLine]:
        """The newest lines of at least this level, newest first."""
        if self._file is None or not self._file.exists():
            return []
        with self._file.open("rb") as stream:
            stream.seek(max(0, self._file.stat().st_size - _READ))
            lines = stream.read().decode("utf-8", "replace").splitlines()
        least, found = getattr(logging, level.upper()), []
        for line in reversed(lines):
            entry = _parsed(line)
            if entry and getattr(logging, entry.level.upper(), 0) >= least:
                found.append(entry)
            if len(found) == limit:
                break
        return found

    def close(self) -> None:
        """Hears no more of this process's loggers."""
        for name in _WATCHED:
            logging.getLogger(name).removeHandler(self._handler)
        self._handler.close()


def _told(event: Stamped, *, detailed: bool) -> tuple[int, dict[str, Any] | None]:
    """The level of an event and what its line says; None where it has no line."""
    info, warning = logging.INFO, logging.WARNING
    match event:
        case RunStarted():
            return info, {"kind": event.kind} | ({"about": event.about} if detailed else {})
        case PassagesRetrieved(retrieved=found):
            figures = {"hits": len(found.hits), "confidence": round(found.confidence, 3)}
            return info, figures | {"took_ms": round(found.took_ms, 1)}
        case PromptBuilt():
            figures = {"tokens": event.tokens, "answer_tokens": event.answer_tokens, "window": event.window}
            texts = {"messages": [[message.role, message.content] for message in event.messages]} if detailed else {}
            return info, {"purpose": event.purpose, "model": event.model, **figures, **texts}
        case ModelFinished():
            tokens = {"prompt_tokens": event.prompt_tokens, "answer_tokens": event.answer_tokens}
            return info, {"purpose": event.purpose, "model": event.model, **tokens, "reported": event.reported}
        case PromptTruncated():
            return warning, {"model": event.model, "sent": event.sent, "read": event.read}
        case ModelFailed():
            return warning, dict(event.error)
        case ToolCalled():
            return info, {"tool": event.name} | ({"arguments": event.arguments} if detailed else {})
        case ToolReturned():
            level = warning if event.failed else info
            return level, {"tool": event.name} | ({"result": event.result} if detailed else {})
        case RunEnded():
            tokens = {"prompt_tokens": event.prompt_tokens, "answer_tokens": event.answer_tokens}
            return info, {"took_ms": round(event.took_ms, 1), **tokens}
        case RunFailed(error=error):
            return info if error["code"] == "given_up" else logging.ERROR, dict(error)
        case AnswerReady(answer=answer):
            cited = sum(len(sentence.citations) for sentence in answer.sentences)
            figures = {"sentences": len(answer.sentences), "citations": cited}
            return info, {"model": answer.model, "answered": answer.answered, "stopped": answer.stopped, **figures}
    return logging.NOTSET, None


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line: when, how grave, who, what, and the fields of a run's event or the error of a warning."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _RotatingFile(logging.Handler):
    """Appends whole lines, so that several processes may write one file; who finds it too large sets it aside."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the line; a disk that is full must not cost anybody an answer."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as stream:
                stream.write(self.format(record).encode("utf-8", "replace") + b"\n")
                full = stream.tell() > _LARGEST
            if full:
                self._set_aside()

    def _set_aside(self) -> None:
        with FileLock(str(self._path.with_suffix(".lock"))):
            if self._path.stat().st_size <= _LARGEST:  # another process was first
                return
            for number in range(_KEPT - 1, 0, -1):
                older = self._path.with_suffix(f".{number}.jsonl")
                if older.exists():
                    older.replace(self._path.with_suffix(f".{number + 1}.jsonl"))
            self._path.replace(self._path.with_suffix(".1.jsonl"))


def _handler(target: Path | Literal["stderr"] | None) -> logging.Handler:
    if isinstance(target, Path):
        return _RotatingFile(target)
    return logging.StreamHandler(sys.stderr) if target else logging.NullHandler()


def _parsed(line: str) -> LogLine | None:
    """A line of the file; None for one that was cut."""
    try:
        fields: Mapping[str, Any] = json.loads(line)
        known = {key: str(fields[key]) for key in ("level", "logger", "event")}
        others = {key: value for key, value in fields.items() if key not in {"time", *known}}
        return LogLine(datetime.fromisoformat(fields["time"]), **known, fields=others)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
