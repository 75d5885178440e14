"""Google Drive by its addresses, through its API (v3: files.get, files.list, files.export) with an OAuth token.

Google's own documents come as Word, PowerPoint and Excel files; a folder as a zip archive of what is in it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from loaders._errors import DocumentTooLarge, FetchFailed
from loaders._fetch import Fetched, file_name
from loaders._web import Web

NAME = "google_drive"
ADDRESSES = re.compile(
    r"https://(?:drive|docs)\.google\.com/"
    r"(?:(?:a/[^/]+/)?(?:file|document|spreadsheets|presentation)/(?:u/\d+/)?d/|drive/(?:u/\d+/)?folders/"
    r"|(?:open|uc)\?(?:[^#]*&)?id=)([\w-]{10,})"
)
_API = "https://www.googleapis.com/drive/v3/files"
_FIELDS = "id,name,mimeType,modifiedTime,owners(displayName)"
_GOOGLE = "application/vnd.google-apps."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_EXPORTED = {
    "document": (".docx", _OFFICE + "wordprocessingml.document"),
    "spreadsheet": (".xlsx", _OFFICE + "spreadsheetml.sheet"),
    "presentation": (".pptx", _OFFICE + "presentationml.presentation"),
    "drawing": (".png", "image/png"),
}
_MAX_FILES = 1_000
_MAX_DEPTH = 10


def fetch(url: str, web: Web, token: str) -> Fetched:
    """The file, or the folder as an archive. What cannot be exported (a form, a map) is left out of a folder."""
    if not token:
        raise FetchFailed("Reading from Google Drive needs a token.", "Give an OAuth token with drive.readonly.")
    match = ADDRESSES.match(url)
    drive = _Drive(web, token)
    about = drive.about(match[1] if match else "")
    if about["mimeType"] == _GOOGLE + "folder":
        name, data = file_name(about["name"], ".zip"), drive.archive(about["id"])
    else:
        name, data = drive.content(about)
    owner = next((str(each.get("displayName") or "") for each in about.get("owners") or ()), "")
    metadata = {"url": url, "content_type": about["mimeType"], "author": owner}
    return Fetched(name, data, metadata | {"modified": str(about.get("modifiedTime") or "")[:10]})


class _Drive:
    """The part of the API that reads."""

    def __init__(self, web: Web, token: str) -> None:
        self._web = web
        self._headers = {"Authorization": f"Bearer {token}"}

    def about(self, file_id: str) -> dict[str, Any]:
        return self._json(f"/{quote(file_id)}", fields=_FIELDS, supportsAllDrives="true")

    def content(self, about: dict[str, Any]) -> tuple[str, bytes]:
        """The name and the bytes of a file."""
        kind = about["mimeType"].removeprefix(_GOOGLE)
        if kind == about["mimeType"]:
            return file_name(about["name"], ""), self._get(f"/{about['id']}", alt="media", supportsAllDrives="true")
        if kind not in _EXPORTED:
            raise FetchFailed(f"Google Drive gives out no file of a {kind}.", "Export it by hand and add that.")
        extension, media_type = _EXPORTED[kind]
        return file_name(about["name"], extension), self._get(f"/{about['id']}/export", mimeType=media_type)

    def archive(self, folder_id: str) -> bytes:
        """Everything below a folder, by its path in it."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for count, (folder, about) in enumerate(self._below(folder_id, "", 0), start=1):
                if count > _MAX_FILES or target.tell() > self._web.max_bytes:
                    raise DocumentTooLarge(f"This folder has more than {_MAX_FILES} files.", "Add folders inside it.")
                name, data = self.content(about)
                archive.writestr(folder + name, data)
        return target.getvalue()

    def _below(self, folder_id: str, path: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
        for about in self._list(folder_id):
            kind = about["mimeType"].removeprefix(_GOOGLE)
            if kind == "folder" and depth < _MAX_DEPTH:
                yield from self._below(about["id"], f"{path}{file_name(about['name'], '')}/", depth + 1)
            elif kind == about["mimeType"] or kind in _EXPORTED:
                yield path, about

    def _list(self, folder_id: str) -> Iterator[dict[str, Any]]:
        wanted = {
            "q": f"'{folder_id}' in parents and trashed = false",
            "fields": f"nextPageToken,files({_FIELDS})",
            "orderBy": "name",
            "pageSize": "1000",
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
        }
        while True:
            page = self._json("", **wanted)
            yield from page.get("files") or ()
            if not page.get("nextPageToken"):
                return
            wanted["pageToken"] = page["nextPageToken"]

    def _json(self, path: str, **query: str) -> dict[str, Any]:
        try:
            return dict(json.loads(self._get(path, **query)))
        except (ValueError, TypeError) as error:
            raise FetchFailed("Google Drive's answer cannot be read.", "Try again later.") from error

    def _get(self, path: str, **query: str) -> bytes:
        return self._web.get(f"{_API}{path}?{urlencode(query)}", self._headers).data
