"""What a generator can do: the one place that looks at an object's optional attributes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.generators.cancel import CancelToken
from rag.generators.extractive import ExtractiveGenerator
from rag.generators.protocol import NumberedPassage

Propose = Callable[[str, Sequence[str], CancelToken], Sequence[str]]
Choose = Callable[[str, Sequence[NumberedPassage], CancelToken], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is known of a generator before it is asked; None for a method that it does not have."""

    writes: bool  # it has `generate`
    only_quotes: bool  # it copies the evidence: needs no time limit, and nothing in its text has to be made exact
    cites_sentences: bool  # `[p.s]` in place of `[n]`
    variants: Propose | None  # a question and those before it → texts to search with
    choose: Choose | None  # a question and numbered passages → numbers of sentences


def capabilities_of(generator: object) -> Capabilities:
    """The capabilities of a generator; the optional ones are described at `Generator`.

    >>> capabilities_of(ExtractiveGenerator())
    Capabilities(writes=True, only_quotes=True, cites_sentences=False, variants=None, choose=None)
    """
    return Capabilities(
        writes=callable(getattr(generator, "generate", None)),
        only_quotes=isinstance(generator, ExtractiveGenerator),
        cites_sentences=getattr(generator, "numbering", "") == "sentences",
        variants=_optional_method(generator, "variants") or _rewrites(generator),
        choose=_optional_method(generator, "choose"),
    )


def _rewrites(generator: object) -> Propose | None:
    """The older method `rewrite` as one that gives variants: one for a follow-up, none for a question without history."""
    rewrite = _optional_method(generator, "rewrite")
    if rewrite is None:
        return None

    def variants(question: str, history: Sequence[str], token: CancelToken) -> Sequence[str]:
        return [rewrite(question, history, token)] if history else []

    return variants


def _optional_method(generator: object, name: str) -> Callable[..., Any] | None:
    """A method that takes a cancel token as its last argument, and passes it on if the generator's own takes one."""
    method = getattr(generator, name, None)
    if not callable(method):
        return None
    try:
        takes_token = "cancel" in inspect.signature(method).parameters
    except (TypeError, ValueError):  # some built-in callables have no signature
        takes_token = False

    def call(*arguments: Any) -> Any:
        *own, token = arguments
        return method(*own, cancel=token) if takes_token else method(*own)

    return call
