"""Searches the web through the search server that the admin has named (SearXNG's JSON format)."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench, ToolFailed
from rag.settings import Settings

NAME = "web_search"
DESCRIPTION = {
    "en": "searches the web; use it only where the user's documents cannot know the answer",
    "ja": "ウェブを検索する。利用者の文書から分からないときだけ使う",
}
_RESULTS, _SECONDS, _MOST_BYTES = 5, 10, 2_000_000


class Arguments(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")
    query: str = Field(min_length=1, max_length=300, description="what to look for")


def offered(settings: Settings) -> bool:
    """Where the admin has named a server."""
    return bool(settings.web_search_url)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """The server named is the server asked, and no other."""


def run(arguments: Arguments, bench: Bench) -> str:
    """Title, address and beginning of the first results."""
    url = bench.settings.web_search_url.replace("{query}", urllib.parse.quote(arguments.query, safe=""))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(url, timeout=_SECONDS) as reply:
            found = json.loads(reply.read(_MOST_BYTES))["results"][:_RESULTS]
        lines = [f"{one['title']} ({one['url']})\n{one.get('content') or ''}" for one in found]
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError) as error:
        raise ToolFailed(f"The web search failed ({type(error).__name__}).") from error
    result = "\n\n".join(lines) or "Nothing was found."
    bench.computed.append(result)
    return result
