"""Anthropic's models, by its own SDK. Streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.generators.chat_model import RETRIES, ChatModel, broke_off
from rag.generators.prompts import Message
from rag.generators.providers import Provider, endpoint, guarded_client, missing_package

ANTHROPIC = Provider("Anthropic", "api.anthropic.com", "ANTHROPIC_API_KEY", header="x-api-key", form="{key}")
DEFAULT_URL = "https://api.anthropic.com"


class AnthropicGenerator(ChatModel):
    """A Claude model. Raises InputError for unusable options, when it is made."""

    context_tokens = 8_000
    form = "messages"

    def __init__(self, *, model: str | None = None, base_url: str | None = None, timeout_s: float = 60.0) -> None:
        if not model:
            raise InputError("the anthropic generator wants a model's name; add --model")
        to = endpoint(ANTHROPIC, base_url, default=DEFAULT_URL)
        self._model = model
        try:
            import anthropic
        except ImportError as error:
            raise missing_package("anthropic", "anthropic") from error
        http_client = anthropic.DefaultHttpxClient
        client = anthropic.Anthropic(
            api_key=to.key or "none",
            base_url=to.url,
            timeout=timeout_s,
            max_retries=RETRIES,
            http_client=guarded_client(http_client, to),
        )
        super().__init__(to, client, http_client=http_client, error=anthropic.AnthropicError)

    def _stream(self, client: Any, messages: list[Message], max_tokens: int) -> Iterator[str]:
        system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
        others = [message for message in messages if message["role"] != "system"]
        options: dict[str, Any] = {"system": system} if system else {}
        with client.messages.stream(model=self._model, messages=others, max_tokens=max_tokens, **options) as stream:
            yield from stream.text_stream
            if not stream.current_message_snapshot.stop_reason:
                raise broke_off(self._to)
