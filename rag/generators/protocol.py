"""What a generator is, what it gets, and what else it may be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rag.generators.cancel import CancelToken
from rag.types import Passage, Sentence


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A retrieved passage in whole sentences: `sentences[s - 1]` is cited as `[p.s]`."""

    passage: Passage
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a generator gets: `evidence[n - 1]` is cited as `[n]`; `passages` hold more around it, best first.

    The best quote is the first of the evidence; then come the others by speaker and date, the oldest first. A
    generator that blocks, on a network call for instance, registers with `cancel` how the call is ended.
    """

    question: str
    history: tuple[str, ...]
    evidence: tuple[Sentence, ...]
    passages: tuple[NumberedPassage, ...] = ()
    cancel: CancelToken = field(default_factory=CancelToken, compare=False)


class Generator(Protocol):
    """Any object with this one method, or with one of those that follow; they are looked up by `capabilities_of` alone.

    numbering = "sentences"
        The text cites `[p.s]`, sentence `s` of `request.passages[p - 1]`, and not `[n]`, `request.evidence[n - 1]`.
    variants(question: str, history: Sequence[str]) -> Sequence[str]
        What to search with beside the question: the question in full, as it is understood without the ones before it,
        then rewordings, then one made-up answer.
    choose(question: str, passages: Sequence[NumberedPassage]) -> Sequence[str]
        The numbers of the sentences that answer, such as "2.3", best first; empty if none does.
    questions(passage: NumberedPassage) -> Sequence[str]
        The questions that a passage answers, for `onrecord enrich`; without it, `generate` is asked for them.
    rewrite(question: str, history: Sequence[str]) -> str
        The older form of `variants`, for follow-ups alone: the question in full.

    Each is called within a time limit, in any thread; if it raises or takes too long, the answer does without. A parameter
    named `cancel` gets a `CancelToken`.
    """

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        """Pieces of the answer as they come; they may break anywhere. The iterator may be closed at any piece.

        Whatever it raises, the evidence is quoted in place of the text, and a note says why.
        """
        ...


class Proposer(Protocol):
    """An object that has only `variants`: it helps to find, and the record is quoted."""

    def variants(self, question: str, history: Sequence[str]) -> Sequence[str]:
        """See `Generator`."""
        ...


class Chooser(Protocol):
    """An object that has only `choose`: it says which sentences are quoted."""

    def choose(self, question: str, passages: Sequence[NumberedPassage]) -> Sequence[str]:
        """See `Generator`."""
        ...


AnyGenerator = Generator | Proposer | Chooser
