"""What generators behind a network share: prompts, one guarded connection a request, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import GeneratorError
from rag.generators.cancel import CancelToken
from rag.generators.prompts import Message, build_messages, choice_messages, question_messages, variants_messages
from rag.generators.protocol import GenerationRequest, NumberedPassage
from rag.generators.providers import Endpoint, guarded_client, provider_error, transport_error
from rag.generators.replies import parse_choice, parse_questions, parse_variants
from rag.text.tokens import count_tokens

ANSWER_TOKENS = 800
CHOICE_TOKENS = 80
VARIANTS_TOKENS = 400
RETRIES = 2  # after 429 and 5xx, with the library's own growing waits


class ChatModel:
    """A model that answers messages over HTTP. A subclass makes the client of its provider's SDK and reads its stream.

    Raises GeneratorError when it is asked and the server fails.
    """

    numbering = "sentences"
    context_tokens: int  # what the prompt may have
    form: str  # what the server is to answer in, for an error message

    def __init__(self, to: Endpoint, client: Any, *, http_client: type, error: type[Exception]) -> None:
        """`client` is the SDK's, `http_client` the class of the HTTP client under it, `error` the SDK's root error."""
        self._to = to
        self._client = client
        self._http_client = http_client
        self._errors = (error, transport_error(http_client))

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        """The model's text as it comes, citing `[p.s]`."""
        messages = build_messages(request, max_tokens=self.context_tokens, count_tokens=count_tokens)
        yield from self._complete(messages, ANSWER_TOKENS, request.cancel)

    def variants(self, question: str, history: Sequence[str], *, cancel: CancelToken | None = None) -> list[str]:
        """The question in full, rewordings, and a made-up answer."""
        messages = variants_messages(question, history, max_tokens=self.context_tokens, count_tokens=count_tokens)
        return parse_variants("".join(self._complete(messages, VARIANTS_TOKENS, cancel)))

    def choose(
        self, question: str, passages: Sequence[NumberedPassage], *, cancel: CancelToken | None = None
    ) -> list[str]:
        """The numbers of the sentences that answer, best first."""
        messages = choice_messages(question, passages, max_tokens=self.context_tokens, count_tokens=count_tokens)
        return parse_choice("".join(self._complete(messages, CHOICE_TOKENS, cancel)))

    def questions(self, passage: NumberedPassage, *, cancel: CancelToken | None = None) -> list[str]:
        """The questions that a passage answers."""
        return parse_questions("".join(self._complete(question_messages(passage), VARIANTS_TOKENS, cancel)))

    def _complete(self, messages: list[Message], max_tokens: int, cancel: CancelToken | None) -> Iterator[str]:
        begun = False
        try:
            with guarded_client(self._http_client, self._to, cancel) as connection:
                client = self._client.with_options(http_client=connection)
                for text in self._stream(client, messages, max_tokens):
                    begun = True
                    if text:
                        yield text
        except self._errors as error:
            raise provider_error(error, self._to, begun=begun) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise GeneratorError(f"{self._to.host}: it did not answer in the form of {self.form}") from error

    def _stream(self, client: Any, messages: list[Message], max_tokens: int) -> Iterator[str]:
        """The answer's text as the server sends it; an empty piece for an event that holds no text.

        Raises GeneratorError if the stream ends without saying that the answer is complete, or the SDK's own errors.
        """
        raise NotImplementedError


def broke_off(to: Endpoint) -> GeneratorError:
    """For a stream that ended in the middle of an answer."""
    return GeneratorError(f"{to.host}: it broke off in mid-answer")
