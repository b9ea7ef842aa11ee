"""Labels that nobody speaks under: a data sheet, a list of those present, a legend of initials, a heading.

They look like labels, and the grammars take them for some. What shows that they are none is what stands under them:
nothing, a name, or a date, where the labels of a conversation have sentences under them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.text.dates import is_date_line
from rag.text.lexicon import union
from rag.text.sentences import SENTENCE_END
from rag.text.spans import trim
from rag.transcript.header_keys import header_kind, is_header_line
from rag.transcript.label_shapes import asks_or_answers, has_name_shape, label_key
from rag.transcript.marks import Labels, Mark
from rag.transcript.paratext import is_vote
from rag.types import LeftOut

_MOST_MARKS = 60  # of a document are looked at for a data sheet
_LONGEST_FIELD = 14  # words
_HEADING = re.compile(r"[^\S\n]*(?:#{1,6}[^\S\n]|<h\d)")
_NOTHING = re.compile(r"[\s*_#=~–—-]*")
_LEGEND_PART = re.compile(r"[^\S\n]{2,}|[;；,，、\t\u3000]+[^\S\n]*")
_LEGEND_KEY = re.compile(
    r"[\s*_(\[]*(?P<key>[^\s:：=*_()\[\]]{1,6})[^\S\n]*(?:[:：=]|[–—-][^\S\n])[^\S\n]*(?P<value>\S.{0,60})"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The labels under which somebody speaks, what else looks like one, and what a legend says of short labels."""

    labels: Labels
    cuts: tuple[LeftOut, ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)  # label → name


def spoken_labels(text: str, labels: Labels) -> Spoken:
    """The labels of a document without those that nobody speaks under.

    >>> from rag.transcript.labels import find_labels
    >>> text = "Guest: Ann Reed\\n\\nDate: 3 May 2024\\n\\nJo Field: Why?\\n\\nAnn Reed: So.\\n\\nJo Field: Ah?\\n\\nAnn Reed: Yes."
    >>> [mark.label for mark in spoken_labels(text, find_labels(text)).labels.marks]
    ['Jo Field', 'Ann Reed', 'Jo Field', 'Ann Reed']
    """
    marks = list(labels.marks)
    if len(marks) < 2 or any(mark.role for mark in marks):
        return Spoken(labels)
    legend = _legend(text, marks)
    front = max(_front(text, marks), len(legend.marks))
    kept, cuts = _without_headings(text, marks[front:])
    if len({mark.key for mark in kept}) < 2 <= len({mark.key for mark in marks}):
        return Spoken(labels)  # too little would be left to be sure
    return Spoken(replace(labels, marks=tuple(kept)), tuple(cuts), legend.names)


def _said(text: str, marks: Sequence[Mark], number: int) -> str:
    end = marks[number + 1].start if number + 1 < len(marks) else len(text)
    return text[marks[number].end : end]


def _front(text: str, marks: Sequence[Mark]) -> int:
    """How many marks belong to a data sheet or a list of names in front of the first real exchange."""
    usual = Counter(_ending(text, mark) for mark in marks).most_common(1)[0][0]
    last = names = 0
    for number in range(min(len(marks) - 1, _MOST_MARKS)):
        said, odd = _said(text, marks, number), _ending(text, marks[number]) != usual
        if not _is_field(said):
            break
        names += odd or bool(_NOTHING.fullmatch(said))
        first = said.strip().split("\n")[0]
        declares = is_header_line(marks[number].label, first, first=True) and not asks_or_answers_alone(marks[number])
        if declares or (names >= 2 and (odd or _NOTHING.fullmatch(said))):
            last = number + 1
    return last


def asks_or_answers_alone(mark: Mark) -> bool:
    """Whether a label says "Q" or "A" and nothing else, which no data sheet has."""
    return len(mark.label) <= 2 and asks_or_answers(mark.label)


def _ending(text: str, mark: Mark) -> str:
    """The sign that ends a label as it is printed."""
    return text[mark.start : mark.end].rstrip(" \n*_")[-1:] if mark.end > mark.start else ""


def _is_field(said: str) -> bool:
    """Whether what stands under a label is no speech: short lines that end like no sentence."""
    lines = [line.strip(" *_#\t") for line in said.strip().split("\n") if line.strip(" *_#-–—\t")]
    return all(
        is_date_line(line) or (len(line.split()) <= _LONGEST_FIELD and not SENTENCE_END.search(line)) for line in lines
    )


def _without_headings(text: str, marks: Sequence[Mark]) -> tuple[list[Mark], list[LeftOut]]:
    """Marks under which something is said, and where those stand that only head what follows."""
    silent = Counter(
        mark.key
        for number, mark in enumerate(marks[:-1])
        if _NOTHING.fullmatch(_said(text, marks, number)) and marks[number + 1].key != mark.key
    )
    counts = Counter(mark.key for mark in marks)
    headings = {key for key, count in silent.items() if count >= 0.5 * counts[key]}
    headings |= {key for key in counts if key in union("language_names")}
    kept: list[Mark] = []
    cuts: list[LeftOut] = []
    for number, mark in enumerate(marks):
        if is_vote(f"{mark.label}:"):
            continue  # nobody's, as a remark on the sitting
        if mark.key in headings:
            cuts.append(LeftOut(*trim(text, mark.start, mark.end), "heading"))
        elif _declares_below_heading(text, mark, _said(text, marks, number)):
            end = text.find("\n", mark.end)
            cuts.append(LeftOut(*trim(text, mark.start, end if end >= 0 else len(text)), "heading"))
        else:
            kept.append(mark)
    return kept, cuts


def _declares_below_heading(text: str, mark: Mark, said: str) -> bool:
    """Whether "Presenter: Ann Reed (AR)" stands directly below a heading."""
    if header_kind(mark.label) is None:
        return False
    before = text[max(0, mark.start - 400) : mark.start].rstrip()
    line = said.strip().split("\n")[0].strip(" *_")
    above = before[before.rfind("\n") + 1 :]
    return bool(_HEADING.match(above)) and has_name_shape(line) and not SENTENCE_END.search(line)


@dataclass(frozen=True, slots=True)
class _Legend:
    marks: Sequence[Mark]
    names: Mapping[str, str]


def _legend(text: str, marks: Sequence[Mark]) -> _Legend:
    """A line or lines in front that say what each label stands for: "Q: reporter   R: Ann Reed, engineer"."""
    keys = Counter(mark.key for mark in marks)
    found: dict[str, str] = {}
    used = 0
    for mark in marks[:8]:
        end = text.find("\n", mark.end)
        line = text[mark.start : end if end >= 0 else len(text)]
        parts = [_LEGEND_KEY.match(part) for part in _LEGEND_PART.split(line) if part.strip(" *_")]
        known = [part for part in parts if part and keys[label_key(part["key"])] >= 1]
        again = all(keys[label_key(part["key"])] >= 2 or part["key"] != mark.label for part in known)
        if not known or not again or any(label_key(part["key"]) in found for part in known):
            break
        values = {part["key"]: _named(part["key"], part["value"].strip(" *_")) for part in known}
        # What a label stands for is a name that fits it, or a word for who asks; anything else is said under it.
        if not all(
            name or asks_or_answers(part["value"].strip(" *_"))
            for part, name in zip(known, values.values(), strict=True)
        ):
            break
        found |= {label_key(key): name for key, name in values.items()}
        used += 1
    if len(found) < 2:
        return _Legend((), {})
    return _Legend(marks[:used], {key: name for key, name in found.items() if name})


def _named(label: str, value: str) -> str:
    """The name in a legend's explanation, if the label is short for it; else nothing."""
    if _HAN.fullmatch(label) and _HAN.search(value) and label in value:
        name = value[value.rindex(label) :]
        return name if 2 <= len(name) <= 4 else ""
    words = re.split(r"[,(;]", value)[0].split()
    initials = "".join(word[0] for word in words)
    fits = label.isupper() and (initials.upper() == label or (len(label) == 1 and initials[:1].upper() == label))
    return " ".join(words) if fits and len(words) >= 2 and has_name_shape(" ".join(words)) else ""
