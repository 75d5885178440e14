"""Transcripts of YouTube videos by their address: the captions that the page of the video names.

The page holds `ytInitialPlayerResponse`, an object with the video's title and its caption tracks; a track's address
gives its cues as JSON with `fmt=json3`. Neither is documented by YouTube. It gives most captions to its own player
only (an empty answer to anybody else): then there is nothing to read, and the error says what to do.
"""

from __future__ import annotations

import json
import re
from typing import Any

from loaders._errors import EmptyDocument, FetchFailed
from loaders._fetch import Fetched, file_name
from loaders._web import Web

NAME = "youtube"
ADDRESSES = re.compile(
    r"https?://(?:(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|live/|embed/)"
    r"|youtu\.be/)([\w-]{11})(?![\w-])"
)
_RESPONSE = re.compile(r"ytInitialPlayerResponse\s*=\s*(?=\{)")
_BY_HAND = "Save its transcript as a file (.srt, .vtt or .json3) and add that."


def fetch(url: str, web: Web, token: str) -> Fetched:
    """The cues, which `loaders.captions` reads: those that a person wrote before those that YouTube heard."""
    del token
    match = ADDRESSES.match(url)
    page = f"https://www.youtube.com/watch?v={match[1] if match else ''}"
    # Without this cookie visitors from Europe get the page that asks for their consent.
    response = _player_response(web.get(page, {"Cookie": "SOCS=CAI"}).data.decode("utf-8", errors="replace"))
    details = response.get("videoDetails") or {}
    track = _track(response)
    data = web.get(f"{track['baseUrl']}&fmt=json3").data
    if not data.strip():
        raise EmptyDocument("YouTube shows the captions of this video in its own player only.", _BY_HAND)
    metadata = {
        "url": page,
        "content_type": "application/json",
        "title": str(details.get("title") or ""),
        "author": str(details.get("author") or ""),
        "captions": f"{track.get('languageCode', '')} ({'automatic' if track.get('kind') == 'asr' else 'written'})",
    }
    return Fetched(file_name(metadata["title"], ".json3"), data, metadata)


def _player_response(page: str) -> dict[str, Any]:
    found = _RESPONSE.search(page)
    try:
        value = json.JSONDecoder().raw_decode(page, found.end())[0] if found else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise FetchFailed("There is no video in this page of YouTube.", _BY_HAND)
    status = value.get("playabilityStatus") or {}
    if status.get("status", "OK") != "OK":
        raise FetchFailed(f"YouTube does not show this video: {status.get('reason', status['status'])}.", _BY_HAND)
    return value


def _track(response: dict[str, Any]) -> dict[str, Any]:
    renderer = (response.get("captions") or {}).get("playerCaptionsTracklistRenderer") or {}
    tracks = [track for track in renderer.get("captionTracks") or () if track.get("baseUrl")]
    if not tracks:
        raise EmptyDocument("This video has no captions.", _BY_HAND)
    return next((track for track in tracks if track.get("kind") != "asr"), tracks[0])
