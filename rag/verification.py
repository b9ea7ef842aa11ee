"""Does an answer say what its citations say? Sentence by sentence, from the words alone.

A sentence is supported where the words that carry its matter stand in the sentences that it cites, and every name, number
and date in it does; weakly supported where fewer do; unsupported where a name or a number is new, where a quotation is not
verbatim, or where words are put into somebody else's mouth; uncited where it cites nothing. This compares words, not
meanings: a good paraphrase can come out as weak, and is shown as that, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.archive import Archive
from rag.dates import spoken_date
from rag.passages import split_sentences
from rag.quotations import Quotation, find_quotations
from rag.reading import named_stems
from rag.speakers import fold, last_name
from rag.types import Citation, Claim, Passage, Span

SUPPORTED, WEAK = 0.55, 0.3  # share of a sentence's words, by rarity, that its citations hold
_SAYING = re.compile(
    r"\b(?:said|says|say|told|tells|stated|states|added|adds|argued|argues|explained|explains|announced|announces|denied|"
    r"denies|confirmed|confirms|promised|promises|claimed|claims|noted|notes|replied|replies|answered|answers|warned|warns|"
    r"admitted|admits|according to|insisted|insists|recalled|recalls|described|describes|called|calls)\b|:\s*[“\"«„]",
    re.I,
)


def verify(
    archive: Archive,
    text: str,
    markers: Sequence[tuple[int, int, int]],
    citations: Sequence[Citation],
    offered: Sequence[Passage],
) -> tuple[Claim, ...]:
    """What each sentence of an answer rests on. `markers` are (start, end, number) in `text`, `offered` what was shown."""
    quotations = find_quotations(text, offered)
    cited = {citation.marker: citation for citation in citations}
    return tuple(
        _claim(archive, text, span, [(s, e, n) for s, e, n in markers if span[0] <= s < span[1]], cited, quotations)
        for span in claims_of(text, quotations, markers)
    )


def claims_of(text: str, quotations: Sequence[Quotation], markers: Sequence[tuple[int, int, int]]) -> list[Span]:
    """The sentences of an answer, each with the markers after it; a quotation is never cut.

    >>> text = "Ann said: “No. Never.” [1] It rained."
    >>> [text[a:z] for a, z in claims_of(text, find_quotations(text, []), [(23, 26, 1)])]
    ['Ann said: “No. Never.” [1]', 'It rained.']
    """
    plain = list(text)
    for start, end in [(quotation.start, quotation.end) for quotation in quotations] + _quoted(text):
        # The full stop at the end of a quotation may end the sentence around it: it stays, with one mark behind it.
        inner = start + len(text[start:end].rstrip('.!?…”»"“ '))
        stop = next((char for char in text[inner:end] if char in ".!?…"), "")
        kept = stop + text[end - 1] if stop and text[end - 1] in '”»"' else stop
        masked = [char if char.isspace() else "x" for char in text[start : end - len(kept)]]
        plain[start:end] = [*masked, *kept]
    for start, end, _ in markers:
        plain[start:end] = " " * (end - start)
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", "".join(plain)):
        own = [(line.start() + start, line.start() + end) for start, end in split_sentences(line[0])]
        own = [(start, end) for start, end in own if re.search(r"\w", text[start:end])]
        if not own:
            continue
        following = [start for start, _ in own[1:]] + [line.end()]
        for number, ((start, end), next_start) in enumerate(zip(own, following, strict=True)):
            # A sentence has the markers up to the next one; the first of a line also those before it.
            mine = [(s, e) for s, e, _ in markers if (line.start() if number == 0 else start) <= s < next_start]
            spans.append((min([start, *(s for s, _ in mine)]), max([end, *(e for _, e in mine)])))
    return spans


def _quoted(text: str) -> list[Span]:
    return [match.span() for match in re.finditer(r"“[^“”\n]*”|«[^«»\n]*»|\"[^\"\n]*\"", text)]


def _claim(
    archive: Archive,
    text: str,
    span: Span,
    markers: Sequence[tuple[int, int, int]],
    cited: Mapping[int, Citation],
    quotations: Sequence[Quotation],
) -> Claim:
    start, end = span
    numbers = tuple(dict.fromkeys(number for _, _, number in markers))
    own = [cited[number] for number in numbers if number in cited]
    said = _without(text, span, [(s, e) for s, e, _ in markers])
    quoted = [quotation for quotation in quotations if start <= quotation.start < end]

    def claim(support: str, reason: str = "") -> Claim:
        return Claim(start, end, support, numbers, reason)  # type: ignore[arg-type]

    if any(quotation.passage is None for quotation in quoted):
        return claim("unsupported", "the words in quotation marks do not stand in the record")
    if not own:
        return claim("uncited", "no citation")
    if elsewhere := [q for q in quoted if not any(_holds(citation, q) for citation in own)]:
        who = elsewhere[0].passage.speaker if elsewhere[0].passage else ""
        return claim("unsupported", f"the words in quotation marks stand elsewhere{f', said by {who}' if who else ''}")
    if wrong := _misattributed(archive, said, own):
        return claim("unsupported", wrong)
    held = set(archive.stems(" ".join(citation.quote for citation in own)))
    heads = (f"{c.speaker} {c.title} {c.source} {c.date or ''} {spoken_date(c.date) if c.date else ''}" for c in own)
    known = held | set(archive.stems(" ".join(heads)))
    if new := _new_names(archive, said, known):
        return claim("unsupported", f"{new} stands in none of the cited sentences")
    weights = {stem: weight for stem, weight in archive.word_weights(said).items() if stem not in known - held}
    total = sum(weights.values())
    cover = sum(weight for stem, weight in weights.items() if stem in held) / total if total else 1.0
    if cover >= SUPPORTED:
        return claim("supported")
    if cover >= WEAK:
        return claim("weak", "the cited sentences hold only some of these words")
    return claim("unsupported", "the cited sentences do not say this in these words")


def _without(text: str, span: Span, gone: Sequence[Span]) -> str:
    pieces, position = [], span[0]
    for start, end in gone:
        pieces.append(text[position:start])
        position = end
    return " ".join([*pieces, text[position : span[1]]])


def _holds(citation: Citation, quotation: Quotation) -> bool:
    """Whether the quoted words are the cited ones, or a run that begins or ends in them."""
    passage = quotation.passage
    return (
        passage is not None
        and passage.document_id == citation.document_id
        and all(start < citation.end and citation.start < end for start, end in quotation.places)
    )


def _misattributed(archive: Archive, said: str, own: Sequence[Citation]) -> str:
    """Why a sentence puts its words into the wrong mouth; empty where it does not."""
    if not _SAYING.search(said):
        return ""
    words = set(re.findall(r"[^\W_]+(?:-[^\W_]+)*", fold(said)))
    named = [name for name in archive.speakers() if (last := last_name(name)) and last in words]
    speakers = list(dict.fromkeys(citation.speaker for citation in own))
    lasts = {last_name(name) for name in speakers}
    if not named or any(last_name(name) in lasts for name in named):
        return ""
    return f"the cited words are {' and '.join(speakers) or 'nobody'}'s, not {named[0]}'s"


def _new_names(archive: Archive, said: str, known: set[str]) -> str:
    """The first name or number of a sentence that its citations do not hold; empty where they hold all."""
    for word, stems in named_stems(archive, said).items():
        if stems and not set(stems) & known:
            return word
    return ""
