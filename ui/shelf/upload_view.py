"""The Library's way in: files, a folder, or a web address, into a collection."""

from __future__ import annotations

import streamlit as st

from rag.errors import TenkyoError
from ui.components.job_view import draw_refused
from ui.visit import Visit


def draw_upload(visit: Visit) -> None:
    """Draws the form; what is sent by it is queued at once."""
    words = visit.words
    kind = st.segmented_control(
        words("library.what"),
        ("files", "folder", "address"),
        default="files",
        required=True,
        format_func=lambda choice: words(f"library.{choice}"),
        label_visibility="collapsed",
    )
    with st.form("upload", clear_on_submit=True):
        files, address = [], ""
        if kind == "address":
            address = st.text_input(
                words("library.address_label"),
                placeholder=words("library.address_example"),
                help=words("library.address_help"),
            )
        else:
            files = st.file_uploader(
                words("library.drop"),
                accept_multiple_files=True if kind == "files" else "directory",
                max_upload_size=visit.knowledge.settings.max_file_mb,
                help=words("library.formats"),
            )
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        collection = left.selectbox(
            words("library.collection"),
            visit.knowledge.collections(),
            index=None,
            accept_new_options=True,
            placeholder=words("library.no_collection"),
        )
        sent = right.form_submit_button(words("library.add"), type="primary", width="stretch")
    if sent:
        collection = (collection or "").strip()
        for file in files:
            _submit(visit, file.name, file.getvalue(), collection)
        if address.strip():
            visit.knowledge.submit_address(address.strip(), collection)
        if not files and not address.strip():
            st.info(words("library.nothing_chosen"), icon=":material/upload_file:")


def _submit(visit: Visit, name: str, data: bytes, collection: str) -> None:
    try:
        visit.knowledge.submit(data, name, collection)
    except TenkyoError as error:
        draw_refused(visit.words, name, error.as_dict())
