"""Words of a third person within a quote: true that the speaker said them, and not the speaker's own."""

from __future__ import annotations

import re

from rag.answer.quotations import quoted_spans
from rag.text.sentences import split_sentences
from rag.types import Document, Turn

LEAST_WORDS = 4  # fewer in quotation marks are a term
NEAR_CHARS = 1500  # before a quote, where an opening mark that is not closed is looked for
_OPENING, _CLOSING = "“«「『", "”»」』"
_BLANK = re.compile(r"\n[^\S\n]*\n")
_LETTER = re.compile(r"\S")
_BEGINS_QUOTED = re.compile(rf"\s*[{_OPENING}„\"]")


def quotes_another(document: Document, turn: Turn, start: int, end: int) -> bool:
    """Whether a range of a turn holds somebody else's words: in quotation marks, or within ones that were opened before it.

    >>> text = "I told them. He wrote: “I will not pay one crown.” So be it."
    >>> talk = Document("d", "", None, None, "f", text, (Turn("Ann", "respondent", 0, len(text)),))
    >>> [quotes_another(talk, talk.turns[0], *span) for span in ((0, 12), (13, 49), (24, 40), (51, 60))]
    [False, True, True, False]
    """
    words = document.text[start:end]
    if any(len(words[a:z].split()) >= LEAST_WORDS or _unspaced(words[a:z]) for a, z in quoted_spans(words)):
        return True
    return _open_at(document, turn, start) is not None


def introduction(document: Document, turn: Turn, start: int, end: int) -> str:
    """The sentence that says whose words a quote begins with, if it stands before the quote; empty if none is needed.

    >>> text = "Let me read what Bo said. “I will not pay one crown.” So be it."
    >>> talk = Document("d", "", None, None, "f", text, (Turn("Ann", "respondent", 0, len(text)),))
    >>> introduction(talk, talk.turns[0], 26, 53), introduction(talk, talk.turns[0], 54, 63)
    ('Let me read what Bo said.', '')
    """
    if not quotes_another(document, turn, start, end):
        return ""
    opened = _open_at(document, turn, start)
    if opened is None and not _BEGINS_QUOTED.match(document.text, start):
        return ""
    upto = start if opened is None else opened
    first = max(turn.start, upto - NEAR_CHARS)
    before = document.text[first:upto]
    spans = split_sentences(before, document.language or "en")
    return before[slice(*spans[-1])] if spans else ""


def _open_at(document: Document, turn: Turn, start: int) -> int | None:
    """Where a quotation begins that is still open at `start`; marks that look alike on both sides tell nothing."""
    first = max(turn.start, start - NEAR_CHARS)
    opened: list[int] = []
    for at in range(first, start):
        char = document.text[at]
        if char in _OPENING:
            opened.append(at)
        elif char in _CLOSING and opened:
            opened.pop()
        elif opened and _BLANK.match(document.text, at):
            # A quotation of several paragraphs is opened again in each; one that is not was never closed.
            following = _LETTER.search(document.text, at)
            if following and following[0] not in _OPENING:
                opened.clear()
    return opened[0] if opened else None


def _unspaced(words: str) -> bool:
    return bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff]{8}", words))
