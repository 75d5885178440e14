"""Parts of a page that follow by themselves what goes on, and stand still when it is over."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def lasting_place() -> DeltaGenerator:
    """A place that stays where it is even when empty: what is drawn into it later moves nothing that stands below."""
    return st.columns(1)[0]


def draw_live(draw: Callable[[], None], every_s: float, *, going_on: bool) -> None:
    """Draws the part; as long as it goes on, again and again without the rest of the page.

    It is the same fragment in the same place when it is over, so that nothing is there twice, moves or blinks, and a
    click in that instant counts. `draw` itself has the page run anew when what goes on has ended or begun.

    A poll that follows closely on a run of the whole page makes Streamlit leave the part out of that run: without a
    lasting place what stands below would move up into its way.
    """
    with lasting_place():
        st.fragment(draw, run_every=every_s if going_on else None)()
