"""The tools that are offered, and one call of one of them: arguments checked, output bounded."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol, cast

from pydantic import BaseModel, ValidationError

from rag.agent._bench import Bench, ToolFailed
from rag.errors import TenkyoError
from rag.settings import Settings

MOST_CHARACTERS = 8000
"""Of what a tool gives; the rest is left out, and the model is told so."""


class Tool(Protocol):
    """A plain file of `rag/agent/tools`."""

    NAME: str
    DESCRIPTION: Mapping[str, str]
    """What it does, for the model: by "en" and "ja"."""
    Arguments: type[BaseModel]
    """What it is given; a field's description tells the model what to write."""

    def offered(self, settings: Settings) -> bool:
        """Whether the settings allow it."""
        ...

    def run(self, arguments: Any, bench: Bench) -> str:
        """What it gives the model; raises ToolFailed and TenkyoError, whose words the model sees."""
        ...


@cache
def tools() -> tuple[Tool, ...]:
    """The plain files of `rag/agent/tools`."""
    import rag.agent.tools

    names = sorted(module.name for module in pkgutil.iter_modules(rag.agent.tools.__path__))
    return tuple(cast(Tool, importlib.import_module(f"rag.agent.tools.{name}")) for name in names if name[0] != "_")


def offered(settings: Settings) -> dict[str, Tool]:
    """The tools that the settings allow, by name."""
    return {tool.NAME: tool for tool in tools() if tool.offered(settings)}


def description(tool: Tool, language: str) -> str:
    """A tool on one line: its name, its arguments, what it does."""
    fields = tool.Arguments.model_fields.items()
    arguments = ", ".join(f'"{name}": {field.description or name}' for name, field in fields)
    return f"- {tool.NAME} {{{arguments}}}: {tool.DESCRIPTION[language]}"


def schema(tool: Tool, language: str) -> dict[str, Any]:
    """A tool as OpenAI's API declares functions."""
    parameters = tool.Arguments.model_json_schema()
    function = {"name": tool.NAME, "description": tool.DESCRIPTION[language], "parameters": parameters}
    return {"type": "function", "function": function}


def call(offered: Mapping[str, Tool], name: str, arguments: Any, bench: Bench) -> str:
    """What the tool gives; raises ToolFailed in words for the model, whatever went wrong with the call."""
    tool = offered.get(name)
    if tool is None:
        raise ToolFailed(f"There is no tool {name[:50]}. The tools are: {', '.join(offered)}.")
    try:
        given = tool.Arguments.model_validate(arguments)
    except ValidationError as error:
        named = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'it'}: {one['msg']}" for one in error.errors()[:5])
        raise ToolFailed(f"These arguments of {name} cannot be used ({named}).") from error
    try:
        result = tool.run(given, bench)
    except TenkyoError as error:
        raise ToolFailed(str(error)) from error
    if len(result) <= MOST_CHARACTERS:
        return result
    return f"{result[:MOST_CHARACTERS]}\n… ({len(result) - MOST_CHARACTERS} characters more are left out)"
