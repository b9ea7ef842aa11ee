"""The default generator: the evidence itself, attributed. Needs no model, and cannot make anything up."""

from __future__ import annotations

from collections.abc import Iterator

from rag.dates import spoken_date
from rag.generators import GenerationRequest
from rag.types import Sentence


class ExtractiveGenerator:
    """Quotes the evidence word for word, the best first."""

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        for number, sentence in enumerate(request.evidence, start=1):
            yield ("\n\n" if number > 1 else "") + attributed(sentence, number)


def attributed(sentence: Sentence, marker: int) -> str:
    """A quotation with who said it and when, as far as the record says so.

    'Ilse Brandt, 12 March 2025: “It was late.” [1]'
    """
    passage = sentence.passage
    who = passage.speaker or passage.title or passage.source
    when = f", {spoken_date(passage.date)}" if passage.date else ""
    return f"{who}{when}: “{sentence.text}” [{marker}]"
