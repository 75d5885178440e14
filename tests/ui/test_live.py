"""What follows by itself takes the same place in the page while it goes on and when it is over."""

import pytest
from streamlit.testing.v1 import AppTest


def script(going_on: bool, empty: bool) -> None:
    import streamlit as st

    from ui.components.live import draw_live

    draw_live(lambda: None if empty else st.caption("news"), 60.0, going_on=going_on)
    st.text("below")


def places(node, path=()) -> dict[str, tuple[int, ...]]:
    """Where the texts stand: the indices on the way to each."""
    found = {}
    for index, child in node.children.items():
        here = (*path, index)
        found |= places(child, here) if hasattr(child, "children") else {child.value: here}
    return found


@pytest.mark.parametrize("empty", [False, True])
def test_the_place_is_the_same(empty):
    following, over = (AppTest.from_function(script, args=(going_on, empty)).run() for going_on in (True, False))
    assert not following.exception
    assert places(following.main) == places(over.main)
    assert places(over.main)["below"] == (1,)
