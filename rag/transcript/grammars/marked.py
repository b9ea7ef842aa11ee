"""Labels with a colon behind a sign, and labels written small: kinds that a document has throughout or not at all."""

from __future__ import annotations

import re
from collections import Counter

from rag.text.names import fold, plain_label
from rag.transcript.boilerplate import is_stage_note
from rag.transcript.grammars.colon import COLON, LABEL_CHARS
from rag.transcript.grammars.common import LABEL, SPACE, keep_commonest_form, keep_recurring
from rag.transcript.label_shapes import NO_NAMES, can_be_label, has_name_shape, has_sentence_words, label_key
from rag.transcript.marks import Mark, Source
from rag.transcript.stamps import STAMP, seconds_in

_MARKED = re.compile(
    rf"{SPACE}(?:(?P<kind>#{{1,6}}|[-*•–]|>{{1,3}}|\d{{1,3}}[.)]){SPACE}(?:{STAMP}{SPACE})?(?P<mark>\*\*|__)?"
    rf"(?P<label>{LABEL})(?:[:：]{SPACE}(?(mark)(?P=mark))|(?(mark)(?P=mark)){SPACE}[:：])"
    rf"|(?P<open>[\[【<({{])(?P<label2>{LABEL})[\]】>)}}](?:\([^()\n]*\))?{SPACE}[:：])(?=\s|$|[^\d/\s\\]){SPACE}"
)
# In captions ">>" stands before whoever begins to speak, wherever that is on a line.
_ARROWS = re.compile(
    rf"(?:^{SPACE}(?P<stamp>{STAMP})?{SPACE}[-–—]?{SPACE}|(?<=\s))(?P<sign>>{{2,3}}){SPACE}"
    rf"(?:(?P<label>[^\W_][^:：\n>\[\]]{{0,58}}?){SPACE}[:：](?=\s|[^\x00-\x7f]){SPACE})?",
    re.M,
)
_FEW_WORDS, _MOST_WORDS, _DENSE = 3, 6, 0.8  # words of a label in small letters; share of the paragraphs
_LEAST_ARROWS, _NAMED_ARROWS = 3, 0.3


def find_marked_labels(source: Source) -> list[Mark]:
    """`### Name:`, `- Name:`, `> Name:`, `1. Name:`, `[Name]:`, `<Name>:`."""
    found = []
    for line in source.lines:
        first, head = line.text.lstrip()[:1], line.text[:LABEL_CHARS]
        if not (first in "#-*•–>[【<({" or first.isdigit()) or not (":" in head or "：" in head):
            continue
        match = _MARKED.match(line.text)
        label = (match["label"] or match["label2"]) if match else None
        if match and label and can_be_label(label) and not is_stage_note(label):
            kind = "numbered" if (match["kind"] or "")[:1].isdigit() else (match["kind"] or match["open"])[:1]
            found.append(Mark(label.strip(), line.start, line.start + match.end(), None, True, kind=kind))
    return keep_recurring(source, keep_commonest_form(found))


def find_arrow_labels(source: Source) -> list[Mark]:
    """`>> Name: text`, behind a stamp and in the midst of a line, too; behind `>>` alone somebody unknown speaks."""
    if source.text.count(">>") < _LEAST_ARROWS:
        return []
    found: list[Mark] = []
    for match in _ARROWS.finditer(source.text, source.body):
        label = (match["label"] or "").strip()
        named = bool(label) and can_be_label(label) and (has_name_shape(label) or label.isupper())
        end = match.end() if named or not match["label"] else match.start("label")
        found.append(Mark(label if named else "", match.start(), end, seconds_in(match), True, kind=">>"))
    counts = Counter(label_key(mark.label) for mark in found if mark.label)
    several = len(counts) >= 2 and max(counts.values()) >= 2
    return found if several and counts.total() >= _NAMED_ARROWS * len(found) else []


def find_small_labels(source: Source) -> list[Mark]:
    """`ann reed:`, if no name is written with capitals."""
    found = []
    for line in source.lines:
        match = COLON.match(line.text) if ":" in line.text[:40] else None
        if match and line.opens and _is_small_label(match["label"]):
            seconds = seconds_in(match)
            found.append(Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, True))
    counts = Counter(mark.key for mark in found)
    kept = [mark for mark in found if counts[mark.key] >= 2 and len(plain_label(mark.label).split()) <= _FEW_WORDS]
    openings = sum(line.opens for line in source.lines)
    if len({mark.key for mark in kept}) < 2 or len(kept) < 0.3 * openings:
        return []
    # Where nearly every paragraph opens so, every one that does is a turn, however rare or long the name is.
    every = [mark for mark in found if not has_sentence_words(mark.key)]
    return every if len(every) >= _DENSE * openings else kept


def _is_small_label(label: str) -> bool:
    words = plain_label(label).split()
    if not 0 < len(words) <= _MOST_WORDS or len(label) > 40:
        return False
    return label[0].islower() and fold(words[0]) not in NO_NAMES | {""}
