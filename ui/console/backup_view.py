"""The Admin page's backups: take one, see and fetch those there are."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from rag.errors import StoreError
from ui.components.figures import megabytes
from ui.visit import Visit

_FOLDER = "backups"  # of the store
_LARGEST_DOWNLOAD = 500_000_000  # bytes; Streamlit holds what it offers in memory


def draw_backups(visit: Visit) -> None:
    """A button that backs the store up while it is in use, and the newest backup with where it is."""
    words, folder = visit.words, visit.knowledge.settings.store / _FOLDER
    st.caption(words("backup.hint"))
    if st.button(words("backup.take"), icon=":material/archive:"):
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            with st.spinner(words("backup.taking")):
                visit.knowledge.back_up(folder / f"tenkyo-{now}.zip")
        except StoreError as error:
            message, hint = words.error(error.as_dict())
            st.error(words.markdown("backup.failed", message=message, hint=hint), icon=":material/error:")
            st.caption(words.markdown("app.details", message=error.message))
    newest = max(folder.glob("tenkyo-*.zip"), default=None)
    if newest is None:
        return
    size = newest.stat().st_size
    st.markdown(words.markdown("backup.newest", path=str(newest), size=megabytes(size)))
    if size <= _LARGEST_DOWNLOAD:
        st.download_button(
            words("backup.fetch"),
            newest.read_bytes,
            newest.name,
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
        )
