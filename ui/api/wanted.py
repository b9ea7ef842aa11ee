"""What a request in OpenAI's form wants of an answer besides its text: what can be given is given, and the rest is refused.

A setting of a model's writing (temperature, seed, penalties) is ignored, since answers are made of quotes. A setting that a
client's program rests on is never ignored: a form of the answer, a call of a tool, a limit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from rag.text.tokens import estimate_tokens
from ui.api.context import as_json
from ui.api.errors import ApiError

MAX_STOPS = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form of an answer's text: as JSON, up to a word, up to a number of tokens."""

    as_json: bool = False
    stops: tuple[str, ...] = ()
    most_tokens: int | None = None


class WantedFields(BaseModel):
    """The keys of a request that say what its answer must be like."""

    response_format: dict[str, Any] | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    tool_choice: str | dict[str, Any] | None = None
    function_call: str | dict[str, Any] | None = None
    logprobs: bool | None = False
    modalities: list[str] | None = None

    @property
    def wanted(self) -> Wanted:
        """What is wanted, if it can be given. Raises ApiError otherwise, with the name of the key."""
        for name, value in (("tool_choice", self.tool_choice), ("function_call", self.function_call)):
            if value not in (None, "auto", "none"):
                raise ApiError(
                    400, f"{name}: nothing is called here; leave it out, or send 'auto' or 'none'", param=name
                )
        if self.logprobs:
            raise ApiError(400, "logprobs: a quote has no probabilities of its words; leave it out", param="logprobs")
        if any(mode != "text" for mode in self.modalities or ()):
            raise ApiError(400, "modalities: an answer is text; send ['text'], or leave it out", param="modalities")
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        if len(stops) > MAX_STOPS:
            raise ApiError(400, f"stop has {len(stops)} texts, {MAX_STOPS} are allowed", param="stop")
        limits = [limit for limit in (self.max_tokens, self.max_completion_tokens) if limit is not None]
        return Wanted(
            as_json=_wants_json(self.response_format),
            stops=tuple(stop for stop in stops if stop),
            most_tokens=min(limits, default=None),
        )


def _wants_json(form: Mapping[str, Any] | None) -> bool:
    kind = "text" if form is None else form.get("type")
    if kind == "json_schema":
        sentence = "response_format: an answer's JSON has its own keys; send {'type': 'json_object'} to get it"
        raise ApiError(400, sentence, param="response_format")
    if kind not in ("text", "json_object"):
        raise ApiError(
            400, f"response_format: there is no type {kind!r}; known: text, json_object", param="response_format"
        )
    return bool(kind == "json_object")


def harmless_json(answer: Mapping[str, Any]) -> str:
    r"""An answer as JSON, in which nothing is an image or HTML if a program renders it as Markdown; its value is the same.

    >>> print(harmless_json({"text": "![a](http://x) <img>"}))
    {"text":"\u0021[a](http://x) \u003cimg>"}
    """
    return as_json(answer).replace("<", "\\u003c").replace("![", "\\u0021[")


class Limiter:
    """Lets a text through, piece by piece, up to the first stop or up to a number of tokens.

    >>> limiter = Limiter(Wanted(stops=("END",)))
    >>> limiter.add("one E"), limiter.add("ND two"), limiter.end(), limiter.finish
    ('one ', '', '', 'stop')
    >>> limiter = Limiter(Wanted(most_tokens=2))
    >>> limiter.add("It was late."), limiter.finish
    ('It was', 'length')
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._written = self._held = ""
        self._is_over = False
        self.finish = "stop"

    def add(self, piece: str) -> str:
        """What can be shown now; an end that may be the beginning of a stop is held back."""
        text = self._held + piece
        self._held = ""
        found = [(at + len(stop), at) for stop in self._wanted.stops if (at := text.find(stop)) >= 0]
        if found:
            _, first = min(found)  # of the stop that is complete first, however the pieces are cut
            shown = self._within(text[:first])
            self._is_over = True
            return shown
        cut = min((_begun(text, stop) for stop in self._wanted.stops), default=len(text))
        self._held = text[cut:]
        return self._within(text[:cut])

    def end(self) -> str:
        """What was held back, at the end of the text."""
        held, self._held = self._held, ""
        return self._within(held)

    def _within(self, text: str) -> str:
        """As much of a text as is left of the tokens."""
        most = self._wanted.most_tokens
        if self._is_over:
            return ""
        if most is not None and estimate_tokens(self._written + text) > most:
            sizes = range(len(text) + 1)
            fits = bisect_right(sizes, most, key=lambda size: estimate_tokens(self._written + text[:size]))
            text = text[: fits - 1].rstrip()
            self._is_over, self.finish = True, "length"
        self._written += text
        return text


def _begun(text: str, stop: str) -> int:
    """Where the end of a text may be the beginning of a stop; the length of the text if it is none.

    >>> _begun("one E", "END"), _begun("one", "END")
    (4, 3)
    """
    return next(
        (at for at in range(max(0, len(text) - len(stop) + 1), len(text)) if stop.startswith(text[at:])), len(text)
    )
