"""The chat models there are to choose from: those of the settings, and what their servers list beside them."""

from __future__ import annotations

import time
from threading import Lock, Thread

from rag.chat.model_health import check_model
from rag.errors import InvalidSettings, ModelUnavailable
from rag.llms import make_chat_model
from rag.protocols import ChatModel, ModelServer
from rag.reports import ModelHealth
from rag.settings import ChatModelChoice, Settings

EXTRACTIVE = "extractive"
"""The name that chooses no model."""
_FRESH_S = 60


class ChatModels:
    """Each is made when it is first chosen, and kept; safe from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._choices = {choice.name: choice for choice in settings.chat_choices()}
        self._made: dict[str, ChatModel] = {}
        self._listed: tuple[str, ...] = ()
        self._asked = float("-inf")
        self._lock = Lock()

    @property
    def choices(self) -> tuple[ChatModelChoice, ...]:
        """Those of the settings, the default first."""
        return tuple(self._choices.values())

    def get(self, name: str = "") -> ChatModel | None:
        """The chat model of this name, the default one for ""; None where there is none, or for EXTRACTIVE.

        `NAME/ID` is the model ID of the server of NAME, which must offer what it lists. Raises InvalidSettings.
        """
        name = name or next(iter(self._choices), EXTRACTIVE)
        if name == EXTRACTIVE:
            return None
        with self._lock:
            if name not in self._made:
                made = make_chat_model(self._settings, self._choice(name))
                assert made is not None
                self._made[name] = made
            return self._made[name]

    def offered(self) -> tuple[str, ...]:
        """Every name that may be chosen; servers are asked for theirs in the background, so a later call knows more."""
        with self._lock:
            due = any(choice.offer_listed for choice in self.choices) and time.monotonic() - self._asked > _FRESH_S
            if due:
                self._asked = time.monotonic()
        if due:
            Thread(target=self._ask_servers, name="model-lists", daemon=True).start()
        return (*self._choices, *self._listed)

    def check(self, name: str = "") -> ModelHealth:
        """How the model is, by having it read and write; takes seconds. Raises InvalidSettings where there is none."""
        model = self.get(name)
        if model is None:
            raise InvalidSettings("No chat model is configured.", "Set chat_model, or chat_base_url.")
        return check_model(model)

    def _choice(self, name: str) -> ChatModelChoice:
        if name in self._choices:
            return self._choices[name]
        for choice in self.choices:
            id_ = name.removeprefix(f"{choice.name}/")
            if choice.offer_listed and id_ not in ("", name):
                return choice.model_copy(update={"name": name, "model": id_})
        hint = "Choose one of those that are offered, or add it to the settings as [[chat_models]]."
        raise InvalidSettings(f"There is no chat model {name}.", hint)

    def _ask_servers(self) -> None:
        listed: list[str] = []
        for choice in self.choices:
            server = self.get(choice.name)
            if choice.offer_listed and isinstance(server, ModelServer):
                try:
                    others = [one.id for one in server.served() if one.id != choice.model]
                except ModelUnavailable:  # a question to it will say so
                    continue
                listed += [f"{choice.name}/{id_}" for id_ in others]
        self._listed = tuple(name for name in listed if name not in self._choices)
