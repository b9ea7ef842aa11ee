"""What a generator can do beside `generate`: the one place that looks at an object's optional attributes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.generators.cancel import CancelToken
from rag.generators.extractive import ExtractiveGenerator
from rag.generators.protocol import Generator

Rewrite = Callable[[str, Sequence[str], CancelToken], str]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is known of a generator before it is asked."""

    only_quotes: bool  # it copies the evidence: needs no time limit, and nothing in its text has to be made exact
    cites_sentences: bool  # `[p.s]` in place of `[n]`
    rewrite: Rewrite | None  # None if it cannot


def capabilities_of(generator: Generator) -> Capabilities:
    """The capabilities of a generator; the optional ones are described at `Generator`.

    >>> capabilities_of(ExtractiveGenerator())
    Capabilities(only_quotes=True, cites_sentences=False, rewrite=None)
    """
    return Capabilities(
        only_quotes=isinstance(generator, ExtractiveGenerator),
        cites_sentences=getattr(generator, "numbering", "") == "sentences",
        rewrite=_optional_method(generator, "rewrite"),
    )


def _optional_method(generator: Generator, name: str) -> Callable[..., Any] | None:
    """A method that takes a cancel token as its last argument, and passes it on if the generator's own takes one."""
    method = getattr(generator, name, None)
    if method is None:
        return None
    try:
        takes_token = "cancel" in inspect.signature(method).parameters
    except (TypeError, ValueError):  # some built-in callables have no signature
        takes_token = False

    def call(*arguments: Any) -> Any:
        *own, token = arguments
        return method(*own, cancel=token) if takes_token else method(*own)

    return call
