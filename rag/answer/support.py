"""Does an answer say what its citations say? Sentence by sentence, from the words alone.

supported     the content words are in the cited sentences, and so is every name, number and date
weak          too few words match, the sentence denies something and its sources do not (or they do and it does not), or a
              quotation is cut out of a sentence whose rest denies, doubts or conditions it
unsupported   a name, number or date is new, a quotation is not verbatim or leaves out a denial, or the words are attributed
              to somebody else
uncited       there is no citation

This compares words, not meanings: a good paraphrase can come out as weak, and is shown as that, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer.attribution import misattribution
from rag.answer.claims import Marker, claims_of
from rag.answer.cuts import denies, judge_cuts
from rag.answer.facts import FactChecker
from rag.answer.quotations import Quotation, find_quotations, places_quoted
from rag.notes import (
    DENIED_ONLY_HERE,
    DENIED_ONLY_THERE,
    FEW_WORDS_CITED,
    NO_CITATION,
    NOT_A_QUOTATION,
    WORDS_NOT_CITED,
    not_cited,
    quoted_elsewhere,
)
from rag.storage.protocol import Snapshot
from rag.text.dates import spoken_date
from rag.types import Citation, Claim, Passage, Span, Support

SUPPORTED, WEAK = 0.55, 0.3  # share of a sentence's words, weighted by rarity, that its citations hold


def verify(
    snapshot: Snapshot,
    text: str,
    markers: Sequence[Marker],
    citations: Sequence[Citation],
    offered: Sequence[Passage],
) -> tuple[Claim, ...]:
    """What each sentence of an answer rests on.

    `markers` are those of `text`; `offered` is what the generator was shown.
    """
    check = _Check(
        snapshot,
        text,
        cited={citation.marker: citation for citation in citations},
        quotations=find_quotations(text, offered),
        passages={passage.id: passage for passage in offered},
        facts=FactChecker(snapshot, offered),
    )
    # A quote may hold quotation marks of its own, whose pairs do not tell where it ends: the marks around it belong to it.
    verbatim = [
        found.span()
        for citation in citations
        for found in re.finditer(rf"[“„«\"]?{re.escape(citation.quote)}[”“»\"]?", text)
    ]
    return tuple(check.claim(span, markers) for span in claims_of(text, check.quotations, markers, verbatim=verbatim))


@dataclass(frozen=True, slots=True)
class _Check:
    """An answer and what its sentences are compared with."""

    snapshot: Snapshot
    text: str
    cited: Mapping[int, Citation]  # by marker
    quotations: Sequence[Quotation]  # in `text`
    passages: Mapping[str, Passage]  # that were offered, by id
    facts: FactChecker

    def claim(self, span: Span, markers: Sequence[Marker]) -> Claim:
        """The sentence `text[span]` with how far its citations support it; `markers` are those of the whole text."""
        start, end = span
        own = [marker for marker in markers if start <= marker[0] < end]
        numbers = tuple(dict.fromkeys(number for _, _, number in own))
        citations = [self.cited[number] for number in numbers if number in self.cited]
        support, reason = self._judge(span, own, citations)
        return Claim(start, end, support, numbers, reason)

    def _judge(self, span: Span, markers: Sequence[Marker], citations: Sequence[Citation]) -> tuple[Support, str]:
        quoted = [quotation for quotation in self.quotations if span[0] <= quotation.start < span[1]]
        if any(quotation.passage is None for quotation in quoted):
            return "unsupported", NOT_A_QUOTATION
        if not citations:
            return "uncited", NO_CITATION
        if reason := self._quoted_elsewhere(quoted, citations):
            return "unsupported", reason
        most, cut = self._cut(quoted, citations)
        if most == "unsupported":
            return most, cut
        quotes = " ".join(citation.quote for citation in citations)
        held = set(self.snapshot.stems(quotes))
        wrong = misattribution(
            _blanked(self.text, quoted),  # who says what within a quotation is the record's own matter
            span,
            markers,
            citations,
            speakers=self.snapshot.speakers,
            stems=self.snapshot.stems,
            held=held,
        )
        if wrong:
            return "unsupported", wrong
        said = _without_markers(self.text, span, markers)
        if new := self.facts.first_unsupported(said, citations):
            return "unsupported", not_cited(new)
        overlap = self._word_overlap(said, citations, held)
        if overlap >= WEAK and cut:
            return "weak", cut
        if overlap >= WEAK and denies(said) != (denied := denies(quotes)):
            return "weak", DENIED_ONLY_THERE if denied else DENIED_ONLY_HERE
        if overlap >= SUPPORTED:
            return "supported", ""
        if overlap >= WEAK:
            return "weak", FEW_WORDS_CITED
        return "unsupported", WORDS_NOT_CITED

    def _quoted_elsewhere(self, quoted: Sequence[Quotation], citations: Sequence[Citation]) -> str:
        """Why a quotation is not from what its sentence cites; empty if all are."""
        for quotation in quoted:
            words = self.text[quotation.start : quotation.end]
            if not any(places_quoted(words, self.passages[c.passage_id], c.start, c.end) for c in citations):
                return quoted_elsewhere(quotation.passage.speaker if quotation.passage else "")
        return ""

    def _cut(self, quoted: Sequence[Quotation], citations: Sequence[Citation]) -> tuple[Support, str]:
        """The most that the sentence can be called for what its quotations leave out, and why."""
        worst: tuple[Support, str] = ("supported", "")
        for quotation in quoted:
            words = self.text[quotation.start : quotation.end]
            judged = [
                judge_cuts(passage, places)
                for citation in citations
                if (passage := self.passages[citation.passage_id])
                and (places := places_quoted(words, passage, citation.start, citation.end))
            ]
            best = max(judged, key=_rank, default=worst)
            worst = min(worst, best, key=_rank)
        return worst

    def _word_overlap(self, said: str, citations: Sequence[Citation], held: set[str]) -> float:
        """The share of a sentence's words, weighted by rarity, whose stems are in `held`; 1.0 if it has none.

        Words that name the source of a citation count neither way.
        """
        heads = " ".join(
            f"{c.speaker} {c.title} {c.source} {c.date or ''} {spoken_date(c.date) if c.date else ''}"
            for c in citations
        )
        only_heads = set(self.snapshot.stems(heads)) - held
        weights = {stem: w for stem, w in self.snapshot.word_weights(said).items() if stem not in only_heads}
        total = sum(weights.values())
        return sum(weight for stem, weight in weights.items() if stem in held) / total if total else 1.0


def _rank(judged: tuple[Support, str]) -> int:
    return ("unsupported", "weak", "supported").index(judged[0])


def _blanked(text: str, quoted: Sequence[Quotation]) -> str:
    """The text, equally long, with spaces for the quotations."""
    plain = list(text)
    for quotation in quoted:
        plain[quotation.start : quotation.end] = " " * (quotation.end - quotation.start)
    return "".join(plain)


def _without_markers(text: str, span: Span, markers: Sequence[Marker]) -> str:
    pieces, position = [], span[0]
    for start, end, _ in markers:
        pieces.append(text[position:start])
        position = end
    return " ".join([*pieces, text[position : span[1]]])
