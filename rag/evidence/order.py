"""Quotes by voice: who said what, and when, kept apart.

Where people disagree, or one person says something else a year later, an answer must not run their words together. So
quotes are told voice by voice, a voice being one speaker on one day, in order of date. The best quote stays the first all
the same: confidence is the probability that the first quote answers, and users read that one.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Passage, Sentence

Voice = tuple[str | None, str]  # ISO date, who


def voice_of(passage: Passage) -> Voice:
    """The day and the speaker of a passage; where nobody is named, the title or the file speaks."""
    return passage.date, passage.speaker or passage.title or passage.source


def by_voice(quotes: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The best quote and what else its voice says; then the other voices in order of date, those without one last.

    `quotes` come best first. A voice's quotes stand in the order in which they were said, the best one of all excepted.

    >>> def quote(date, speaker, start, text):
    ...     passage = Passage("p", "d", "f", speaker, "respondent", "", 0, 99, "", date=date)
    ...     return Sentence(passage, start, start + len(text), text, 1.0)
    >>> ranked = [quote("2025-06-09", "Ann", 40, "It costs nine."), quote("2026-01-02", "Jo", 7, "Twelve."),
    ...           quote("2025-03-03", "Ann", 20, "Five."), quote("2025-06-09", "Ann", 0, "Nine, we think.")]
    >>> [(sentence.passage.date, sentence.text) for sentence in by_voice(ranked)]
    [('2025-06-09', 'It costs nine.'), ('2025-06-09', 'Nine, we think.'), ('2025-03-03', 'Five.'), ('2026-01-02', 'Twelve.')]
    """
    voices = list(dict.fromkeys(voice_of(quote.passage) for quote in quotes))
    # Voices of one day stay in order of strength: sorting is stable.
    others = sorted(voices[1:], key=lambda voice: (voice[0] is None, voice[0] or ""))
    told: list[Sentence] = list(quotes[:1])
    for voice in [*voices[:1], *others]:
        own = [quote for quote in quotes[1:] if voice_of(quote.passage) == voice]
        told += sorted(own, key=lambda quote: (quote.passage.source, quote.start))
    return tuple(told)
