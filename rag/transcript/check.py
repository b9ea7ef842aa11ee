"""What a finished parse is worth: faults that show in the document itself, whatever found its labels.

Each finding lowers the confidence to a bound, and one plain note says what to check. What stands behind a line that
opens like a label goes to nobody: it is kept and can be quoted, under no name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.text.spans import trim
from rag.text.wording import count_of, shortened
from rag.transcript.openings import Opening, openings_within
from rag.types import Document, Turn

CERTAIN_FROM = 0.3  # below this confidence nobody's name stands for sure over any words
_DISPUTED = 0.1  # of the words, from which on another reading of the labels is a doubt
_DOUBTFUL = 0.6  # below this confidence a note says what is to be checked
_UNEXPLAINED = "The labels of speakers explain only a part of the text. Check who speaks."
_ALARM_SHARE = 0.02  # of the turns, from which on openings inside turns are a fault and no accident
_FEW_LABELS, _MANY_BLOCKS = 4, 30
_NAMELESS_SHARE, _DROPPED_SHARE, _DROPPED_WORDS = 0.5, 0.02, 40
_LABEL_WORDS = 14  # of a label's office, number and time, which are neither said nor left out
_HEAD_CHARS = 50
_BLOCK = re.compile(r"\n[^\S\n]*\n\s*")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be in a sound parse: the confidence that it leaves at most, and a note."""

    bound: float
    note: str


def check(document: Document, *, disputed: float = 0.0) -> Document:
    """The document with the confidence that it deserves, a note where something is to be checked, and doubtful words
    under no name. `disputed` is the share of the words that other grammars give to other speakers.

    >>> from rag.transcript import parse
    >>> sound = "ANN REED: Why?\\n\\nJO FIELD: So.\\n\\nANN REED: When?\\n\\nJO FIELD: Now.\\n"
    >>> parse(sound, source="a.txt").notes
    ()
    """
    if not any(turn.speaker for turn in document.turns):
        return document
    openings = openings_within(document.text, document.turns)
    found = [finding for finding in [*_findings(document, openings), _disputed(disputed)] if finding]
    confidence = min([document.confidence, *(finding.bound for finding in found)])
    turns = _cut_at(document.text, document.turns, openings)
    if confidence < CERTAIN_FROM:
        turns = [replace(turn, certain=False) if turn.speaker else turn for turn in turns]
    if document.confidence < _DOUBTFUL and not found:
        found = [Finding(document.confidence, _UNEXPLAINED)]
    notes = tuple(finding.note for finding in sorted(found, key=lambda finding: finding.bound)[:1])
    return replace(document, turns=tuple(turns), confidence=confidence, notes=(*document.notes, *notes))


def _findings(document: Document, openings: Sequence[Opening]) -> list[Finding | None]:
    return [
        _openings(document, openings),
        _few_labels(document),
        _nameless(document),
        _dropped(document),
    ]


def _openings(document: Document, openings: Sequence[Opening]) -> Finding | None:
    if not openings:
        return None
    share = len(openings) / len(document.turns)
    bound = 0.85 if share < _ALARM_SHARE and not any(each.sure for each in openings) else 0.55
    first = shortened(openings[0].head, _HEAD_CHARS)
    begin = "paragraph inside a turn begins" if len(openings) == 1 else "paragraphs inside turns begin"
    like = "a speaker's name" if len(openings) == 1 else "speakers' names"
    return Finding(bound, f"{len(openings):,} {begin} like {like}: “{first}”. Check who speaks.")


def _disputed(share: float) -> Finding | None:
    """Another way to read the labels, nearly as good, that has other people say the same words."""
    if share < _DISPUTED:
        return None
    return Finding(
        0.55, f"Read in another way, {round(100 * share)} % of the words have other speakers. Check who speaks."
    )


def _few_labels(document: Document) -> Finding | None:
    """Few labels that own many paragraphs: most likely they are no labels, or others were not seen."""
    named = [turn for turn in document.turns if turn.speaker]
    if len(named) > _FEW_LABELS:
        return None
    blocks = sum(1 + len(_BLOCK.findall(document.text, turn.start, turn.end)) for turn in named)
    if blocks < _MANY_BLOCKS:
        return None
    return Finding(
        0.5,
        f"{count_of(len(named), 'label')} of speakers for {blocks:,} paragraphs. Check that nobody else speaks in them.",
    )


def _nameless(document: Document) -> Finding | None:
    """A good half of the words under no name, where others have one."""
    sizes = [(turn.end - turn.start, bool(turn.speaker or turn.role == "interviewer")) for turn in document.turns]
    whole, nameless = sum(size for size, _ in sizes), sum(size for size, named in sizes if not named)
    if nameless < _NAMELESS_SHARE * whole:
        return None
    return Finding(0.6, f"{100 * nameless // whole} % of the words have no speaker. Check whether names are missing.")


def _dropped(document: Document) -> Finding | None:
    """Words that are in no turn, in no label and not among what was left out with a reason."""
    pieces = sorted(
        [
            *((turn.start, turn.end, turn.label) for turn in document.turns),
            *((piece.start, piece.end, "") for piece in document.left_out),
        ]
    )
    dropped, position = 0, 0
    for start, end, label in [*pieces, (len(document.text), len(document.text), "")]:
        if start > position:
            words = len(_WORDS.findall(document.text, position, start))
            dropped += max(0, words - len(_WORDS.findall(label)) - _LABEL_WORDS)
        position = max(position, end)
    if dropped < max(_DROPPED_WORDS, _DROPPED_SHARE * len(document.text) / 6):
        return None
    return Finding(0.6, f"{dropped:,} words are in nobody's turn. Check that no speech is missing.")


def _cut_at(text: str, turns: Sequence[Turn], openings: Sequence[Opening]) -> list[Turn]:
    """Turns that end where the first line inside opens like a label; what follows is nobody's."""
    first = {each.turn: each.start for each in reversed(openings)}
    kept: list[Turn] = []
    for number, turn in enumerate(turns):
        place = first.get(number)
        if place is None:
            kept.append(turn)
            continue
        line = max(turn.start, text.rfind("\n", 0, place) + 1)
        start, end = trim(text, turn.start, line)
        if end > start:
            kept.append(replace(turn, start=start, end=end))
        rest = trim(text, line, turn.end)
        kept.append(Turn("", "other", *rest, turn.seconds, certain=False))
    return kept
