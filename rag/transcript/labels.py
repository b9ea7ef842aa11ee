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

from rag.text.names import is_question_label, plain_label
from rag.text.sentences import is_question
from rag.transcript.grammars import GRAMMARS
from rag.transcript.grammars.common import read_source
from rag.transcript.known import known_elsewhere
from rag.transcript.label_shapes import asks_or_answers, has_name_shape, label_key
from rag.transcript.marks import LOG, Labels, Mark, Source
from rag.transcript.rivals import density, disputed_share
from rag.transcript.seen import Seen, see

# A grammar that is this good, and opens this share of the paragraphs or has so many labels, needs no rival; one that
# explains nearly everything needs few.
_PLAIN_SCORE, _PLAIN_SHARE, _PLENTY = 0.85, 0.25, 40
_PERFECT_SCORE, _FEW = 0.95, 12
_ASKING = 0.4  # of the questions end by asking, where only they or only the answers have a label
_RIVAL_SCORE = 0.8  # of the best one's, from which on what a grammar says against it is worth listening to


def find_labels(text: str, body: int = 0) -> Labels:
    """The labels of `text[body:]`, in order.

    >>> found = find_labels("Ann Reed  0:10\\nWhy?\\n\\nJo Field  0:12\\nSo.\\n\\nAnn Reed  0:14\\nAh?\\n\\nJo Field  0:15\\nYes.\\n")
    >>> found.grammar, [(mark.label, mark.seconds) for mark in found.marks][:2]
    ('name and time alone on a line', [('Ann Reed', 10.0), ('Jo Field', 12.0)])
    """
    seen = see(text[body:])
    found = _labels_of(read_source(seen.text, 0))
    if not body and seen.text == text:
        return found
    return replace(found, marks=tuple(_placed(mark, seen, body) for mark in found.marks))


def _placed(mark: Mark, seen: Seen, body: int) -> Mark:
    """A mark where it stands in the text, of which a reader sees what is behind `body`."""
    start, end = body + seen.start(mark.start), body + seen.end(mark.end)
    return Mark(mark.label, start, end, mark.seconds, mark.opens_paragraph, mark.role, mark.kind)


def _labels_of(source: Source) -> Labels:
    scored: list[tuple[float, str, list[Mark]]] = []
    for name, find in GRAMMARS.items():
        if (marks := find(source)) and not _asks_nothing(source, marks):
            scored.append((score(source, marks), name, marks))
            if _needs_no_rival(source, scored[0][0], marks):
                break  # the commonest grammar explains it all: no need to look for another
    if not scored:
        return Labels((), "none", 0.0)
    most = max(len(marks) for _, _, marks in scored)
    # The first of equals: a plain grammar before a peculiar one.
    confidence, name, best = max(scored, key=lambda each: each[0] * (0.5 + 0.5 * len(each[2]) / most))
    marks = _unite(source, best, [marks for _, _, marks in scored])
    rivals = [marks for rival, other, marks in scored if other != name and rival >= _RIVAL_SCORE * confidence]
    return Labels(
        tuple(_with_answers(source, marks)),
        name,
        round(confidence, 2),
        density=density(source, marks),
        disputed=disputed_share(source, marks, rivals),
    )


def _needs_no_rival(source: Source, found_score: float, marks: Sequence[Mark]) -> bool:
    if found_score >= _PERFECT_SCORE and len(marks) >= _FEW:
        return True
    openings = sum(line.opens for line in source.lines)
    return found_score >= _PLAIN_SCORE and len(marks) >= min(_PLENTY, max(6, _PLAIN_SHARE * openings))


def _asks_nothing(source: Source, marks: Sequence[Mark]) -> bool:
    """Whether the only label is a letter for a question or an answer, and nobody asks: one of a formula, not a speaker."""
    text, label = source.text, marks[0].label
    letter = len(plain_label(label)) == 1 and asks_or_answers(label)
    if len({mark.key for mark in marks}) > 1 or any(mark.role for mark in marks) or not letter:
        return False
    if is_question_label(label):
        ends = [text.find("\n\n", mark.end) for mark in marks]
        asked = [is_question(text[mark.end : end]) for mark, end in zip(marks, ends, strict=True) if end > 0]
    else:
        asked = [is_question(text[max(0, mark.start - 400) : mark.start]) for mark in marks]
    return sum(asked) < _ASKING * len(marks)


def score(source: Source, marks: Sequence[Mark]) -> float:
    """How well a document is explained: text inside turns, names that recur, alternate and look like names."""
    who = [mark.label.split(",")[0] for mark in marks]  # an office behind a name may change
    counts = Counter(map(label_key, who))
    text = source.text
    whole = len(text) - source.body
    covered: float = (len(text) - marks[0].start) / max(whole, 1)
    in_log = any(mark.kind == LOG for mark in marks)
    recurring = 1.0 if in_log else sum(counts[label_key(label)] > 1 for label in who) / len(marks)
    changing = [one.key != other.key for one, other in itertools.pairwise(marks)]
    alternating = sum(changing) / len(changing) if changing else 0.0
    shaped = (has_name_shape(label) or asks_or_answers(label) for label in who)
    named = 1.0 if in_log else sum(shaped) / len(marks)
    return math.sqrt(covered) * (0.35 * recurring + 0.35 * alternating + 0.3 * named)


def _unite(source: Source, best: Sequence[Mark], all_found: Sequence[Sequence[Mark]]) -> list[Mark]:
    """The best grammar's labels, and those that others found under names that it knows."""
    if any(mark.role for mark in best):
        return list(best)
    keys = {mark.key for mark in best}
    starts = {mark.start for mark in best}
    extra = []
    for mark in itertools.chain(*all_found, known_elsewhere(source, best)):
        if mark.start not in starts and mark.label and (mark.key in keys or is_question_label(mark.label)):
            starts.add(mark.start)
            extra.append(mark)
    ordered = sorted([*best, *extra], key=lambda mark: (mark.start, mark.end))
    kept: list[Mark] = []
    for mark in ordered:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


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
