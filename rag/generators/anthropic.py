"""Anthropic's models, by its own SDK. Streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import InputError
from rag.generators import GenerationRequest
from rag.generators.prompts import Message, build_messages, rewrite_messages
from rag.generators.providers import RETRIES, Provider, endpoint, guarded_client, missing, told, transport_error
from rag.text.tokens import count_tokens

ANTHROPIC = Provider("Anthropic", "api.anthropic.com", "ANTHROPIC_API_KEY", header="x-api-key", form="{key}")
DEFAULT_URL = "https://api.anthropic.com"
CONTEXT_TOKENS = 8_000
ANSWER_TOKENS = 800


class AnthropicGenerator:
    """A Claude model. Raises InputError for what cannot be used, when it is made or asked."""

    numbering = "sentences"

    def __init__(
        self, *, model: str | None = None, base_url: str | None = None, timeout_s: float = 60.0, client: Any = None
    ) -> None:
        if not model:
            raise InputError("the anthropic generator wants a model's name; add --model")
        self._to = endpoint(ANTHROPIC, base_url, default=DEFAULT_URL)
        self._model = model
        try:
            import anthropic
        except ImportError as error:
            raise missing("anthropic", "anthropic") from error
        self._errors = (anthropic.AnthropicError, transport_error(anthropic.DefaultHttpxClient))
        self._client: Any = client or anthropic.Anthropic(
            api_key=self._to.key or "none",
            base_url=self._to.url,
            timeout=timeout_s,
            max_retries=RETRIES,
            http_client=guarded_client(anthropic.DefaultHttpxClient, self._to),
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
        system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
        others = [message for message in messages if message["role"] != "system"]
        options: dict[str, Any] = {"system": system} if system else {}
        begun = False
        try:
            with self._client.messages.stream(
                model=self._model, messages=others, max_tokens=max_tokens, **options
            ) as stream:
                for text in stream.text_stream:
                    begun = True
                    yield text
                if not stream.current_message_snapshot.stop_reason:
                    raise InputError(f"{self._to.host}: it broke off in mid-answer")
        except self._errors as error:
            raise told(error, self._to, begun=begun) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise InputError(f"{self._to.host}: it did not answer in the form of messages") from error
