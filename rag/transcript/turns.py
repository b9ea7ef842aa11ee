"""Labels → turns: the text between two labels, without stamps and boilerplate, under its speaker's name.

What is left out, and what is kept as said by nobody who is known, is reported in notes.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.text.sentences import PARAGRAPH, SENTENCE_END
from rag.text.spans import gaps, trim
from rag.transcript.asides import HEADING, find_switches, find_talk, habits_of
from rag.transcript.boilerplate import boilerplate_within, end_of_talk
from rag.transcript.marks import Mark, Stamp
from rag.transcript.metadata import Header
from rag.transcript.naming import stand_for
from rag.transcript.page_lines import is_rule, printed_lines
from rag.transcript.paratext import end_without_paratext, is_printed
from rag.transcript.prologue import Spoken
from rag.transcript.roles import asks_by_office, assign_roles
from rag.transcript.speakers import People, talking_to_each_other, who_is_who
from rag.transcript.stamps import find_stamps
from rag.types import Hints, LeftOut, Role, Span, Turn

_NO_LABELS = "no speaker labels were found: read as plain paragraphs, with no speaker"
_EMPHASIS = r"(?<![*_])(?:\*{1,3}|_{1,3})"
_OPENING, _CLOSING = re.compile(rf"{_EMPHASIS}(?![*_])"), re.compile(rf"{_EMPHASIS}$")
_SPACES = re.compile(r"\s*")
_NOTE_CHARS = 60
# Why something is left out.
_HEADER, _HEADING, STAMP = "header", "heading", "time stamp"
_PAGE, _BEHIND = "printed and not said", "behind the last turn"


@dataclass(frozen=True, slots=True)
class Reading:
    """The turns of a document, the ranges that are no part of the conversation, and notes for the user."""

    turns: tuple[Turn, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a turn: whose it is by its label, None if it is nobody's."""

    label: str | None
    role: Role | None
    start: int
    end: int
    seconds: float | None


class _Cut(NamedTuple):
    """A part of a turn that is no speech, with its time if it is a stamp; empty if only the owner changes there."""

    start: int
    end: int
    why: str
    seconds: float | None = None


def read_turns(text: str, body: int, spoken: Spoken, header: Header) -> Reading:
    """The turns between a document's labels; plain paragraphs if it has none."""
    labels = spoken.labels
    stamps = find_stamps(text, body, labels.marks)
    if not labels.marks:
        return _read_unlabelled(text, body, stamps)
    cutter = _Cutter(text, labels.marks, stamps, spoken.cuts)
    cutter.run(body)
    turns, notes = _named_turns(text, cutter.pieces, header, spoken.legend)
    return Reading(turns, tuple(sorted(cutter.left_out)), (*cutter.notes, *notes))


def read_named_turns(text: str, hints: Hints, header: Header) -> Reading:
    """The turns that the file's format itself names."""
    said = [(label, text[start:end]) for label, start, end, _ in hints.turns if label]
    people = _people([*(label for label, _ in said), *header.participants], said)
    names = {**people.names, "": ""}
    utterances = [(names[label], words) for label, words in said]
    roles = assign_roles(utterances, _declared(names, header))
    roles |= {"": "other"}  # nobody is named: not known to ask, so it can be quoted
    turns = tuple(
        Turn(names[label], roles[names[label]], start, end, at, label) for label, start, end, at in hints.turns
    )
    return Reading(turns, hints.left_out, people.notes)


def _read_unlabelled(text: str, body: int, stamps: Sequence[Stamp]) -> Reading:
    start, end = trim(text, body, len(text))
    kept = end_without_paratext(text, start, end_of_talk(text, start, end))
    left_out = [LeftOut(0, start, _HEADER)] if text[:start].strip() else []
    left_out += [LeftOut(kept, len(text), _BEHIND)] if text[kept:].strip() else []
    turns: list[Turn] = []
    inside = [stamp for stamp in stamps if start <= stamp.start < kept]
    seconds = None
    for stamp, span in zip(
        [None, *inside], gaps(start, kept, [(stamp.start, stamp.end) for stamp in inside]), strict=True
    ):
        seconds = stamp.seconds if stamp else seconds
        if stamp:
            left_out.append(LeftOut(stamp.start, stamp.end, STAMP))
        first, last = trim(text, *span)
        if last > first:
            turns.append(Turn("", "other", first, last, seconds))
    return Reading(tuple(turns), tuple(sorted(left_out)), (_NO_LABELS,))


class _Cutter:
    """One pass over a labelled document, which collects pieces of turns, what is left out, and notes on both."""

    def __init__(self, text: str, marks: Sequence[Mark], stamps: Sequence[Stamp], cuts: Sequence[LeftOut]) -> None:
        self._cuts = [_Cut(cut.start, cut.end, cut.why) for cut in cuts]
        self._cut_starts = [cut.start for cut in cuts]
        self.pieces: list[_Piece] = []
        self.left_out: list[LeftOut] = []
        self.notes: list[str] = []
        self._text = text
        self._marks = marks
        self._stamps, self._stamp_above = _stamps_of_labels(text, stamps, marks)
        self._stamp_starts = [stamp.start for stamp in self._stamps]
        self._habits = habits_of(text, marks)
        self._page = printed_lines(text)
        self._page_starts = [cut.start for cut in self._page]
        self._ended_s: float | None = None  # when the turn before ended, by a stamp behind it

    def run(self, body: int) -> None:
        """Cuts the text from `body` on."""
        begin = self._begin_of(self._marks[0])
        self._cut_beginning(body, begin)
        before = len(self.pieces)
        for mark, following in itertools.pairwise(self._marks):
            self._cut_turn(mark, *self._said_under(mark, self._begin_of(following)))
        self._cut_last_turn(self._marks[-1])
        self._note_boilerplate(begin)
        nobody = sum(piece.end - piece.start for piece in self.pieces[before:] if piece.label is None)
        if nobody:
            self.notes.append(
                f"{nobody:,} characters below headings or in inserted documents are kept as said by nobody known"
            )

    def _begin_of(self, mark: Mark) -> int:
        """Where a label begins, with the stamp above it."""
        stamp = self._stamp_above.get(mark.start)
        return stamp.start if stamp else mark.start

    def _said_under(self, mark: Mark, limit: int) -> Span:
        start, end = trim(self._text, mark.end, limit)
        return start, _end_without_emphasis(self._text, mark, start, end)

    def _cut_beginning(self, body: int, begin: int) -> None:
        """What stands before the first label: a header, and perhaps a talk."""
        text = self._text
        talk = find_talk(text, body, begin)
        if text[:talk].strip():
            self.left_out.append(LeftOut(0, talk, _HEADER))
            if any(
                SENTENCE_END.search(line.rstrip()) for line in text[body:talk].split("\n") if len(line) > _NOTE_CHARS
            ):
                self.notes.append(f"left out above the first turn: {_beginning(text[body:talk])}")
        if talk == begin:
            return
        cuts = [LeftOut(m.start() + talk, m.end() + talk, _HEADING) for m in HEADING.finditer(text[talk:begin])]
        cuts += [LeftOut(stamp.start, stamp.end, STAMP) for stamp in self._stamps if talk <= stamp.start < begin]
        cuts.sort()
        self.left_out += [cut if cut.why == STAMP else LeftOut(*trim(text, *cut.span), cut.why) for cut in cuts]
        for span in gaps(talk, begin, [cut.span for cut in cuts]):
            start, end = trim(text, *span)
            if end > start:
                self.pieces.append(_Piece(None, None, start, end, None))
        self.notes.append(
            f"{begin - talk:,} characters before the first speaker's label are kept as said by nobody known"
        )

    def _cut_last_turn(self, mark: Mark) -> None:
        start, end = self._said_under(mark, len(self._text))
        kept = end_without_paratext(self._text, start, end_of_talk(self._text, start, end))
        if kept < end:
            self.left_out.append(LeftOut(kept, len(self._text), _BEHIND))
            self.notes.append(f"left out after the last turn: {_beginning(self._text[kept:])}")
        self._cut_turn(mark, start, min(kept, end))

    def _cut_turn(self, mark: Mark, start: int, end: int) -> None:
        """One label's text in pieces: nobody's from where the record goes on by itself."""
        above = self._stamp_above.get(mark.start)
        seconds = above.seconds if above and mark.seconds is None else mark.seconds
        seconds = self._ended_s if seconds is None else seconds
        self._ended_s = None
        switches = find_switches(self._text, start, end, self._habits) if mark.role is None else []
        owner_from = {switch.start: switch.is_speakers for switch in switches}
        cuts = [
            *(_Cut(stamp.start, stamp.end, STAMP, stamp.seconds) for stamp in self._stamps_between(start, end)),
            *(_Cut(*span, _PAGE) for span in boilerplate_within(self._text, start, end)),
            *(_Cut(switch.start, switch.end, _HEADING) for switch in switches),
            *(_Cut(*paragraph, _PAGE) for paragraph in self._printed_within(start, end)),
            *(_Cut(*cut.span, cut.why) for cut in self._page[slice(*self._between(self._page_starts, start, end))]),
            *self._cuts[slice(*self._between(self._cut_starts, start, end))],
        ]
        if not cuts:
            self._add(mark, True, start, end, seconds)
            return
        owned, position = True, start
        for cut in sorted(cuts, key=lambda cut: (cut.start, cut.end)):
            if cut.start < position and cut.end <= position:
                continue
            self._add(mark, owned, position, max(position, cut.start), seconds)
            if cut.end > cut.start:
                whole = cut.why == STAMP  # its signs are spaces in the usual form
                self.left_out.append(
                    LeftOut(*((cut.start, cut.end) if whole else trim(self._text, cut.start, cut.end)), cut.why)
                )
            position = max(position, cut.end)
            seconds = cut.seconds if cut.seconds is not None else seconds
            owned = owner_from.get(cut.start, owned)
            self._ended_s = cut.seconds if not self._text[cut.end : end].strip() else None
        self._add(mark, owned, position, end, seconds)

    def _stamps_between(self, start: int, end: int) -> Sequence[Stamp]:
        return self._stamps[slice(*self._between(self._stamp_starts, start, end))]

    def _between(self, starts: Sequence[int], start: int, end: int) -> Span:
        return bisect_left(starts, start), bisect_left(starts, end)

    def _printed_within(self, start: int, end: int) -> list[Span]:
        """Paragraphs inside a turn that are the page's, by what they say."""
        if "\n" not in self._text[start:end]:
            return []
        found = [match for match in PARAGRAPH.finditer(self._text, start, end) if match.start() > start]
        behind = True  # a rule that more of the speech follows is a part of it
        printed: list[Span] = []
        for match in reversed(found):
            paragraph = match.group()
            if is_printed(paragraph) and (behind or not is_rule(paragraph.strip())):
                printed.append(match.span())
            else:
                behind = False
        return printed[::-1]

    def _add(self, mark: Mark, owned: bool, start: int, end: int, seconds: float | None) -> None:
        start, end = trim(self._text, start, end)
        if end <= start:
            return
        last = self.pieces[-1] if self.pieces else None
        if not owned and last and last.label is None and not self._text[last.end : start].strip():
            start = self.pieces.pop().start  # one after the other, both nobody's
        label, role = (mark.label, mark.role) if owned else (None, None)
        self.pieces.append(_Piece(label, role, start, end, seconds))

    def _note_boilerplate(self, begin: int) -> None:
        if not self.pieces:
            return
        last = self.pieces[-1].end
        found = [out for out in self.left_out if out.start > begin and out.end < last and out.why != STAMP]
        if found:
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            self.notes.append(f"left out between turns: {_beginning(self._text[found[0].start : found[0].end])}{more}")


def _stamps_of_labels(
    text: str, stamps: Sequence[Stamp], marks: Sequence[Mark]
) -> tuple[list[Stamp], dict[int, Stamp]]:
    """Stamps inside turns; and those alone above a label, which are the label's, by where it starts."""
    inside: list[Stamp] = []
    above: dict[int, Stamp] = {}
    starts = {mark.start for mark in marks}
    for stamp in stamps:
        space = _SPACES.match(text, stamp.end)
        following = space.end() if space else stamp.end
        line = text.rfind("\n", 0, following) + 1
        if stamp.alone and (line in starts or following in starts):
            above[line if line in starts else following] = stamp
        else:
            inside.append(stamp)
    return inside, above


def _end_without_emphasis(text: str, mark: Mark, start: int, end: int) -> int:
    """Where an utterance set in bold or italics ends: before the mark that closes what opened before its label."""
    if text[end - 1 : end] not in ("*", "_"):
        return end
    opening, closing = _OPENING.search(text[mark.start : start]), _CLOSING.search(text[start:end])
    if not opening or not closing or opening[0] != closing[0] or text.count(opening[0], mark.start, start) > 1:
        return end
    whole = text.count(closing[0], mark.start, end) % 2 == 0  # what else is set so within is closed, too
    return trim(text, start, end - len(closing[0]))[1] if whole else end


def _people(labels: Sequence[str], said: Sequence[tuple[str, str]]) -> People:
    return who_is_who(labels, talking_to_each_other(said))


def _declared(names: Mapping[str, str], header: Header) -> dict[str, Role]:
    """The roles that are printed: above the first turn, or as an office in a label."""
    offices: dict[str, Role] = {name: "interviewer" for label, name in names.items() if asks_by_office(label)}
    return offices | {names[name]: role for name, role in header.declared.items()}


def _named_turns(
    text: str, pieces: Sequence[_Piece], header: Header, legend: Mapping[str, str]
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """Turns with canonical names and roles, and notes on labels that are read as one person."""
    labels = stand_for([piece.label for piece in pieces if piece.label], header.head, header.participants, legend)
    said = [(labels[piece.label], text[piece.start : piece.end]) for piece in pieces if piece.label]
    people = _people([*(label for label, _ in said), *header.participants], said)
    names = people.names
    utterances = [(names[label], words) for label, words in said]
    roles = assign_roles(
        utterances, _declared(names, header), answered=any(piece.role == "respondent" for piece in pieces)
    )
    alone = [name for name, role in header.declared.items() if role == "respondent"]
    turns = []
    for piece in pieces:
        if piece.label:
            speaker = names[labels[piece.label]]
            turns.append(Turn(speaker, roles[speaker], piece.start, piece.end, piece.seconds, piece.label))
        elif piece.role == "respondent" and len(alone) == 1:
            turns.append(Turn(names[alone[0]], "respondent", piece.start, piece.end, piece.seconds))
        else:
            turns.append(Turn("", piece.role or "other", piece.start, piece.end, piece.seconds))
    return tuple(turns), people.notes


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return f"{len(text.strip()):,} characters, “{words[:_NOTE_CHARS]}{'…' if len(words) > _NOTE_CHARS else ''}”"
