"""Figma files by their address, through the REST API (GET /v1/files/KEY), with a personal access token."""

from __future__ import annotations

import json
import re

from loaders._errors import FetchFailed
from loaders._fetch import Fetched, file_name
from loaders._web import Web

NAME = "figma"
ADDRESSES = re.compile(r"https://(?:www\.)?figma\.com/(?:file|design|board|proto|slides)/(\w+)(?:/branch/(\w+))?")
_API = "https://api.figma.com/v1/files/"


def fetch(url: str, web: Web, token: str) -> Fetched:
    """The file's JSON, which `loaders.figma` reads; of a branch, the branch."""
    if not token:
        raise FetchFailed("Reading a Figma file needs a token.", "Make a personal access token in Figma's settings.")
    match = ADDRESSES.match(url)
    key = (match[2] or match[1]) if match else ""
    data = web.get(_API + key, {"X-Figma-Token": token}).data
    try:
        title = str(json.loads(data).get("name") or key)
    except (ValueError, AttributeError) as error:
        raise FetchFailed("Figma's answer is not a file.", "Check the address.") from error
    return Fetched(file_name(title, ".json"), data, {"url": url, "content_type": "application/json"})
