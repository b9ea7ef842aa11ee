"""Other forms of one transcript, and who says what in them: what programs, mail and editors make of a file.

A form is a list of edits, so that each character of the transcript has its place in the other form, and what is read
there can be compared word by word with what is read here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rag.text.folding import fold
from rag.types import Document

_WORD = re.compile(r"\w+")
_COLUMNS, _PAGE_LINES = 72, 40
_SPEAKING_S = 7  # seconds from one label to the next
_INVISIBLE = "\u200b\u00ad\u2060\ufeff"
_TAIL = re.compile(r"[^\S\n]*[:：]")


class Edit(NamedTuple):
    """What stands in `[start, end)` of a text gives way to `new`."""

    start: int
    end: int
    new: str


class Label(NamedTuple):
    """Where a label is printed, where its line begins, and where its words do."""

    start: int
    end: int
    line: int
    said: int


Rewrite = Callable[[Document], Iterable[Edit]]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text in another form, and where each place of the first one is in it."""

    text: str
    edits: tuple[Edit, ...]
    shifts: tuple[int, ...]  # of what stands behind each edit

    def place(self, place: int) -> int:
        """Where a character of the first text is; what is no longer there is where the edit is.

        >>> rewritten("A b.", [Edit(1, 2, "\\n\\n")]).place(2)
        3
        """
        number = bisect_right(self.edits, place, key=lambda edit: edit.start) - 1
        if number < 0:
            return place
        edit = self.edits[number]
        before = self.shifts[number - 1] if number else 0
        return place + self.shifts[number] if place >= edit.end else edit.start + before


def rewritten(text: str, edits: Iterable[Edit]) -> Rewritten:
    """A text with edits done to it; of two that meet, the first.

    >>> rewritten("Ann: So.", [Edit(0, 3, "ann")]).text
    'ann: So.'
    """
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    pieces, shifts, at, shift = [], [], 0, 0
    for edit in kept:
        pieces += [text[at : edit.start], edit.new]
        at = edit.end
        shift += len(edit.new) - (edit.end - edit.start)
        shifts.append(shift)
    return Rewritten("".join([*pieces, text[at:]]), tuple(kept), tuple(shifts))


def labels_of(document: Document) -> list[Label]:
    """Where the labels of a document's turns are printed."""
    found: list[Label] = []
    before = 0
    for turn in document.turns:
        place = document.text.rfind(turn.label, before, turn.start) if turn.label else -1
        before = turn.end
        if place >= 0:
            line = document.text.rfind("\n", 0, place) + 1
            found.append(Label(place, place + len(turn.label), line, turn.start))
    return found


def _nfd(document: Document) -> Iterator[Edit]:
    for match in re.finditer(r"[^\x00-\x7f]", document.text):
        if (apart := unicodedata.normalize("NFD", match[0])) != match[0]:
            yield Edit(*match.span(), apart)


def _hard_spaces(document: Document) -> Iterator[Edit]:
    return (Edit(*match.span(), "\u00a0") for match in re.finditer(" ", document.text))


def _invisible(document: Document) -> Iterator[Edit]:
    for number, label in enumerate(labels_of(document)):
        sign = _INVISIBLE[number % len(_INVISIBLE)]
        yield Edit(label.start, label.start, sign)
        if label.end - label.start > 2:
            yield Edit(label.start + 2, label.start + 2, sign)


def _small(document: Document) -> Iterator[Edit]:
    return (
        Edit(label.start, label.end, document.text[label.start : label.end].lower()) for label in labels_of(document)
    )


def _wrapped(document: Document) -> Iterator[Edit]:
    at, text = 0, document.text
    for line in text.split("\n"):
        begin = at
        while len(line) - (begin - at) > _COLUMNS:
            space = text.rfind(" ", begin + 1, begin + _COLUMNS + 1)
            space = space if space > begin else text.find(" ", begin + _COLUMNS, at + len(line))
            if space < 0:
                break
            yield Edit(space, space + 1, "\n")
            begin = space + 1
        at += len(line) + 1


def _unwrapped(document: Document) -> Iterator[Edit]:
    """Each paragraph of a turn on one line."""
    for turn in document.turns:
        for match in re.finditer(r"(?<=[^\n])\n(?=[^\s])", document.text[turn.start : turn.end]):
            yield Edit(turn.start + match.start(), turn.start + match.end(), " ")


def _joined(document: Document) -> Iterator[Edit]:
    """All lines that no blank one parts become one."""
    return (Edit(*match.span(), " ") for match in re.finditer(r"(?<=\S)[^\S\n]*\n(?=[^\S\n]*\S)", document.text))


def _doubled(document: Document) -> Iterator[Edit]:
    return (Edit(*match.span(), match[0] * 2) for match in re.finditer(r"\n[^\S\n]*\n", document.text))


def _without_blanks(document: Document) -> Iterator[Edit]:
    """No blank lines before labels."""
    for label in labels_of(document):
        begin = len(document.text[: label.line].rstrip())
        if document.text.count("\n", begin, label.line) > 1:
            yield Edit(begin, label.line, "\n")


def _without_any_blanks(document: Document) -> Iterator[Edit]:
    return (Edit(*match.span(), "\n") for match in re.finditer(r"\n(?:[^\S\n]*\n)+", document.text))


def _bold(document: Document) -> Iterator[Edit]:
    text = document.text
    for label in labels_of(document):
        if "*" in text[label.line : label.said] or "_" in text[label.line : label.said]:
            continue
        yield Edit(label.start, label.start, "**")
        tail = _TAIL.match(text, label.end)
        end = tail.end() if tail else label.end
        yield Edit(end, end, "**")


def _paged(document: Document) -> Iterator[Edit]:
    for number, match in enumerate(re.finditer("\n", document.text), start=1):
        if number % _PAGE_LINES == 0:
            page = number // _PAGE_LINES
            yield Edit(match.end(), match.end(), f"Minutes of the meeting                    Page {page}\n")


def _stamped(document: Document) -> Iterator[Edit]:
    for number, label in enumerate(labels_of(document)):
        minutes, seconds = divmod(number * _SPEAKING_S, 60)
        hours, minutes = divmod(minutes, 60)
        if document.text[label.line : label.start].strip(" \t*_") == "":
            yield Edit(label.line, label.line, f"[{hours:02}:{minutes:02}:{seconds:02}] ")


FORMS: dict[str, Rewrite] = {
    "as it is": lambda _: (),
    "accents apart": _nfd,
    "hard spaces": _hard_spaces,
    "invisible signs in labels": _invisible,
    "labels in small letters": _small,
    "wrapped": _wrapped,
    "unwrapped": _unwrapped,
    "lines joined": _joined,
    "blank lines doubled": _doubled,
    "no blank lines before labels": _without_blanks,
    "no blank lines": _without_any_blanks,
    "bold labels": _bold,
    "heads of pages": _paged,
    "times before labels": _stamped,
}
"""What leaves a transcript's words and their speakers as they are, by name."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What share of the words stands where it should: characters of words, over all that somebody named says."""

    wrong: float  # under another name, or under one though nobody is known to say it
    nobody: float  # under no name
    missing: float  # in no turn
    added: float  # what the form put in, and is read as said by somebody


def agreement(expected: Document, found: Document, form: Rewritten) -> Agreement:
    """How far two readings of one transcript agree on who says what.

    A name is the same if it is spelled so, or else if both readings give most of its words to each other.
    """
    starts = [turn.start for turn in found.turns]
    both: Counter[tuple[str, str | None]] = Counter()
    for turn in expected.turns:
        speaker = fold(turn.speaker)
        for match in _WORD.finditer(expected.text, turn.start, turn.end):
            place = form.place(match.start())
            number = bisect_right(starts, place) - 1
            inside = number >= 0 and place < found.turns[number].end
            both[speaker, fold(found.turns[number].speaker) if inside else None] += len(match[0])
    said = sum(count for (speaker, _), count in both.items() if speaker)
    same = _same_names(both)
    wrong = sum(count for (speaker, other), count in both.items() if other and same.get(other) != speaker)
    nobody = sum(count for (speaker, other), count in both.items() if speaker and other == "")
    missing = sum(count for (speaker, other), count in both.items() if speaker and other is None)
    return Agreement(*(count / max(said, 1) for count in (wrong, nobody, missing, _added(found, form))))


def _added(found: Document, form: Rewritten) -> int:
    """Characters of the words between the words of the first text that are in somebody's turn."""
    starts = [turn.start for turn in found.turns]
    count, before = 0, 0
    for edit, shift in zip(form.edits, form.shifts, strict=True):
        place = edit.start + before
        before = shift
        if len(edit.new) <= edit.end - edit.start + 1 or unicodedata.normalize("NFC", edit.new).isalpha():
            continue
        for match in _WORD.finditer(edit.new):
            number = bisect_right(starts, place + match.start()) - 1
            inside = number >= 0 and place + match.start() < found.turns[number].end and found.turns[number].speaker
            count += len(match[0]) if inside else 0
    return count


def _same_names(both: Counter[tuple[str, str | None]]) -> dict[str, str]:
    """Each name that was found, and the one that it stands for."""
    expected, found = {one for one, _ in both}, {other for _, other in both if other}
    same = {name: name for name in found if name in expected}
    for (speaker, other), _ in both.most_common():
        if speaker and other and other not in same and speaker not in same.values():
            same[other] = speaker
    return same
