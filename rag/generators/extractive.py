"""The default generator: the evidence itself, attributed. Needs no model, and cannot make anything up."""

from __future__ import annotations

from collections.abc import Generator

from rag.evidence.order import speaker_day
from rag.generators.protocol import GenerationRequest
from rag.text.dates import spoken_date
from rag.types import Sentence


class ExtractiveGenerator:
    """Quotes the evidence word for word, a paragraph for each speaker and date, in the order in which it comes."""

    def generate(self, request: GenerationRequest) -> Generator[str, None, None]:
        """Yield the text in pieces, a sentence a piece, with a marker `[n]` for `request.evidence[n - 1]`."""
        dates = {sentence.passage.date for sentence in request.evidence}
        before = None
        for number, sentence in enumerate(request.evidence, start=1):
            group = speaker_day(sentence.passage)
            if group == before:
                yield f" {quote(sentence, number)}"
            else:
                yield ("\n\n" if before else "") + attribute(sentence, number, dates_differ=len(dates) > 1)
            before = group


def attribute(sentence: Sentence, marker: int, *, dates_differ: bool = False) -> str:
    """A quotation with who said it and when, if the record says when; with `dates_differ`, the date comes first.

    >>> from rag.types import Passage
    >>> passage = Passage("p", "d", "a.txt", "Ilse Brandt", "respondent", "", 0, 12, "It was late.", date="2025-03-12")
    >>> attribute(Sentence(passage, 0, 12, "It was late.", 1.0), 1)
    'Ilse Brandt, 12 March 2025: “It was late.” [1]'
    >>> attribute(Sentence(passage, 0, 12, "It was late.", 1.0), 1, dates_differ=True)
    'On 12 March 2025, Ilse Brandt: “It was late.” [1]'
    """
    date, who = speaker_day(sentence.passage)
    said = quote(sentence, marker)
    if not date:
        return f"{who}: {said}"
    return f"On {spoken_date(date)}, {who}: {said}" if dates_differ else f"{who}, {spoken_date(date)}: {said}"


def quote(sentence: Sentence, marker: int) -> str:
    """A quotation with its marker."""
    return f"“{sentence.text}” [{marker}]"
