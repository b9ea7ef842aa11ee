"""Any server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, llama.cpp, LM Studio. Streamed.

onrecord ask "…" --generator openai --base-url http://localhost:11434/v1 --model llama3.2
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import InputError
from rag.generators import GenerationRequest
from rag.generators.prompts import Message, build_messages, rewrite_messages
from rag.generators.providers import RETRIES, Provider, endpoint, guarded_client, missing, told, transport_error
from rag.text.tokens import count_tokens

OPENAI = Provider("OpenAI", "api.openai.com", "OPENAI_API_KEY")
DEFAULT_URL = "https://api.openai.com/v1"
CONTEXT_TOKENS = 6_000  # what the prompt may have: small local models read eight thousand
ANSWER_TOKENS = 800
THINKING_TOKENS = 4_000  # beside the answer's, for models that think first


class OpenAIGenerator:
    """A model behind an OpenAI-compatible server. Raises InputError for what cannot be used, when it is made or asked."""

    numbering = "sentences"

    def __init__(
        self, *, model: str | None = None, base_url: str | None = None, timeout_s: float = 60.0, client: Any = None
    ) -> None:
        self._to = endpoint(OPENAI, base_url, default=DEFAULT_URL)
        self._model = model
        try:
            import openai
        except ImportError as error:
            raise missing("openai", "openai") from error
        self._errors = (openai.OpenAIError, transport_error(openai.DefaultHttpxClient))
        self._refused = openai.BadRequestError
        self._client: Any = client or openai.OpenAI(
            api_key=self._to.key or "none",
            base_url=self._to.url,
            timeout=timeout_s,
            max_retries=RETRIES,
            http_client=guarded_client(openai.DefaultHttpxClient, self._to),
        )

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        """The model's text as it comes, citing `[p.s]`."""
        messages = build_messages(request, max_tokens=CONTEXT_TOKENS, count_tokens=count_tokens)
        yield from self._complete(messages, ANSWER_TOKENS)

    def rewrite(self, question: str, history: Sequence[str]) -> str:
        """A follow-up as a question that stands on its own."""
        messages = rewrite_messages(question, history, max_tokens=CONTEXT_TOKENS, count_tokens=count_tokens)
        return "".join(self._complete(messages, 100)).strip().strip('"')

    def _complete(self, messages: list[Message], max_tokens: int) -> Iterator[str]:
        begun = ended = False
        try:
            with self._open(messages, max_tokens) as stream:
                for chunk in stream:
                    begun = True
                    for choice in (getattr(chunk, "choices", None) or [])[:1]:
                        if text := getattr(choice.delta, "content", None):
                            yield str(text)
                        ended = ended or bool(choice.finish_reason)
            if not ended:
                raise InputError(f"{self._to.host}: it broke off in mid-answer")
        except self._errors as error:
            raise told(error, self._to, begun=begun) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise InputError(f"{self._to.host}: it did not answer in the form of chat completions") from error

    def _open(self, messages: list[Message], max_tokens: int) -> Any:
        """The stream of an answer; models that think first take neither a temperature nor `max_tokens`."""
        asked = {"model": self._model or self._only_model(), "messages": messages, "stream": True}
        create = self._client.chat.completions.create
        try:
            return create(**asked, max_tokens=max_tokens, temperature=0)
        except self._refused:
            return create(**asked, max_completion_tokens=max_tokens + THINKING_TOKENS)

    def _only_model(self) -> str:
        """The one model that a server has, where it has one."""
        names = [str(model.id) for model in self._client.models.list()]
        if len(names) == 1:
            self._model = names[0]
            return names[0]
        listed = ", ".join(names[:8]) or "none"
        raise InputError(f"{self._to.host}: choose a model with --model; there are: {listed}")
