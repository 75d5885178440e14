"""Gets an address of a host that the admin has listed; of those, only what is on the public internet."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench, ToolFailed
from rag.settings import Settings

NAME = "http_get"
DESCRIPTION = {
    "en": "gets the text at a web address of a permitted host, such as an HTTP API",
    "ja": "許可されたホストのウェブアドレス（HTTP API など）の内容を取得する",
}
_LONGEST = 2000


class Arguments(BaseModel):
    """What to get."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(min_length=8, max_length=_LONGEST, description="an address that begins with https://")


def offered(settings: Settings) -> bool:
    """Where the admin has named hosts."""
    return bool(_hosts(settings))


def run(arguments: Arguments, bench: Bench) -> str:
    """Text as it is, HTML without its tags."""
    hosts = _hosts(bench.settings)
    _permitted(arguments.url, hosts)
    response = bench.web.get(arguments.url)
    _permitted(response.url, hosts)  # where it was redirected to
    kind = response.media_type
    if kind in ("text/html", "application/xhtml+xml"):
        from bs4 import BeautifulSoup

        result = BeautifulSoup(response.data, "lxml").get_text("\n", strip=True)
    elif kind.startswith("text/") or kind.endswith(("json", "xml")):
        result = response.data.decode(response.charset or "utf-8", "replace")
    else:
        raise ToolFailed(f"There is no text at this address, but {kind or 'something else'}.")
    bench.computed.append(result)
    return result


def _hosts(settings: Settings) -> frozenset[str]:
    return frozenset(host.strip().casefold() for host in settings.agent_hosts.split(",") if host.strip())


def _permitted(url: str, hosts: frozenset[str]) -> None:
    try:
        host = (urlsplit(url).hostname or "").casefold()
    except ValueError:
        host = ""
    if host not in hosts:
        raise ToolFailed(f"Only these hosts may be asked: {', '.join(sorted(hosts))}.")
