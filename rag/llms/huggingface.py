"""Chat models that run in this process, by transformers: Llama 2 chat, other chat models, Flan-T5-like ones."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import cached_property
from threading import Event as Flag
from threading import Lock, Thread, main_thread
from typing import Any, Literal

from rag.errors import ModelSilent, ModelUnavailable, QuestionTooLong, TenkyoError
from rag.llms import _llama2, _plain
from rag.llms._relay import Carried, Pieces, relay
from rag.types import Message

Quantization = Literal["none", "8bit", "4bit"]

_LLAMA2_CHAT = re.compile(r"llama-?_?2.*chat", re.IGNORECASE)
_LLAMA2_OPENING = ("▁[", 518)
"""How a turn begins in Llama 2's vocabulary, and in hardly another one."""
_WINDOW_KEYS = ("max_position_embeddings", "n_positions", "max_seq_len")
_WINDOW = 512  # T5's, whose configuration need not say it
_GRACE_S = 5.0


class HuggingFaceChat:
    """A model by its name on the hub or by its folder; loads at the first call, one generation at a time.

    The prompt is Llama 2's for Llama 2 chat models, else what the checkpoint's own chat template makes, else plain
    text, which a sequence-to-sequence model reads as its input. Temperature 0 is greedy. `silence_s` is the
    longest time without a piece. Raises ModelUnavailable where the model cannot be loaded or fails, QuestionTooLong
    where the messages leave no room for an answer.
    """

    def __init__(
        self,
        model: str,
        quantization: Quantization = "none",
        temperature: float = 0.6,
        top_p: float = 0.9,
        silence_s: float = 120,
    ) -> None:
        self.name = model
        self._quantization: Quantization = quantization
        self._sampling = _sampling(temperature, top_p)
        self._silence_s = silence_s
        self._turn = Lock()

    @property
    def context_tokens(self) -> int:
        """The window that the model was trained with (`max_position_embeddings`, `n_positions`)."""
        sizes = (getattr(self._config, key, None) for key in _WINDOW_KEYS)
        return next((int(size) for size in sizes if size), _WINDOW)

    def count_tokens(self, text: str) -> int:
        """How many tokens the text has by the model's own tokenizer, special tokens left out."""
        return self._count(text)

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Flag) -> Generator[str, None, None]:
        """The answer piece by piece, at most `max_tokens` and what the window leaves."""
        _ = self._count  # made before the worker uses the tokenizer that it is copied from
        pieces: Pieces = Pieces()
        started, abandoned = Flag(), Flag()

        def ended() -> bool:  # a process that ends waits for the worker
            return stop.is_set() or abandoned.is_set() or not main_thread().is_alive()

        job: Future[None] = Future()
        # No executor: the interpreter joins those before it lets `ended` know that it goes.
        Thread(target=self._work, args=(job, messages, max_tokens, pieces, started, ended), name="chat-model").start()
        text = relay(job, pieces, stop, started, self._silence_s, self._failure)
        transcript = self._format == "plain" and len(messages) > 1
        try:
            yield from _plain.until(text, _plain.NEXT_TURN) if transcript else text
        finally:
            abandoned.set()
            if not job.cancel():  # a step in progress cannot be interrupted; what is left of it delays the next job
                wait([job], _GRACE_S)

    # -- in the worker's thread --------------------------------------------------------------------------------

    def _work(self, job: Future[None], *request: Any) -> None:
        with self._turn:
            if job.set_running_or_notify_cancel():
                with Carried(job):
                    self._generate(*request)

    def _generate(
        self, messages: Sequence[Message], max_tokens: int, pieces: Pieces, started: Flag, ended: Callable[[], bool]
    ) -> None:
        import torch
        from transformers import TextIteratorStreamer

        model, ids = self._model, self._encode(messages)
        room = self.context_tokens - (0 if self._format == "seq2seq" else len(ids))
        if room < 1 or len(ids) > self.context_tokens:
            raise QuestionTooLong(f"{len(ids)} tokens do not fit the {self.context_tokens} of {self.name}.")
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        streamer.text_queue = pieces
        prompt = torch.tensor([ids], device=model.device)
        started.set()
        model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=min(max_tokens, room),
            streamer=streamer,
            stopping_criteria=_stopping(ended),
            pad_token_id=self._padding(model),
            **self._sampling,
        )

    def _encode(self, messages: Sequence[Message]) -> list[int]:
        if self._llama2 is not None:
            return _llama2.encode_dialog(self._llama2, messages)
        if self._format == "template":
            return self._templated([Message(m.role, self._defused(m.content)) for m in messages])
        joined = "\n\n".join(message.content for message in messages)
        text = joined if self._format == "seq2seq" else _plain.render(messages)
        return self._tokenizer(text, split_special_tokens=True)["input_ids"]

    def _templated(self, messages: Sequence[Message]) -> list[int]:
        from jinja2 import TemplateError

        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            encoded = self._tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)
        except TemplateError:  # some formats know no system role
            if [message.role for message in messages[:2]] != ["system", "user"]:
                raise
            folded = Message("user", f"{messages[0].content}\n\n{messages[1].content}")
            return self._templated([folded, *messages[2:]])
        return encoded["input_ids"]

    def _defused(self, text: str) -> str:
        """The text with a space in each of this tokenizer's own control tokens; a template would let them through."""
        for token in self._tokenizer.added_tokens_encoder:
            if len(token) > 1 and token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _padding(self, model: Any) -> int | None:
        ends = model.generation_config.eos_token_id
        first_end = ends[0] if isinstance(ends, list) else ends
        return self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else first_end

    # -- what is loaded, each when first needed ----------------------------------------------------------------

    @cached_property
    def _config(self) -> Any:
        with self._loading():
            from transformers import AutoConfig

            return AutoConfig.from_pretrained(self.name).get_text_config()

    @cached_property
    def _tokenizer(self) -> Any:
        with self._loading():
            from transformers import AutoTokenizer

            return AutoTokenizer.from_pretrained(self.name)

    @cached_property
    def _model(self) -> Any:
        with self._loading():
            import torch
            from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

            kind = AutoModelForSeq2SeqLM if self._config.is_encoder_decoder else AutoModelForCausalLM
            gpu = torch.cuda.is_available()
            return kind.from_pretrained(
                self.name,
                dtype="auto" if gpu else torch.float32,  # bfloat16 kills the process on some processors
                device_map="auto" if gpu else None,
                quantization_config=_quantized(self._quantization),
            ).eval()

    @cached_property
    def _format(self) -> Literal["llama2", "seq2seq", "template", "plain"]:
        if self._llama2 is not None:
            return "llama2"
        if self._config.is_encoder_decoder:
            return "seq2seq"
        return "template" if self._tokenizer.chat_template else "plain"

    @cached_property
    def _llama2(self) -> _llama2.Encoder | None:
        """The exact encoder where this is a Llama 2 chat model: by name, by template, or by vocabulary without one."""
        if self._config.model_type != "llama":
            return None
        template = str(self._tokenizer.chat_template or "")
        piece, id_ = _LLAMA2_OPENING
        untemplated = not template and self._tokenizer.get_vocab().get(piece) == id_
        if not (untemplated or "<<SYS>>" in template or _LLAMA2_CHAT.search(self.name)):
            return None
        return _llama2.from_json(self._tokenizer.backend_tokenizer.to_str())

    @cached_property
    def _count(self) -> Callable[[str], int]:
        """Counts by a tokenizer of its own: the one of the worker's thread may not be used from another."""
        if self._llama2 is not None:
            encode = self._llama2.encode
            return lambda text: len(encode(text))
        if not self._tokenizer.is_fast:
            return lambda text: len(self._tokenizer(text, add_special_tokens=False)["input_ids"])
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True
        return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            raise ModelUnavailable(
                f"The chat model {self.name} could not be loaded: {_first_line(error)}",
                "Check the setting chat_model: a folder, or a name that is downloaded once with a network.",
            ) from error

    def _failure(self, error: BaseException) -> TenkyoError:
        said = f"The chat model {self.name} failed: {_first_line(error)}"
        if isinstance(error, TimeoutError):
            return ModelSilent(said, "Raise the setting chat_timeout_s, or choose a smaller model.")
        return ModelUnavailable(said, "Choose a smaller model or the setting chat_quantization = 4bit.")


def _sampling(temperature: float, top_p: float) -> dict[str, Any]:
    """Options of `generate`: Meta's reference samples by temperature and top_p alone, so top_k is off."""
    if temperature == 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {"do_sample": True, "temperature": temperature, "top_p": top_p, "top_k": 0}


def _quantized(quantization: Quantization) -> Any:
    if quantization == "none":
        return None
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ModelUnavailable(
            f"Weights in {quantization} need a package that is not installed.", "Type: pip install bitsandbytes"
        )
    import torch
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float16)


def _stopping(ended: Callable[[], bool]) -> Any:
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList

    class Ended(StoppingCriteria):
        def __call__(self, input_ids: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:  # type: ignore[override]
            return torch.full((input_ids.shape[0],), ended(), dtype=torch.bool, device=input_ids.device)

    return StoppingCriteriaList([Ended()])


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
