"""Any server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, llama.cpp, LM Studio. Streamed.

onrecord ask "…" --generator openai --base-url http://localhost:11434/v1 --model llama3.2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.generators.chat_model import RETRIES, ChatModel, broke_off
from rag.generators.prompts import Message
from rag.generators.providers import Provider, endpoint, guarded_client, missing_package

OPENAI = Provider("OpenAI", "api.openai.com", "OPENAI_API_KEY")
DEFAULT_URL = "https://api.openai.com/v1"
THINKING_TOKENS = 4_000  # beside the answer's, for models that think first


class OpenAIGenerator(ChatModel):
    """A model behind an OpenAI-compatible server. Raises InputError for unusable options, when it is made."""

    context_tokens = 6_000  # small local models read eight thousand
    form = "chat completions"

    def __init__(self, *, model: str | None = None, base_url: str | None = None, timeout_s: float = 60.0) -> None:
        to = endpoint(OPENAI, base_url, default=DEFAULT_URL)
        self._model = model
        try:
            import openai
        except ImportError as error:
            raise missing_package("openai", "openai") from error
        self._refused = openai.BadRequestError
        http_client = openai.DefaultHttpxClient
        client = openai.OpenAI(
            api_key=to.key or "none",
            base_url=to.url,
            timeout=timeout_s,
            max_retries=RETRIES,
            http_client=guarded_client(http_client, to),
        )
        super().__init__(to, client, http_client=http_client, error=openai.OpenAIError)

    def _stream(self, client: Any, messages: list[Message], max_tokens: int) -> Iterator[str]:
        ended = False
        with self._open(client, messages, max_tokens) as stream:
            for chunk in stream:
                text = ""
                for choice in (getattr(chunk, "choices", None) or [])[:1]:
                    text = str(getattr(choice.delta, "content", None) or "")
                    ended = ended or bool(choice.finish_reason)
                yield text
        if not ended:
            raise broke_off(self._to)

    def _open(self, client: Any, messages: list[Message], max_tokens: int) -> Any:
        """The stream of an answer; models that think first take neither a temperature nor `max_tokens`."""
        asked = {"model": self._model or self._only_model(client), "messages": messages, "stream": True}
        create = client.chat.completions.create
        try:
            return create(**asked, max_tokens=max_tokens, temperature=0)
        except self._refused:
            return create(**asked, max_completion_tokens=max_tokens + THINKING_TOKENS)

    def _only_model(self, client: Any) -> str:
        """The one model that a server has. Raises InputError, which lists them, for a server that has several."""
        names = [str(model.id) for model in client.models.list()]
        if len(names) == 1:
            self._model = names[0]
            return names[0]
        listed = ", ".join(names[:8]) or "none"
        raise InputError(f"{self._to.host}: choose a model with --model; there are: {listed}")
