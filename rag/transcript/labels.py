"""Who speaks where: the labels of a transcript, found by the grammar that explains the whole document best.

No two transcripts label their speakers alike, and a line that looks like a label in one is running text in another. So
each grammar in `rag.transcript.grammars` finds its own labels, and is scored by what the document would be if it were
right. The best one is taken, together with what others found under names that it knows. The price is that a guest who
speaks once under an odd label stays part of the turn before; the gain is that "Note:" makes no speaker.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.text.names import is_question_label
from rag.transcript.grammars import GRAMMARS
from rag.transcript.grammars.common import read_source
from rag.transcript.label_shapes import asks_or_answers, has_name_shape
from rag.transcript.marks import Labels, Mark, Source
from rag.transcript.seen import see

# A grammar that is this good, and opens this share of the paragraphs or has so many labels, needs no rival; one that
# explains nearly everything needs few.
_PLAIN_SCORE, _PLAIN_SHARE, _PLENTY = 0.85, 0.25, 40
_PERFECT_SCORE, _FEW = 0.95, 12
_BREAKS_IN = '.?!…)]”"—'  # before a label in the midst of a line


def find_labels(text: str, body: int = 0) -> Labels:
    """The labels of `text[body:]`, in order.

    >>> found = find_labels("Ann Reed  0:10\\nWhy?\\n\\nJo Field  0:12\\nSo.\\n\\nAnn Reed  0:14\\nAh?\\n\\nJo Field  0:15\\nYes.\\n")
    >>> found.grammar, [(mark.label, mark.seconds) for mark in found.marks][:2]
    ('name and time alone on a line', [('Ann Reed', 10.0), ('Jo Field', 12.0)])
    """
    seen = see(text[body:])
    found = _labels_of(read_source(seen.text, 0))
    marks = (replace(mark, start=body + seen.start(mark.start), end=body + seen.end(mark.end)) for mark in found.marks)
    return replace(found, marks=tuple(marks))


def _labels_of(source: Source) -> Labels:
    scored: list[tuple[float, str, list[Mark]]] = []
    for name, find in GRAMMARS.items():
        if marks := find(source):
            scored.append((score(source, marks), name, marks))
            if _needs_no_rival(source, scored[0][0], marks):
                break  # the commonest grammar explains it all: no need to look for another
    if not scored:
        return Labels((), "none", 0.0)
    most = max(len(marks) for _, _, marks in scored)
    # The first of equals: a plain grammar before a peculiar one.
    confidence, name, best = max(scored, key=lambda each: each[0] * (0.5 + 0.5 * len(each[2]) / most))
    marks = _unite(source, best, [marks for _, _, marks in scored])
    return Labels(tuple(_with_answers(source, marks)), name, round(confidence, 2))


def _needs_no_rival(source: Source, found_score: float, marks: Sequence[Mark]) -> bool:
    if found_score >= _PERFECT_SCORE and len(marks) >= _FEW:
        return True
    openings = sum(line.opens for line in source.lines)
    return found_score >= _PLAIN_SCORE and len(marks) >= min(_PLENTY, max(6, _PLAIN_SHARE * openings))


def score(source: Source, marks: Sequence[Mark]) -> float:
    """How well a document is explained: text inside turns, names that recur, alternate and look like names."""
    counts = Counter(mark.key for mark in marks)
    text = source.text
    whole = len(text) - source.body
    covered: float = (len(text) - marks[0].start) / max(whole, 1)
    recurring = sum(counts[mark.key] > 1 for mark in marks) / len(marks)
    changing = [one.key != other.key for one, other in itertools.pairwise(marks)]
    alternating = sum(changing) / len(changing) if changing else 0.0
    named = sum(has_name_shape(mark.label) or asks_or_answers(mark.label) for mark in marks) / len(marks)
    return math.sqrt(covered) * (0.35 * recurring + 0.35 * alternating + 0.3 * named)


def _unite(source: Source, best: Sequence[Mark], all_found: Sequence[Sequence[Mark]]) -> list[Mark]:
    """The best grammar's labels, and those that others found under names that it knows."""
    if any(mark.role for mark in best):
        return list(best)
    keys = {mark.key for mark in best}
    starts = {mark.start for mark in best}
    extra = []
    for mark in itertools.chain(*all_found, _bare(source, best), _behind_sentences(source, best)):
        if mark.start not in starts and mark.label and (mark.key in keys or is_question_label(mark.label)):
            starts.add(mark.start)
            extra.append(mark)
    ordered = sorted([*best, *extra], key=lambda mark: (mark.start, mark.end))
    kept: list[Mark] = []
    for mark in ordered:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _behind_sentences(source: Source, best: Sequence[Mark]) -> list[Mark]:
    """Known labels in the middle of a line: in "All of us. MS. REED: No!" somebody breaks in."""
    labels = {
        mark.label
        for mark in best
        if mark.end <= len(source.text) and source.text[mark.start : mark.end].rstrip().endswith(":")
    }
    whole = [label for label in labels if len(label) > 3 and (" " in label or label.isupper())]
    there = [label for label in whole if f" {label}:" in source.text]
    if not there:
        return []
    pattern = re.compile(rf"(?<=[{re.escape(_BREAKS_IN)}] )(?:{'|'.join(map(re.escape, there))}):\s+")
    return [
        Mark(match[0].rstrip(": \n"), match.start(), match.end(), None, False)
        for match in pattern.finditer(source.text, source.body)
    ]


def _with_answers(source: Source, marks: Sequence[Mark]) -> list[Mark]:
    """Labels, and unnamed marks for the answers below them if only questions are labelled."""
    if len(marks) < 2 or any(mark.role for mark in marks):
        return list(marks)
    only_asked = all(is_question_label(mark.label) for mark in marks) or len({mark.key for mark in marks}) == 1
    ends = [*(mark.start for mark in marks[1:]), len(source.text)]
    gaps = [re.compile(r"\n\s*\n").search(source.text, mark.end, end) for mark, end in zip(marks, ends, strict=True)]
    asked = [
        source.text[mark.end : gap.start()].rstrip('*_"”’» ') for mark, gap in zip(marks, gaps, strict=True) if gap
    ]
    # Under names, too, if nearly all of them ask and something follows: a newspaper's name is above its questions.
    if sum(question.endswith(("?", "？")) for question in asked) < (0.6 if only_asked else 0.85) * len(marks):
        return list(marks)
    answers = [
        Mark("", gap.end(), gap.end(), None, True, role="respondent")
        for gap, end in zip(gaps, ends, strict=True)
        if gap and source.text[gap.end() : end].strip()
    ]
    return sorted([*marks, *answers], key=lambda mark: mark.start)


def _bare(source: Source, best: Sequence[Mark]) -> list[Mark]:
    """Known names alone on a line, without the rest of the label."""
    names = sorted({re.escape(mark.label) for mark in best if len(mark.label) > 2}, key=len, reverse=True)
    if not names:
        return []
    pattern = re.compile(rf"^[^\S\n]*(?:\*\*)?(?P<label>{'|'.join(names)})(?:\*\*)?[^\S\n]*$", re.M)
    starts = {line.start for line in source.lines if line.opens}
    return [
        Mark(match["label"], match.start(), match.end(), None, True)
        for match in pattern.finditer(source.text, source.body)
        if match.start() in starts
    ]
