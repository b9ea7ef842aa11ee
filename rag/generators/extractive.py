"""The default generator: the evidence itself, attributed. Needs no model, and cannot make anything up."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rag.evidence.order import SPEAKER_UNCERTAIN, SpeakerDay, speaker_day
from rag.generators.protocol import GenerationRequest
from rag.text.dates import spoken_date
from rag.types import Citation, Sentence, Span


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
    return heading(speaker_day(sentence.passage), dates_differ=dates_differ) + quote(sentence, marker)


def heading(group: SpeakerDay, *, dates_differ: bool = False) -> str:
    """What stands before the first quotation of a speaker and day.

    >>> heading((None, "Ilse Brandt"))
    'Ilse Brandt: '
    """
    date, who = group
    if not date:
        return f"{who}: "
    return f"On {spoken_date(date)}, {who}: " if dates_differ else f"{who}, {spoken_date(date)}: "


def quote(sentence: Sentence, marker: int) -> str:
    """A quotation with its marker."""
    return _quoted(sentence.text, marker)


def _quoted(words: str, marker: int) -> str:
    return f"“{words}” [{marker}]"


def quotations_alone(text: str, citations: Sequence[Citation]) -> list[Span] | None:
    """The range of each citation, with its heading, if the text is what this generator would write; else None.

    The citations tell where each quotation ends. The marks within a quotation do not: it may hold quotations itself.

    >>> quotations_alone("It was late.", [])
    """
    if not citations:
        return None
    spans: list[Span] = []
    position = 0
    before: SpeakerDay | None = None
    for cited in citations:
        group = _speaker_day_of(cited)
        starts = [heading(group), heading(group, dates_differ=True)]
        if before is None:
            written = [("", start) for start in starts]
        else:
            written = [(" ", "")] if group == before else [("\n\n", start) for start in starts]
        said = _quoted(cited.quote, cited.marker)
        found = next((each for each in written if text.startswith(f"{each[0]}{each[1]}{said}", position)), None)
        if found is None:
            return None
        start = position + len(found[0])
        position, before = start + len(found[1]) + len(said), group
        spans.append((start, position))
    return None if text[position:].strip() else spans


def _speaker_day_of(cited: Citation) -> SpeakerDay:
    """The same as `speaker_day` of the passage that is cited."""
    who = cited.speaker or cited.title or cited.source
    return cited.date, who if cited.speaker_certain else SPEAKER_UNCERTAIN
