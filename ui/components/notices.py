"""What went wrong with the chat model while a reply was written; the reply stands all the same."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rag.events import PromptTruncated
from ui.language import Words


def draw_notices(
    words: Words, failure: Mapping[str, str] | None, truncated: PromptTruncated | None, *, quoted: bool
) -> None:
    """Says that it failed, and whether quotes follow instead; or that it did not read all of what it was sent."""
    if failure:
        message, hint = words.error(failure)
        instead = f" {words('models.quotes_follow')}" if quoted else ""
        st.warning(words.markdown("app.problem", message=message, hint=hint) + instead)
    if truncated:
        values = {"name": truncated.model, "read": f"{truncated.read:,}", "sent": f"{truncated.sent:,}"}
        st.warning(words.markdown("models.truncated", **values), icon=":material/cut:")
