"""What a quotation leaves out of the sentences that it is cut from, where that changes what they say.

"I did not say that the mayor left" does not hold "the mayor left". What is left out counts as far as its clause goes: in
"I know nothing of the wall, but the gate is shut" the denial is another clause's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.notes import CUT_DENIAL, CUT_OUT_OF_DENIAL
from rag.text.folding import composed
from rag.text.lexicon import patterns
from rag.text.sentences import split_sentences
from rag.types import Passage, Span, Support

_DENIAL = re.compile(rf"\b{patterns('denials')}\b", re.I)
_DENIAL_OR_DOUBT = re.compile(rf"\b(?:{patterns('denials')}|{patterns('doubts')})\b", re.I)
_CONDITION = re.compile(rf"\b{patterns('conditions')}\b", re.I)
_CLAUSES = re.compile(rf"[;；]|[,，–—]\s*(?={patterns('contrasts')}\b)", re.I)  # none reaches behind these


def denies(text: str) -> bool:
    """Whether a text has a word of denial in it.

    >>> denies("It doesn’t stand."), denies("It stands.")
    (True, False)
    """
    return bool(_DENIAL.search(composed(text)))


def judge_cuts(passage: Passage, places: Sequence[Span]) -> tuple[Support, str]:
    """The most that a quotation can be called, and why; `places` are the ranges of its parts in the document.

    >>> said = Passage("p", "d", "f", "Ann", "respondent", "", 0, 37, "I did not say that the mayor resigned.")
    >>> judge_cuts(said, [(0, 5), (10, 37)])
    ('unsupported', 'the words that the quotation leaves out deny something')
    >>> judge_cuts(said, [(19, 37)])
    ('weak', 'the rest of the sentence that the quotation is cut from denies or doubts it, or sets a condition')
    >>> judge_cuts(said, [(0, 37)])
    ('supported', '')
    """
    text = passage.text
    parts = [(start - passage.start, end - passage.start) for start, end in places]
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(parts)]
    if any(denies(gap) for gap in gaps):
        return "unsupported", CUT_DENIAL
    before, after = _left_out(text, parts[0][0], parts[-1][1])
    own_clause = (_CLAUSES.split(before)[-1], *gaps, _CLAUSES.split(after)[0])
    if any(_DENIAL_OR_DOUBT.search(composed(piece)) for piece in own_clause):
        return "weak", CUT_OUT_OF_DENIAL
    if any(_CONDITION.search(composed(piece)) for piece in (before, *gaps, after)):
        return "weak", CUT_OUT_OF_DENIAL
    return "supported", ""


def _left_out(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before `start` and behind `end` in the sentences that these are in."""
    sentences = split_sentences(text)
    first = max((a for a, _ in sentences if a <= start), default=0)
    last = min((z for _, z in sentences if z >= end), default=len(text))
    return text[first:start], text[end:last]
