"""Labels with a colon, and Q and A without one: what most transcripts use.

A colon stands behind a name as it stands behind anything that is announced. So the candidates of a document are
looked at together: which of them recur, how the certain ones are printed, and which of the rare ones are printed in
the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.text.names import fold
from rag.transcript.grammars.common import LONG_LABEL, SPACE
from rag.transcript.grammars.dense import with_all_of_a_dense_form
from rag.transcript.grammars.evidence import NUMBERED, Evidence
from rag.transcript.grammars.wrapped import wrapped_label
from rag.transcript.header_keys import is_header_line
from rag.transcript.label_shapes import (
    NO_NAMES,
    asks_or_answers,
    can_be_label,
    has_name_shape,
)
from rag.transcript.marks import Line, Mark, Source
from rag.transcript.stamps import BRACKETED_CLOCK, STAMP, seconds_in

_OPEN, _CLOSE = r"(?P<mark>\*{1,3}|_{1,3}|<(?:b|strong|i|em)>)", r"(?:(?P=mark)|</(?:b|strong|i|em)>)"
_FOOTNOTE = r"(?:\[\d{1,3}\])?"
_BOLD = re.compile(
    rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?{_OPEN}{SPACE}"
    rf"(?:(?P<stamp1>{STAMP}){SPACE}[-–—]?{SPACE})?(?P<label>{LONG_LABEL}){SPACE}"
    rf"(?P<stamp2>{BRACKETED_CLOCK})?{SPACE}"
    rf"(?:[:：]{SPACE}{_CLOSE}|{_CLOSE}{SPACE}{_FOOTNOTE}(?P<stamp4>{BRACKETED_CLOCK})?{SPACE}[:：]){SPACE}"
    rf"(?:(?P<stamp3>{BRACKETED_CLOCK}){SPACE})?"
)
COLON = re.compile(
    rf"{SPACE}(?:\d{{1,4}}(?P<point>[.)])?[^\S\n]+)?(?:\*{{1,3}}|_{{1,3}})?(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?"
    rf"(?P<label>{LONG_LABEL}){SPACE}{_FOOTNOTE}(?P<stamp2>{BRACKETED_CLOCK})?"
    rf"{SPACE}[:：](?=\s|$|[^\d/\s\\]){SPACE}(?:(?P<stamp3>{BRACKETED_CLOCK}){SPACE})?"
)
# "Q" and "A" without a colon. A lone "A" opens many a sentence, so it needs a point or a gap; a lone "Q" opens none.
_LETTER = re.compile(
    rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?"
    r"(?:\d{1,4}[^\S\n]+)?(?:\*\*)?(?P<label>Q\d*(?:[.)](?:\*\*)?|\*\*)?(?=[^\S\n])"
    r"|A\d*(?:[.)](?:\*\*)?(?=[^\S\n])|(?=[^\S\n]{2}|\t)))[^\S\n]+(?![:：])"
)
_LOOSE_ANSWER = re.compile(rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?(?:\d{{1,4}}[^\S\n]+)?A[^\S\n]+(?=\S)")
_STAMP_BEFORE = re.compile(rf"{SPACE}{STAMP}{SPACE}[-–—]?")
# "HON. A. REED.- Yes": a label never goes on behind such a sign.
_POINT_AND_SIGN = re.compile(r"\.[-:–—]")
_POINTED = re.compile(rf"{SPACE}(?:\*\*)?(?P<label>[^\W\d_][^:：\n*]{{1,60}}?)\.{SPACE}[-–—:](?:\*\*)?[^\S\n]+(?=\S)")
_HANDLE = re.compile(r"[^\S\n]*(?P<label>[^\W\d_A-ZÀ-Þ][\w.-]{2,20})[^\S\n]*[:：](?=\s|[^\x00-\x7f])[^\S\n]*")
_BEFORE_LETTERS = " \t\xa0*0123456789"  # stenographers number their lines
LABEL_CHARS = 190  # a label with its colon stands within so many characters of a line
_BEGIN_OR_PART_STAMPS = tuple("[(:\\")


def find_colon_labels(source: Source) -> list[Mark]:
    """`Name:`, `**Name:**`, `[00:01:02] Name:`, `NAME, TITLE, COMPANY:`, `Q.`, `Q   `."""
    found: list[Mark] = []
    heads = [_letters_of(line) for line in source.lines]
    letters = _recurring_letters(source, heads)
    loose = _loose_answers(source, heads) if "Q" in letters else False
    for number, line in enumerate(source.lines):
        mark = _mark_at(line, heads[number][:1], letters) or (_loose_answer(line) if loose else None)
        if not line.opens and ":" in line.text[:LABEL_CHARS]:
            mark = wrapped_label(source.lines, number) or mark
        if mark and not is_header_line(mark.label, source.text[mark.end : line.end], first=not found):
            found.append(mark)
    accepted = Evidence(source, found).accepted()
    accepted = sorted([*accepted, *_handles(source, accepted)], key=lambda mark: mark.start)
    return with_all_of_a_dense_form(source, accepted)


def _recurring_letters(source: Source, heads: Sequence[str]) -> frozenset[str]:
    """Which of "Q" and "A" stand for labels without a colon in this document: those that recur."""
    counts = Counter(
        match["label"][0]
        for line, head in zip(source.lines, heads, strict=True)
        if head[:1] in ("Q", "A") and (match := _LETTER.match(line.text))
    )
    # "A. Reed: …" is a person, unless questions are marked in the same way.
    return frozenset(letter for letter, count in counts.items() if count >= 2 and counts["Q"] >= 2)


def _loose_answers(source: Source, heads: Sequence[str]) -> bool:
    """Whether "A" and one space open an answer here: behind most of the questions."""
    opening = [head for line, head in zip(source.lines, heads, strict=True) if line.opens]
    behind = [later[:1] == "A" and later[1:].isspace() for head, later in pairwise(opening) if head[:1] == "Q"]
    return sum(behind) >= max(2, 0.5 * len(behind))


def _loose_answer(line: Line) -> Mark | None:
    match = _LOOSE_ANSWER.match(line.text) if line.opens else None
    return Mark("A", line.start, line.start + match.end(), seconds_in(match), True, kind="letter") if match else None


def _letters_of(line: Line) -> str:
    """The head of a line behind its number and its time."""
    text = line.text.lstrip(_BEFORE_LETTERS)
    if text[:1] in _BEGIN_OR_PART_STAMPS and (stamp := _STAMP_BEFORE.match(line.text)):
        text = line.text[stamp.end() :].lstrip(_BEFORE_LETTERS)
    return text[:2]


def _mark_at(line: Line, first: str, letters: frozenset[str]) -> Mark | None:
    """The label at the head of a line, if there is one; `first` is its first letter."""
    if letters and first in ("Q", "A"):
        match = _LETTER.match(line.text)
        if match and match["label"][0] in letters:
            seconds = seconds_in(match)
            return Mark(match["label"][0], line.start, line.start + match.end(), seconds, line.opens, kind="letter")
    head = line.text[:LABEL_CHARS]
    if _POINT_AND_SIGN.search(head) and (match := _POINTED.match(line.text)):
        label = match["label"]
        if can_be_label(label) and has_name_shape(label):
            return Mark(label.strip(), line.start, line.start + match.end(), None, line.opens, kind="colon")
    if ":" not in head and "：" not in head:
        return None
    for kind, pattern in (("bold", _BOLD), ("colon", COLON)):
        match = pattern.match(line.text)
        if match and can_be_label(match["label"]):
            seconds = seconds_in(match)
            if kind == "colon" and match["point"]:
                kind = NUMBERED
            return Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, line.opens, kind=kind)
    return None


def _handles(source: Source, accepted: Sequence[Mark]) -> list[Mark]:
    """Speakers who write themselves small, "nullc:", among others: recurring words that the text uses for nothing else."""
    if not accepted:
        return []
    found: list[Mark] = []
    for line in source.lines:
        match = _HANDLE.match(line.text) if line.opens else None
        if match and match["label"][0].islower() and fold(match["label"]) not in NO_NAMES:
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, True))
    counts = Counter(mark.label for mark in found)
    return [
        mark
        for mark in found
        if counts[mark.label] >= 2
        and mark.start >= accepted[0].start
        and not re.search(rf"\b{re.escape(mark.label)}\b(?![^\S\n]*[:：])", source.text)
        and not asks_or_answers(mark.label)
    ]
