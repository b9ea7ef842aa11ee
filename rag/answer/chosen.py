"""Sentences that a model chose by their numbers → an answer of quotes alone: no word that the model writes is shown.

The model judges, the record speaks. What it returns is read leniently and trusted for nothing but a choice: numbers that
were not offered are dropped, and if nothing is left of what it gave, the record is quoted as if no model had been asked.
"""

from __future__ import annotations

from collections.abc import Generator as Generates
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.writer import Writer, Written, reason_of
from rag.evidence.order import by_speaker_day
from rag.generators import DEFAULT_GENERATOR
from rag.generators.calls import Call
from rag.generators.capabilities import Choose
from rag.generators.extractive import ExtractiveGenerator
from rag.generators.protocol import GenerationRequest, NumberedPassage
from rag.generators.replies import PLACES
from rag.notes import FellBack
from rag.storage.protocol import Snapshot
from rag.types import Document, Passage, Sentence

SHOWN = 40  # passages that a model chooses from
MAX_QUOTES = 5
MAX_SENTENCES = 12  # that are quoted in all
MAX_RANGE = 10  # sentences that "2.3-2.9" may mean
NO_SUCH_NUMBER = "the numbers that it gave are those of no sentence"

Place = tuple[int, int]  # passage, sentence, both counted from 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model chose: quotes, best first, and their passages; `gave` says whether it gave any number at all."""

    quotes: tuple[Sentence, ...]
    gave: bool

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages of the quotes, each once."""
        return tuple(dict.fromkeys(quote.passage for quote in self.quotes))


def read_choice(numbers: Iterable[object], passages: Sequence[NumberedPassage]) -> Choice:
    """The sentences of these numbers as quotes, best first; neighbours that were both chosen are one quote."""
    places = places_of(numbers)
    offered = [
        (p, s) for p, s in places if 1 <= p <= len(passages) and 1 <= s <= len(passages[p - 1].sentences)
    ]  # fmt: skip
    runs: list[list[Place]] = []
    for place in offered[:MAX_SENTENCES]:
        beside = [run for run in runs if run[0][0] == place[0] and run[0][1] - 1 <= place[1] <= run[-1][1] + 1]
        if not beside:
            if len(runs) < MAX_QUOTES:
                runs.append([place])
            continue
        first, *others = beside  # two, if it lies between them
        first[:] = sorted([*first, place, *(own for other in others for own in other)])
        runs = [run for run in runs if all(run is not other for other in others)]
    return Choice(tuple(_quote(passages[run[0][0] - 1], run) for run in runs), gave=bool(places))


def _quote(numbered: NumberedPassage, run: Sequence[Place]) -> Sentence:
    first, last = numbered.sentences[run[0][1] - 1], numbered.sentences[run[-1][1] - 1]
    start, end, passage = first.start, last.end, numbered.passage
    return replace(first, end=end, text=passage.text[start - passage.start : end - passage.start])


def places_of(numbers: Iterable[object]) -> list[Place]:
    """The places that a model's numbers name, each once, in the order given; what is no such number is passed over.

    >>> places_of(["2.3", "[4.1, 4.2]", "2.1-2.3", "1.5–6", "7", None, 3.1])
    [(2, 3), (4, 1), (4, 2), (2, 1), (2, 2), (1, 5), (1, 6), (3, 1)]
    """
    found: dict[Place, None] = {}
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, str | int | float):
            continue
        for match in PLACES.finditer(str(number)[:1_000].replace("[", "").replace("]", "")):
            passage, first = int(match[1]), int(match[2])
            last = int(match[4]) if match[4] and int(match[3] or passage) == passage else first
            if not first <= last < first + MAX_RANGE:
                last = first
            found |= dict.fromkeys((passage, place) for place in range(first, last + 1))
    return list(found)


class ChosenWriter:
    """Answers with the sentences that a model chooses, within a time limit."""

    def __init__(self, snapshot: Snapshot, choose: Choose, *, name: str, timeout_s: float) -> None:
        self._snapshot = snapshot
        self._choose = choose
        self._name = name
        self._timeout_s = timeout_s

    def write(
        self, request: GenerationRequest, documents: Mapping[str, Document], *, suffices: bool, spent_s: float = 0.0
    ) -> Generates[str, None, tuple[Written, tuple[Passage, ...]]]:
        """Yields the quotes as they are shown; returns the answer, and the passages that the model chose.

        `suffices` says whether the evidence of the request would be quoted without a model: it is if the model fails.
        Raises Cancelled when the request's token is cancelled.
        """
        try:
            choice = self._chosen(request, spent_s)
        except Exception as error:  # whatever a generator raises, the record can be quoted
            request.cancel.raise_if_cancelled()
            written = yield from self._without(request, documents, reason_of(error, self._timeout_s), suffices)
            return written, ()
        if choice.gave and not choice.quotes:
            written = yield from self._without(request, documents, NO_SUCH_NUMBER, suffices)
            return written, ()
        if not choice.quotes:
            return Written("", self._name, refused=True), ()
        chosen = replace(request, evidence=by_speaker_day(choice.quotes))
        written = yield from self._quoting(self._name).write(chosen, documents)
        return written, choice.passages

    def _chosen(self, request: GenerationRequest, spent_s: float) -> Choice:
        call = Call(
            lambda token: self._choose(request.question, request.passages, token),
            timeout_s=max(0.0, self._timeout_s - spent_s),
            cancel=request.cancel,
        )
        numbers = call.result()
        if not isinstance(numbers, Sequence):
            raise TypeError(f"choose gives a list of numbers, not {type(numbers).__name__}")
        return read_choice([numbers] if isinstance(numbers, str) else numbers, request.passages)

    def _without(
        self, request: GenerationRequest, documents: Mapping[str, Document], reason: str, suffices: bool
    ) -> Generates[str, None, Written]:
        """What is answered without the model, with a note that says why."""
        notes = (FellBack(self._name, reason, quoted=suffices),)
        if not suffices:
            return Written("", DEFAULT_GENERATOR, notes=notes, refused=True)
        written = yield from self._quoting(DEFAULT_GENERATOR).write(request, documents)
        return replace(written, notes=(*notes, *written.notes))

    def _quoting(self, name: str) -> Writer:
        return Writer(
            self._snapshot, ExtractiveGenerator(), name=name, timeout_s=self._timeout_s, strict=False
        )  # quotes support themselves
