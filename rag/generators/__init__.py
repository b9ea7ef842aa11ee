"""What turns evidence into an answer's text: the `Generator` protocol and the generators by name.

A generator yields pieces of text and cites what it was given: `[n]` is `request.evidence[n - 1]`. It never makes a citation
itself: numbers are turned into located quotations by code that knows what was offered.

A generator whose attribute `numbering` is `"sentences"` cites `[p.s]` instead: sentence `s` of `request.passages[p - 1]`.
Language models do, since they are shown whole passages. Any object with `generate` will do; it need not import onrecord.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from embeddings.registry import Registry
from rag.errors import InputError
from rag.types import Passage, Sentence

GENERATORS = Registry(
    "onrecord.generators",
    {
        "extractive": "rag.generators.extractive:ExtractiveGenerator",
        "openai": "rag.generators.openai_compatible:OpenAIGenerator",
        "anthropic": "rag.generators.anthropic:AnthropicGenerator",
        "transformers": "rag.generators.transformers:TransformersGenerator",
    },
)
DEFAULT_GENERATOR = "extractive"


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A retrieved passage in whole sentences: `sentences[s - 1]` is cited as `[p.s]`."""

    passage: Passage
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a generator gets: `evidence[n - 1]` is cited as `[n]`; `passages` hold more around it, best first.

    The best quote is the first of the evidence; then come the others by speaker and date, the oldest first.
    """

    question: str
    history: tuple[str, ...]
    evidence: tuple[Sentence, ...]
    passages: tuple[NumberedPassage, ...] = ()


class Generator(Protocol):
    """Any object with this one method."""

    def generate(self, request: GenerationRequest) -> Iterator[str]: ...


def load_generator(name: str, options: Mapping[str, Any] | None = None, *, timeout_s: float | None = None) -> Generator:
    """A generator by name. `options` that are None are left out; one that it has no use for is an error.

    `timeout_s` goes to generators that wait for others, and take one.

    Raises UnknownName for a name that nothing has, InputError for an option that this generator does not take.
    """
    factory = GENERATORS.get(name)
    given = {key: value for key, value in (options or {}).items() if value is not None}
    if given or timeout_s is not None:
        takes = inspect.signature(factory).parameters
        if unknown := [key for key in given if key not in takes]:
            flags = " ".join(f"--{key.replace('_', '-')} {given[key]}" for key in unknown)
            raise InputError(
                f"the {name} generator uses no {unknown[0].replace('_', ' ')}; leave out {flags}, or choose a --generator"
            )
        if timeout_s is not None and "timeout_s" in takes:
            given["timeout_s"] = timeout_s
    generator: Generator = factory(**given)
    return generator
