"""A model on this machine, run by transformers: no server, and no network once the weights are there. Streamed.

Slow without a GPU, and heavy: torch and transformers are loaded at the first question.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import GeneratorError, InputError
from rag.generators.cancel import CancelToken
from rag.generators.prompts import Message, build_messages, choice_messages, question_messages, variants_messages
from rag.generators.protocol import GenerationRequest, NumberedPassage
from rag.generators.replies import parse_choice, parse_questions, parse_variants

ANSWER_TOKENS = 400
CHOICE_TOKENS = 80
VARIANTS_TOKENS = 250
DEFAULT_CONTEXT_TOKENS = 4_096


class TransformersGenerator:
    """A causal language model by its name or folder. Raises InputError if it cannot be loaded."""

    numbering = "sentences"

    def __init__(self, *, model: str | None = None) -> None:
        if not model:
            raise InputError("the transformers generator wants a model's name or folder; add --model")
        self._name = model
        self._loaded: tuple[Any, Any] | None = None
        self._guard = threading.Lock()

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        """The model's text as it comes, citing `[p.s]`."""
        messages = build_messages(request, max_tokens=self._room(), count_tokens=self._count_tokens)
        yield from self._complete(messages, ANSWER_TOKENS, request.cancel)

    def variants(self, question: str, history: Sequence[str], *, cancel: CancelToken | None = None) -> list[str]:
        """The question in full, rewordings, and a made-up answer."""
        messages = variants_messages(question, history, max_tokens=self._room(), count_tokens=self._count_tokens)
        return parse_variants("".join(self._complete(messages, VARIANTS_TOKENS, cancel)))

    def choose(
        self, question: str, passages: Sequence[NumberedPassage], *, cancel: CancelToken | None = None
    ) -> list[str]:
        """The numbers of the sentences that answer, best first."""
        messages = choice_messages(question, passages, max_tokens=self._room(), count_tokens=self._count_tokens)
        return parse_choice("".join(self._complete(messages, CHOICE_TOKENS, cancel)))

    def questions(self, passage: NumberedPassage, *, cancel: CancelToken | None = None) -> list[str]:
        """The questions that a passage answers."""
        return parse_questions("".join(self._complete(question_messages(passage), VARIANTS_TOKENS, cancel)))

    def _room(self) -> int:
        """How many tokens a prompt may have."""
        model, _ = self._load()
        window = int(getattr(model.config, "max_position_embeddings", 0) or DEFAULT_CONTEXT_TOKENS)
        return max(256, min(window, 8_192) - ANSWER_TOKENS)

    def _count_tokens(self, text: str) -> int:
        return len(self._load()[1].encode(text))

    def _complete(self, messages: list[Message], max_tokens: int, cancel: CancelToken | None) -> Iterator[str]:
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        model, tokenizer = self._load()
        stopped = threading.Event()
        if cancel:
            cancel.on_cancel(stopped.set)

        class Stop(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                return stopped.is_set()

        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        failed: list[Exception] = []

        def run() -> None:
            try:
                model.generate(
                    **self._encoded(tokenizer, messages),
                    streamer=streamer,
                    max_new_tokens=max_tokens,
                    do_sample=False,
                    stopping_criteria=StoppingCriteriaList([Stop()]),
                )
            except Exception as error:
                failed.append(error)
                streamer.end()

        thread = threading.Thread(target=run, name="transformers", daemon=True)
        thread.start()
        try:
            yield from streamer
        finally:
            stopped.set()
            thread.join()
        if failed:
            raise GeneratorError(f"{self._name}: the model failed ({failed[0]})")

    @staticmethod
    def _encoded(tokenizer: Any, messages: list[Message]) -> Any:
        """The prompt as the model's chat template puts it, or as plain text if it has none."""
        if tokenizer.chat_template:
            return tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        text = "\n\n".join(message["content"] for message in messages) + "\n\nAnswer:"
        return tokenizer(text, return_tensors="pt")

    def _load(self) -> tuple[Any, Any]:
        with self._guard:
            if self._loaded is None:
                from transformers import AutoModelForCausalLM, AutoTokenizer

                try:
                    tokenizer = AutoTokenizer.from_pretrained(self._name)
                    model = AutoModelForCausalLM.from_pretrained(self._name, use_safetensors=True)
                except (OSError, ValueError) as error:
                    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                    raise InputError(f"{self._name}: this model cannot be loaded ({reason})") from error
                model.eval()
                self._loaded = (model, tokenizer)
            return self._loaded
