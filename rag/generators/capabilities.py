"""What a generator can do: the one place that looks at an object's optional attributes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.generators.cancel import CancelToken
from rag.generators.extractive import ExtractiveGenerator
from rag.generators.prompts import ASK_IN_WORDS
from rag.generators.protocol import GenerationRequest, NumberedPassage
from rag.generators.replies import parse_questions

Propose = Callable[[str, Sequence[str], CancelToken], Sequence[str]]
Choose = Callable[[str, Sequence[NumberedPassage], CancelToken], Sequence[str]]
AskPassage = Callable[[NumberedPassage, CancelToken], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is known of a generator before it is asked; None for a method that it does not have."""

    writes: bool  # it has `generate`
    only_quotes: bool  # it copies the evidence: needs no time limit, and nothing in its text has to be made exact
    cites_sentences: bool  # `[p.s]` in place of `[n]`
    variants: Propose | None  # a question and those before it → texts to search with
    choose: Choose | None  # a question and numbered passages → numbers of sentences
    questions: AskPassage | None  # a passage → the questions that it answers


def capabilities_of(generator: object) -> Capabilities:
    """The capabilities of a generator; the optional ones are described at `Generator`.

    >>> capabilities_of(ExtractiveGenerator())
    Capabilities(writes=True, only_quotes=True, cites_sentences=False, variants=None, choose=None, questions=None)
    """
    return Capabilities(
        writes=callable(getattr(generator, "generate", None)),
        only_quotes=isinstance(generator, ExtractiveGenerator),
        cites_sentences=getattr(generator, "numbering", "") == "sentences",
        variants=_optional_method(generator, "variants") or _rewrites(generator),
        choose=_optional_method(generator, "choose"),
        questions=_optional_method(generator, "questions") or _written_questions(generator),
    )


def _rewrites(generator: object) -> Propose | None:
    """The older method `rewrite` as one that gives variants: one for a follow-up, none for a question without history."""
    rewrite = _optional_method(generator, "rewrite")
    if rewrite is None:
        return None

    def variants(question: str, history: Sequence[str], token: CancelToken) -> Sequence[str]:
        return [rewrite(question, history, token)] if history else []

    return variants


def _written_questions(generator: object) -> AskPassage | None:
    """`generate` as a method that asks: the passage is its evidence, the wish is its question, and each line is a question.

    None for one that cannot generate, or only quotes.
    """
    generate = getattr(generator, "generate", None)
    if not callable(generate) or isinstance(generator, ExtractiveGenerator):
        return None

    def questions(passage: NumberedPassage, token: CancelToken) -> Sequence[str]:
        request = GenerationRequest(ASK_IN_WORDS, (), passage.sentences, (passage,), token)
        return parse_questions("".join(generate(request)))

    return questions


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
