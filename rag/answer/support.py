"""Does an answer say what its citations say? Sentence by sentence, from the words alone.

A sentence is supported where the words that carry its matter stand in the sentences that it cites, and every name, number
and date in it does; weakly supported where fewer do, or where it denies and they do not; unsupported where a name, a number
or a date is new, where a quotation is not verbatim, or where words are put into somebody else's mouth; uncited where it
cites nothing. This compares words, not meanings: a good paraphrase can come out as weak, and is shown as that, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from rag.answer.facts import Record
from rag.answer.quotations import Quotation, find_quotations, is_quoted_from, quoted_spans
from rag.archive import Archive
from rag.text.dates import find_dates, spoken_date
from rag.text.names import first_names, fold, last_name
from rag.text.sentences import split_sentences
from rag.types import Citation, Claim, Passage, Span

SUPPORTED, WEAK = 0.55, 0.3  # share of a sentence's words, by rarity, that its citations hold
_SAYING = re.compile(
    r"\b(?:said|says|say|told|tells|stated|states|added|adds|argued|argues|explained|explains|announced|announces|denied|"
    r"denies|confirmed|confirms|promised|promises|claimed|claims|noted|notes|replied|replies|answered|answers|warned|warns|"
    r"admitted|admits|according to|insisted|insists|recalled|recalls|described|describes|called|calls|"
    r"sagte|sagt|erklarte|erklart|betonte|laut|dit|declare|affirme|explique|selon|dijo|dice|afirmo|declaro|segun|"
    r"disse|afirmou|declarou|segundo|сказала?|заявила?|по словам|сказав|заявив|заявила|за словами)\b|:\s*[“\"«„‘']",
    re.I,
)
_DENIAL = re.compile(
    r"\b(?:not|never|no(?!\.)|nobody|none|nothing|nor|neither|cannot|without|\w+n['’]t|nicht|kein\w*|nie|niemals|pas|jamais|"
    r"aucune?|nunca|jamás|ningun\w*|não|не|нет|никогда|ні|немає|ніколи)\b",
    re.I,
)
_SAYER_BEHIND = re.compile(r"according to|laut|selon|segun|segundo|по словам|за словами|\w+ (?:by|von|par|por)\b")
_SOMEBODY = re.compile(
    r"\b(?:he|she|they|i|we|er|sie|il|elle|el|ella|ele|ela|он|она|він|вона)\s+(?:\w+ly\s+|also\s+)?\Z"
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
    record = Record(archive, offered)
    # A quote may hold quotation marks of its own, whose pairs do not tell where it ends.
    verbatim = [found.span() for citation in citations for found in re.finditer(re.escape(citation.quote), text)]
    cited = {citation.marker: citation for citation in citations}
    return tuple(
        _claim(
            archive,
            text,
            span,
            [(s, e, n) for s, e, n in markers if span[0] <= s < span[1]],
            cited,
            quotations,
            offered,
            record,
        )
        for span in claims_of(text, quotations, markers, verbatim=verbatim)
    )


def claims_of(
    text: str,
    quotations: Sequence[Quotation],
    markers: Sequence[tuple[int, int, int]],
    *,
    verbatim: Sequence[Span] = (),
) -> list[Span]:
    """The sentences of an answer, each with the markers after it; neither a quotation nor what is `verbatim` is cut.

    >>> text = "Ann said: “No. Never.” [1] It rained."
    >>> [text[a:z] for a, z in claims_of(text, find_quotations(text, []), [(23, 26, 1)])]
    ['Ann said: “No. Never.” [1]', 'It rained.']
    """
    plain = list(text)
    whole = [(quotation.start, quotation.end) for quotation in quotations] + quoted_spans(text) + [*verbatim]
    for start, end in _outermost(whole):
        # The full stop at the end of a quotation may end the sentence around it: it stays, with one mark behind it.
        inner = start + len(text[start:end].rstrip('.!?…”»"“ '))
        stop = next((char for char in text[inner:end] if char in ".!?…"), "")
        kept = stop + text[end - 1] if stop and text[end - 1] in '”»"' else stop
        masked = [" " if char.isspace() else "x" for char in text[start : end - len(kept)]]
        plain[start:end] = [*masked, *kept]
    for _, start, end in find_dates(text):  # "12. März 2025" ends no sentence
        plain[start:end] = ["x" if char == "." else char for char in plain[start:end]]
    for start, end, _ in markers:
        plain[start:end] = " " * (end - start)
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", "".join(plain)):
        own = [(line.start() + start, line.start() + end) for start, end in split_sentences(line[0])]
        own = [(start, end) for start, end in own if re.search(r"\w", text[start:end])]
        if len(own) > 1 and re.fullmatch(r"\d{1,2}[.)]", text[slice(*own[0])]):
            own[:2] = [(own[0][0], own[1][1])]  # the number of a list is no sentence
        if not own:
            # Numbers on a line of their own are those of the sentence before.
            ends = [end for start, end, _ in markers if line.start() <= start < line.end()]
            spans[-1:] = [(start, max([end, *ends])) for start, end in spans[-1:]]
            continue
        following = [start for start, _ in own[1:]] + [line.end()]
        for number, ((start, end), next_start) in enumerate(zip(own, following, strict=True)):
            # A sentence has the markers up to the next one; the first of a line also those before it.
            mine = [(s, e) for s, e, _ in markers if (line.start() if number == 0 else start) <= s < next_start]
            spans.append((min([start, *(s for s, _ in mine)]), max([end, *(e for _, e in mine)])))
    return spans


def _outermost(spans: Sequence[Span]) -> list[Span]:
    """Those that lie within no other."""
    outer: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not outer or end > outer[-1][1]:
            outer.append((start, end))
    return outer


def _claim(
    archive: Archive,
    text: str,
    span: Span,
    markers: Sequence[tuple[int, int, int]],
    cited: Mapping[int, Citation],
    quotations: Sequence[Quotation],
    offered: Sequence[Passage],
    record: Record,
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
    by_id = {passage.id: passage for passage in offered}
    if elsewhere := [
        q
        for q in quoted
        if not any(is_quoted_from(text[q.start : q.end], by_id[c.passage_id], c.start, c.end) for c in own)
    ]:
        who = elsewhere[0].passage.speaker if elsewhere[0].passage else ""
        return claim("unsupported", f"the words in quotation marks stand elsewhere{f', said by {who}' if who else ''}")
    held = set(archive.stems(" ".join(citation.quote for citation in own)))
    plain = list(text)
    for quotation in quoted:  # who says what within a quotation is the record's matter
        plain[quotation.start : quotation.end] = " " * (quotation.end - quotation.start)
    parts = [
        (part, [cited[n] for n in given if n in cited] or own) for part, given in _parts("".join(plain), span, markers)
    ]
    if wrong := _misattributed(archive, parts, held):
        return claim("unsupported", wrong)
    heads = (f"{c.speaker} {c.title} {c.source} {c.date or ''} {spoken_date(c.date) if c.date else ''}" for c in own)
    known = held | set(archive.stems(" ".join(heads)))
    if new := record.new_in(said, own, _SAYING):
        return claim("unsupported", f"{new} stands in none of the cited sentences")
    weights = {stem: weight for stem, weight in archive.word_weights(said).items() if stem not in known - held}
    total = sum(weights.values())
    cover = sum(weight for stem, weight in weights.items() if stem in held) / total if total else 1.0
    if cover >= WEAK and _DENIAL.search(said) and not _DENIAL.search(" ".join(citation.quote for citation in own)):
        return claim("weak", "the cited sentences deny nothing")
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


def _parts(text: str, span: Span, markers: Sequence[tuple[int, int, int]]) -> list[tuple[str, tuple[int, ...]]]:
    """A sentence in the parts that have citations of their own, each with their numbers; what is behind them has none."""
    parts: list[tuple[str, tuple[int, ...]]] = []
    position = span[0]
    for start, end, number in markers:
        before = text[position:start]
        if parts and not re.search(r"\w", before):
            parts[-1] = (parts[-1][0], (*parts[-1][1], number))
        else:
            parts.append((before, (number,)))
        position = end
    return [*parts, (text[position : span[1]], ())]


def _misattributed(archive: Archive, parts: Sequence[tuple[str, Sequence[Citation]]], held: Set[str]) -> str:
    """Why a sentence puts its words into the wrong mouth; empty where it does not.

    `parts` are those of the sentence, each with what it cites. Somebody else than the speaker may say something within what
    is cited: "Reed said that Field had promised it".
    """
    speakers = archive.speakers()
    for part, cited in parts:
        said = fold(part)
        named = _named(said, speakers)
        verbs = list(_SAYING.finditer(said))
        if not named or not verbs:
            continue
        sayers = [sayer for verb in verbs if (sayer := _sayer(said, named, verb))]
        wrong = [
            who for who in sayers or named if not any(_is_one_of(citation.speaker, who.names) for citation in cited)
        ]
        some_are_right = len(wrong) < len(sayers or named)
        if wrong and not (some_are_right and (not sayers or all(held & set(archive.stems(who.last)) for who in wrong))):
            whose = " and ".join(filter(None, dict.fromkeys(citation.speaker for citation in cited)))
            return f"the cited words are {whose or 'nobody'}'s, not {wrong[0].names[0]}'s"
    return ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A speaker's name in a sentence: where it ends, and who is called so."""

    end: int
    last: str
    names: tuple[str, ...]


def _named(said: str, speakers: Sequence[str]) -> list[_Named]:
    found, before = [], ""
    for match in re.finditer(r"[^\W_]+(?:-[^\W_]+)*", said):
        names = [name for name in speakers if last_name(name) == match[0]]
        fuller = [name for name in names if before in first_names(name)]
        if names:
            found.append(_Named(match.end(), match[0], tuple(fuller or names)))
        before = match[0]
    return found


def _sayer(said: str, named: Sequence[_Named], verb: re.Match[str]) -> _Named | None:
    """Who is said to have said something: the last one named before the word for it, or the first one behind it."""
    before = [who for who in named if who.end <= verb.start()]
    behind = [who for who in named if who.end > verb.end()]
    if _SAYER_BEHIND.match(said, verb.start()):
        return behind[0] if behind else None
    if _SOMEBODY.search(said, 0, verb.start()):
        return None
    return before[-1] if before else behind[0] if behind else None


def _is_one_of(speaker: str, names: Sequence[str]) -> bool:
    """Whether a speaker can be one of these: the last name is the same, and no first names speak against it."""
    own = first_names(speaker)
    return any(
        last_name(speaker) == last_name(name) and (not own or not (firsts := first_names(name)) or own & firsts)
        for name in names
    )
