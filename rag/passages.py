"""Document → passages: answer paragraphs, on sentence borders, within the encoder's token limit.

No character moves: `document.text[p.start:p.end] == p.text`. A paragraph that fits stays whole, since its sentences need
each other; a long one is cut into parts of about equal size rather than one full part and a crumb. Short paragraphs that
follow one another in a turn are one passage: "That's right." is found by nobody, and says nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.places import seconds_within
from rag.text.sentences import split_paragraphs, split_sentences
from rag.text.spans import trim
from rag.transcript.boilerplate import is_only_a_note
from rag.types import Document, Passage, Span, Turn

CountTokens = Callable[[str], int]
JOINED_TOKENS = 128  # of paragraphs that are one passage because they are short


def passages_of(document: Document, *, count_tokens: CountTokens, max_tokens: int) -> list[Passage]:
    """The passages of every turn that is not an interviewer's, in order; a paragraph that is a stage note is none.

    Where it is not certain who speaks, a passage has no speaker.
    """
    passages: list[Passage] = []
    asked = ""
    for number, turn in enumerate(document.turns):
        if turn.role == "interviewer":
            asked = document.text[turn.start : turn.end]
            continue
        language = document.language or "en"
        for start, end in _ranges(document.text, turn, count_tokens, max_tokens, language):
            passages.append(
                Passage(
                    id=f"{document.id}-{len(passages)}",
                    document_id=document.id,
                    source=document.source,
                    speaker=turn.speaker if turn.certain else "",
                    role=turn.role,
                    asked=asked,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                    title=document.title,
                    date=document.date,
                    seconds=seconds_within(document, turn, start),
                    turn=number,
                    language=document.language,
                    speaker_certain=turn.certain,
                )
            )
    return passages


def _ranges(text: str, turn: Turn, count_tokens: CountTokens, max_tokens: int, language: str) -> list[Span]:
    joined = min(JOINED_TOKENS, max_tokens)
    ranges: list[Span] = []
    last: int | None = None  # tokens of the last range, if the next paragraph may be joined to it
    for start, end in split_paragraphs(text, turn.start, turn.end):
        if is_only_a_note(text[start:end]):
            last = None
            continue
        tokens = count_tokens(text[start:end])
        if tokens > max_tokens:
            ranges += _parts(text, start, end, tokens, count_tokens, max_tokens, language)
            last = None
            continue
        if last is not None and last + tokens <= joined and count_tokens(text[ranges[-1][0] : end]) <= joined:
            ranges[-1] = (ranges[-1][0], end)
            last += tokens
        else:
            ranges.append((start, end))
            last = tokens
    return ranges


def _parts(
    text: str, start: int, end: int, tokens: int, count_tokens: CountTokens, max_tokens: int, language: str
) -> list[Span]:
    """A long paragraph in parts of whole sentences, about equally long."""
    pieces: list[tuple[int, int, int]] = []
    for a, z in split_sentences(text[start:end], language):
        pieces += _split_to_fit(text, start + a, start + z, count_tokens, max_tokens)
    target = tokens / -(-tokens // max_tokens)
    parts: list[Span] = []
    first, size = pieces[0][0], 0
    for number, (_, z, cost) in enumerate(pieces):
        size += cost
        following = pieces[number + 1] if number + 1 < len(pieces) else None
        # The whole part is counted again if it is near the limit: tokens do not simply add up.
        if following is None or size >= target or count_tokens(text[first : following[1]]) > max_tokens:
            parts.append((first, z))
            if following:
                first, size = following[0], 0
    return parts


def _split_to_fit(
    text: str, start: int, end: int, count_tokens: CountTokens, max_tokens: int
) -> list[tuple[int, int, int]]:
    """A sentence with its tokens; one longer than the limit is halved at white space until its parts fit."""
    cost = count_tokens(text[start:end])
    if cost <= max_tokens or end - start < 2:
        return [(start, end, cost)]
    middle = (start + end) // 2
    gaps = [m.start() + start for m in re.finditer(r"\s+", text[start:end])]
    cut = min(gaps, key=lambda gap: abs(gap - middle), default=middle)
    left, right = trim(text, start, cut), trim(text, cut, end)
    return [part for a, z in (left, right) if z > a for part in _split_to_fit(text, a, z, count_tokens, max_tokens)]
