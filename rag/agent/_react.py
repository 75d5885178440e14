"""The text protocol of agents (ReAct, Yao et al. 2023), for models without function calling, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FINAL = re.compile(r"^\s*(?:Final Answer|最終回答)\s*[:：]\s*", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(r"^\s*Action\s*[:：]\s*(?P<name>[^\n]*?)\s*$", re.IGNORECASE | re.MULTILINE)
_INPUT = re.compile(r"^\s*Action Input\s*[:：]\s*", re.IGNORECASE | re.MULTILINE)
_OBSERVATION = re.compile(r"^\s*Observation\s*[:：]", re.IGNORECASE | re.MULTILINE)
_THOUGHT = re.compile(r"^\s*Thought\s*[:：]\s*", re.IGNORECASE)


class StepInvalid(ValueError):
    """What the model wrote is not a step; says in words for the model why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a tool to call with arguments, or (`tool` is "") the final answer; `text` is what was read of it."""

    text: str
    thought: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] | None = None
    answer: str = ""


def read_step(written: str) -> Step:
    """The step that the model wrote: exactly one Action with its input as a JSON object, or a Final Answer.

    What it wrote from "Observation:" on is its own invention and is not read. Raises StepInvalid.
    """
    made_up = _OBSERVATION.search(written)
    text = written[: made_up.start()].strip() if made_up else written.strip()
    final, actions = _FINAL.search(text), list(_ACTION.finditer(text))
    if final and not (actions and actions[0].start() < final.start()):
        answer = text[final.end() :].strip()
        if not answer:
            raise StepInvalid("There is nothing after Final Answer:")
        return Step(text, _thought(text[: final.start()]), answer=answer)
    if not actions:
        raise StepInvalid("There is neither an Action: with its Action Input: nor a Final Answer:")
    if len(actions) > 1:
        raise StepInvalid("There is more than one Action: in it; write one, and wait for its Observation.")
    (action,) = actions
    given = _INPUT.search(text, action.end())
    if given is None:
        raise StepInvalid("There is no Action Input: after the Action:")
    arguments, end = _object(text, given.end())
    return Step(text[:end], _thought(text[: action.start()]), action["name"].strip("`*\"' []"), arguments)


def _object(text: str, start: int) -> tuple[dict[str, Any], int]:
    opening = text.find("{", start)
    if opening < 0 or text[start:opening].strip(" \n`json"):
        raise StepInvalid('Action Input: must be one JSON object, as {} or {"query": "…"}.')
    try:
        found, end = json.JSONDecoder().raw_decode(text, opening)
    except (json.JSONDecodeError, RecursionError) as error:
        raise StepInvalid(f"Action Input: is no JSON ({error}).") from error
    return found, end


def _thought(text: str) -> str:
    return _THOUGHT.sub("", text.strip()).strip()
