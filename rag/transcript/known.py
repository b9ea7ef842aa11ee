"""Known labels where no grammar looks for them: alone on a line, behind a stray sign, in the midst of a line.

Whoever has a label in a document has it wherever it is printed as the labels are, also if something stands before it
that no other label has: a sign of mark-up, a bullet, the end of what somebody else says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from rag.transcript.marks import Line, Mark, Source

_BREAKS_IN = re.compile(r"[.?!…)\]”\"—] (?=\S)")  # before a label in the midst of a line
_SIGNS = "#>*_•·▪◦‣–—-"
_EMPHASIS = "*_"
_BLANK = " \t\xa0"
_SPACE = re.compile(r"\s*")
_AROUND_NAMES = " \t\n*_"
_MOST_CHARS_OF_A_TAIL = 3
_SHORT = 3  # labels of so many characters may be anything in the midst of a line

Printed = Mapping[str, Set[str]]  # the signs that end a label → the labels


def known_elsewhere(source: Source, best: Sequence[Mark]) -> Iterator[Mark]:
    """Where the labels of some marks stand, too, as they are printed there.

    >>> from rag.transcript.grammars.common import read_source
    >>> source = read_source("Ann Reed: So.\\n\\n• Ann Reed: It is. Ann Reed: Is it?", 0)
    >>> [mark.start for mark in known_elsewhere(source, [Mark("Ann Reed", 0, 10, None, True)])]
    [15, 34]
    """
    if not best:
        return
    printed = _printed(source, best)
    names = {mark.label for mark in best if len(mark.label) > 2}
    alone = sum(not source.text[mark.start : mark.end].strip(_AROUND_NAMES).endswith((":", "：")) for mark in best)
    signs = alone > 0.5 * len(best)
    longest = max((len(mark.label) for mark in best), default=0)
    for line in source.lines:
        if (line.text.lstrip()[:1] in _SIGNS and (mark := _behind_signs(line, printed))) or (
            line.opens and len(line.text) <= longest + 20 and (mark := _alone(line, names, signs=signs))
        ):
            yield mark
    yield from _behind_sentences(source, printed)


def _printed(source: Source, best: Sequence[Mark]) -> Printed:
    """The labels by the signs that end them: a colon, a hyphen behind a point."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for mark in best:
        if mark.label and mark.end <= len(source.text):
            _, label, tail = source.text[mark.start : mark.end].rpartition(mark.label)
            tail = tail.strip(_AROUND_NAMES)
            if label and 0 < len(tail) <= _MOST_CHARS_OF_A_TAIL and not tail.isalnum():
                found[tail].add(mark.label)
    return found


def _behind_signs(line: Line, printed: Printed) -> Mark | None:
    """`# Ann Reed:`, `• Ann Reed:`: a sign before one label changes nobody's name."""
    bare = line.text.lstrip(_SIGNS + _BLANK)
    for tail, labels in printed.items():
        head, found, rest = bare.partition(tail)
        if found and head.strip(_EMPHASIS) in labels and (not rest or rest.lstrip(_EMPHASIS)[:1].isspace()):
            said = rest.lstrip(_EMPHASIS + _BLANK)
            return Mark(head.strip(_EMPHASIS), line.start, line.end - len(said), None, True)
    return None


def _alone(line: Line, names: Set[str], *, signs: bool) -> Mark | None:
    """Known names alone on a line, without the rest of the label.

    Behind a sign only where the labels are names alone, too: elsewhere it is a list of those present.
    """
    label = line.text.strip(_BLANK)
    if label[0] in _EMPHASIS and label[-1] in _EMPHASIS:
        label = label.strip(_EMPHASIS)
    elif signs:
        label = label.lstrip(_SIGNS + _BLANK)
    return Mark(label, line.start, line.end, None, True) if label in names else None


def _behind_sentences(source: Source, printed: Printed) -> Iterator[Mark]:
    """In "All of us. MS. REED: No!" somebody breaks in."""
    whole = {
        tail: {label for label in labels if len(label) > _SHORT and (" " in label or label.isupper())}
        for tail, labels in printed.items()
    }
    longest = max((len(label) for labels in whole.values() for label in labels), default=0)
    if not longest:
        return
    text = source.text
    for match in _BREAKS_IN.finditer(text, source.body):
        start = match.end()
        for tail, labels in whole.items():
            end = text.find(tail, start, start + longest + len(tail))
            if end > start and text[start:end] in labels and text[end + len(tail) : end + len(tail) + 1].isspace():
                said = _SPACE.match(text, end + len(tail))
                yield Mark(text[start:end], start, said.end() if said else end, None, False)
