"""Says which day it is."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from rag.agent._bench import Bench
from rag.settings import Settings

NAME = "today"
DESCRIPTION = {"en": "gives today's date and the time now", "ja": "今日の日付と現在の時刻を返す"}


class Arguments(BaseModel):
    """Nothing."""

    model_config = ConfigDict(extra="forbid")


def offered(settings: Settings) -> bool:
    """Always."""
    del settings
    return True


def run(arguments: Arguments, bench: Bench) -> str:
    """The local date and time, with the day of the week."""
    del arguments
    now = datetime.now().astimezone()
    weekdays = "月火水木金土日"
    day = f"{now:%Y年%-m月%-d日}（{weekdays[now.weekday()]}）" if bench.language == "ja" else f"{now:%A, %-d %B %Y}"
    result = f"{now:%Y-%m-%d %H:%M %Z}, {day}"
    bench.computed.append(result)
    return result
