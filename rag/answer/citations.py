"""Markers in a text → verified citations: made by code, from what was offered, never by a generator.

A citation is verified if the stored document holds its quote at its place, character for character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rag.answer.another import introduction, quotes_another
from rag.answer.asked import question_before
from rag.answer.quotations import Quotation
from rag.places import address_of, pages_of, seconds_within
from rag.types import Citation, Document, Sentence

_MARKER = re.compile(r"\[([0-9]{1,4})\]")
_MARKER_CHARS = frozenset("[]0123456789")
_PUNCTUATION = frozenset([*".,;:!?", ""])  # before these, and at the end, the space before a removed marker goes too


def remove_unknown_markers(text: str, offered: int, *, quotes: Sequence[str] = ()) -> tuple[str, int]:
    """The text without markers of evidence that was not offered, and the number of those markers.

    A number in brackets within one of the `quotes` is part of the record, and stays.

    >>> remove_unknown_markers("Yes [1], no [9].", offered=2)
    ('Yes [1], no.', 1)
    """
    pieces: list[str] = []
    position = 0
    known = {str(number) for number in range(1, offered + 1)}
    unknown = [match for match in find_markers(text, quotes) if match[1] not in known]
    for match in unknown:
        before = text[position : match.start()]
        following = text[match.end() : match.end() + 1]
        pieces.append(before.rstrip(" \t") if following in _PUNCTUATION else before)
        # The characters around a removed marker must not join to a marker that nobody wrote.
        if text[match.start() - 1 : match.start()] in _MARKER_CHARS and following in _MARKER_CHARS:
            pieces.append(" ")
        position = match.end()
    return "".join([*pieces, text[position:]]), len(unknown)


def find_markers(text: str, quotes: Sequence[str]) -> list[re.Match[str]]:
    """The markers in a text that are in none of the quotes, each with its number as group 1.

    >>> [match[1] for match in find_markers("“Built of granite [9].” [1]", ["Built of granite [9]."])]
    ['1']
    """
    quoted = [(m.start(), m.end()) for quote in quotes if quote for m in re.finditer(re.escape(quote), text)]
    return [
        match
        for match in _MARKER.finditer(text)
        if not any(start <= match.start() and match.end() <= end for start, end in quoted)
    ]


def cite(
    text: str,
    evidence: Sequence[Sentence],
    document_of: Callable[[str], Document],
    *,
    quotes: Sequence[str] | None = None,
) -> tuple[Citation, ...]:
    """The citations whose markers are in `text`, in order of appearance, each checked against its document.

    `[n]` cites `evidence[n - 1]`. Numbers within the `quotes`, by default those of the evidence, cite nothing.
    """
    offered = {str(number): number for number in range(1, len(evidence) + 1)}
    quotes = [sentence.text for sentence in evidence] if quotes is None else quotes
    found = dict.fromkeys(match[1] for match in find_markers(text, quotes))
    cited = {offered[marker]: evidence[offered[marker] - 1] for marker in found if marker in offered}
    documents = {key: document_of(key) for key in dict.fromkeys(s.passage.document_id for s in cited.values())}
    return tuple(
        _citation(marker, sentence, documents[sentence.passage.document_id]) for marker, sentence in cited.items()
    )


def cite_all(evidence: Sequence[Sentence], document_of: Callable[[str], Document]) -> tuple[Citation, ...]:
    """A citation of each piece of evidence: `[n]` of `evidence[n - 1]`."""
    numbers = " ".join(f"[{number}]" for number in range(1, len(evidence) + 1))
    return cite(numbers, evidence, document_of, quotes=())


def _citation(marker: int, sentence: Sentence, document: Document) -> Citation:
    passage = sentence.passage
    turn = document.turns[passage.turn]
    return Citation(
        marker=marker,
        passage_id=passage.id,
        document_id=document.id,
        title=document.title,
        source=document.source,
        date=document.date,
        speaker=turn.speaker if turn.certain else "",
        role=turn.role,
        asked=question_before(document, passage.turn),
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        seconds=seconds_within(document, turn, sentence.start),
        verified=document.text[sentence.start : sentence.end] == sentence.text
        and turn.start <= sentence.start
        and sentence.end <= turn.end,
        page=pages_of(document, sentence.start, sentence.end),
        speaker_certain=turn.certain,
        quotes_another=quotes_another(document, turn, sentence.start, sentence.end),
        url=address_of(document),
        introduction=introduction(document, turn, sentence.start, sentence.end),
    )


def exact_quotes(text: str, quotations: Sequence[Quotation], documents: Mapping[str, Document]) -> str:
    """The text, with the document's own characters in each quotation that was found; `documents` by id."""
    pieces: list[str] = []
    position = 0
    for quotation in quotations:
        if quotation.passage is None:
            continue
        source = documents[quotation.passage.document_id].text
        pieces += [text[position : quotation.start], " … ".join(source[start:end] for start, end in quotation.places)]
        position = quotation.end
    return "".join([*pieces, text[position:]])
