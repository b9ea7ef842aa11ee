"""Markers in a text → verified citations: made by code, from what was offered, never by a generator.

A citation is verified where the stored document holds its quote at its place, character for character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.types import Citation, Document, Sentence

_MARKER = re.compile(r"\[(\d{1,4})\]")


def remove_unknown_markers(text: str, offered: int) -> tuple[str, int]:
    """The text without markers of evidence that was not offered, and how many there were.

    >>> remove_unknown_markers("Yes [1], no [9].", offered=2)
    ('Yes [1], no.', 1)
    """
    removed = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal removed
        if 1 <= int(match[1]) <= offered:
            return match[0]
        removed += 1
        return ""

    cleaned = _MARKER.sub(keep, text)
    return (re.sub(r"[ \t]+(?=[.,;:!?]|$)", "", cleaned, flags=re.M) if removed else text), removed


def cite(text: str, evidence: Sequence[Sentence], document_of: Callable[[str], Document]) -> tuple[Citation, ...]:
    """The citations whose markers stand in `text`, in order of appearance, each checked against its document."""
    markers = dict.fromkeys(int(match[1]) for match in _MARKER.finditer(text))
    cited = {marker: evidence[marker - 1] for marker in markers if 1 <= marker <= len(evidence)}
    documents = {key: document_of(key) for key in dict.fromkeys(s.passage.document_id for s in cited.values())}
    return tuple(
        _citation(marker, sentence, documents[sentence.passage.document_id]) for marker, sentence in cited.items()
    )


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
        speaker=turn.speaker,
        role=turn.role,
        asked=passage.asked,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        seconds=passage.seconds,
        verified=document.text[sentence.start : sentence.end] == sentence.text
        and turn.start <= sentence.start
        and sentence.end <= turn.end,
    )
