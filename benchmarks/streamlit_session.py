"""One visitor of the app without a browser: speaks Streamlit's own protocol over its websocket.

Twenty browsers would take the machine for themselves; this takes nearly nothing, so what is measured is the server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Set
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

_MOST_S = 120
_INTERNAL = "$$STREAMLIT_INTERNAL_KEY"


class Session:
    """What a browser's tab keeps: the page it is on, its widgets, the fragments that run by themselves."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page = ""
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._fragment_of: dict[str, str] = {}
        self.pages: dict[str, str] = {}
        self.chat_input = ""
        self.drawer = ""
        self.answers: dict[int, Mapping[str, Any]] = {}
        self.sources = 0
        self.failures: list[str] = []
        self._finished = self._drawn_before = 0
        self._drawn = set[str]()
        self._noted = asyncio.Event()
        # Read all the time: what the server draws between two clicks would else be taken for the answer to the second.
        self._reader = asyncio.create_task(self._follow())

    async def open(self, path: str = "") -> None:
        """Goes to a page by its address's last part, and waits until it is drawn."""
        self._forget_page()
        self._page = self.pages.get(path, "")
        await self._rerun(ClientState(page_script_hash=self._page))

    async def ask(self, question: str) -> int:
        """Sends a question and waits until its answer stands there with its sources; gives the turn's number."""
        known = max(self.answers, default=0)
        state = WidgetState(id=self.chat_input)
        state.chat_input_value.data = question
        await self._send(self._client_state([state]))
        await self._until(lambda: max(self.answers, default=0) > known and self._finished > self._drawn_before)
        return max(self.answers)

    async def open_source(self, turn: int) -> None:
        """Clicks the first citation of a turn and waits until its source is drawn."""
        state = WidgetState(id=f"{_INTERNAL}_{self.drawer}__events")
        state.json_trigger_value = json.dumps([{"event": "open", "value": f"{turn}:0"}])
        before = self.sources
        await self._send(self._client_state([state], self._fragment_of.get(self.drawer, "")))
        await self._until(lambda: self.sources > before)

    def close(self) -> None:
        """Ends the fragments that run by themselves."""
        self._forget_page()
        self._reader.cancel()

    # ------------------------------------------------------------------------------------------------------

    def _client_state(self, widgets: list[WidgetState], fragment: str = "") -> ClientState:
        state = ClientState(page_script_hash=self._page, fragment_id=fragment)
        state.widget_states.widgets.extend(widgets)
        return state

    async def _send(self, state: ClientState) -> None:
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    async def _rerun(self, state: ClientState) -> None:
        before = self._finished
        await self._send(state)
        await self._until(lambda: self._finished > before)

    async def _until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(_MOST_S):
            while not happened():
                if self._reader.done():
                    self._reader.result()  # raises what ended it
                self._noted.clear()
                await self._noted.wait()

    async def _follow(self) -> None:
        try:
            async for data in self._socket:
                assert isinstance(data, bytes)
                message = ForwardMsg()
                message.ParseFromString(data)
                self._note(message)
                self._noted.set()
        finally:
            self._noted.set()

    def _note(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash
            case "auto_rerun":
                self._drawn.add(message.auto_rerun.fragment_id)
                self._poll(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "new_session":
                self._drawn.clear()
            case "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:  # of a whole page, not of a fragment
                    self._finished += 1
                    self._end_polls(but=self._drawn)
            case "delta":
                self._note_element(message)

    def _note_element(self, message: ForwardMsg) -> None:
        element, fragment = message.delta.new_element, message.delta.fragment_id
        match element.WhichOneof("type"):
            case "chat_input":
                self.chat_input = element.chat_input.id
            case "html":
                self.sources += 'class="quote"' in element.html.body
            case "exception":
                self.failures.append(element.exception.message)
            case "alert":
                self.failures += [element.alert.body] if "error" in element.alert.icon else []
            case "bidi_component":
                component = element.bidi_component
                if component.component_name.endswith("tenkyo_drawer"):
                    self.drawer = component.id
                    self._fragment_of[component.id] = fragment
                elif component.component_name.endswith("tenkyo_answer"):
                    data = json.loads(component.json or component.mixed.json)
                    if data["turn"] and data["sources"] and not data["writing"]:
                        if data["turn"] not in self.answers:
                            self._drawn_before = self._finished  # the rest of the page is still to come
                        self.answers[data["turn"]] = data

    def _poll(self, fragment: str, seconds: float) -> None:
        if fragment not in self._polls:
            self._polls[fragment] = asyncio.create_task(self._run_again(fragment, seconds))

    async def _run_again(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            state = self._client_state([], fragment)
            state.is_auto_rerun = True
            await self._send(state)

    def _end_polls(self, but: Set[str] = frozenset()) -> None:
        for fragment in self._polls.keys() - but:
            self._polls.pop(fragment).cancel()

    def _forget_page(self) -> None:
        self._end_polls()
        self.chat_input = self.drawer = ""
