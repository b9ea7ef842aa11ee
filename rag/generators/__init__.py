"""What turns evidence into an answer's text: the generators by name.

A generator yields pieces of text and cites what it was given by number. It never makes a citation itself: numbers are
turned into located quotations by code that knows what was offered. Any object with `generate` will do
(`protocol.py`); it need not import onrecord.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from embeddings.registry import Registry
from rag.errors import InputError
from rag.generators.protocol import AnyGenerator, GenerationRequest, Generator, NumberedPassage

__all__ = [
    "DEFAULT_GENERATOR",
    "GENERATORS",
    "AnyGenerator",
    "GenerationRequest",
    "Generator",
    "NumberedPassage",
    "load_generator",
]

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


def load_generator(
    name: str, options: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
) -> AnyGenerator:
    """A generator by name. `options` that are None are left out; one that the generator does not take is an error.

    `timeout_s` goes to the generators that take one: those that wait for a server.

    Raises UnknownName for a name that is not registered, InputError for an option that this generator does not take.
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
    generator: AnyGenerator = factory(**given)
    return generator
