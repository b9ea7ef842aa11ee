"""Quotes in the order in which an answer shows them: grouped by speaker and day.

When people disagree, or one person says something else a year later, an answer must not run their words together. So
quotes are grouped by speaker and date, in order of date. The best quote stays first all the same: the confidence is the
probability that the first quote answers, and it is the one that users read.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.evidence.going_on import goes_on
from rag.types import Passage, Sentence

SPEAKER_UNCERTAIN = "Speaker uncertain"
SpeakerDay = tuple[str | None, str]  # ISO date, name


def speaker_day(passage: Passage) -> SpeakerDay:
    """The day and the speaker of a passage; the title or the file name for one without a named speaker.

    >>> speaker_day(Passage("p", "d", "a.txt", "", "other", "", 0, 3, "Yes", title="Talk", speaker_certain=False))
    (None, 'Speaker uncertain')
    """
    if not passage.speaker_certain:
        return passage.date, SPEAKER_UNCERTAIN
    return passage.date, passage.speaker or passage.title or passage.source


def by_speaker_day(quotes: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best quote and others of its speaker and day; then the other groups in order of date, undated ones last.

    `quotes` come best first. Within a group they are in the order in which they were said, except the best one of all, and
    what was said in the same turn as that one or goes on with it, which follows it: nothing of another exchange stands in
    between.

    >>> def quote(date, speaker, start, text):
    ...     passage = Passage("p", "d", "f", speaker, "respondent", "", 0, 99, "", date=date)
    ...     return Sentence(passage, start, start + len(text), text, 1.0)
    >>> ranked = [quote("2025-06-09", "Ann", 40, "It costs nine."), quote("2026-01-02", "Jo", 7, "Twelve."),
    ...           quote("2025-03-03", "Ann", 20, "Five."), quote("2025-06-09", "Ann", 0, "Nine, we think.")]
    >>> for sentence in by_speaker_day(ranked):
    ...     print(sentence.passage.date, sentence.passage.speaker, sentence.text)
    2025-06-09 Ann It costs nine.
    2025-06-09 Ann Nine, we think.
    2025-03-03 Ann Five.
    2026-01-02 Jo Twelve.
    """
    groups = list(dict.fromkeys(speaker_day(quote.passage) for quote in quotes))
    # Groups of one day stay in order of strength: sorting is stable.
    others = sorted(groups[1:], key=lambda group: (group[0] is None, group[0] or ""))
    ordered: list[Sentence] = list(quotes[:1])
    for group in [*groups[:1], *others]:
        own = [quote for quote in quotes[1:] if speaker_day(quote.passage) == group]
        ordered += sorted(own, key=lambda quote: (not _with(quotes[0], quote), quote.passage.source, quote.start))
    return tuple(ordered)


def _with(best: Sentence, quote: Sentence) -> bool:
    one, other = best.passage, quote.passage
    return (one.document_id, one.turn) == (other.document_id, other.turn) or goes_on(one, other)
