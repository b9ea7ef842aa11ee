"""Exact match and token F1 as SQuAD 2.0 defines them (Rajpurkar, Jia and Liang 2018; the official evaluation script).

Articles are English ones in every language, as in the script: figures compare with published ones.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from eval.measures.case import Case, has_answers_or_none
from eval.measures.registry import QuestionMeasure

_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces.

    >>> normalise("The  U.S. Senate!")
    'us senate'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(text: str, answers: Sequence[str]) -> float:
    """1.0 if a text is one of the answers after normalising.

    >>> exact_match("The Senate.", ["senate", "House"])
    1.0
    """
    return float(normalise(text) in {normalise(answer) for answer in _with_content(answers)})


def token_f1(text: str, answers: Sequence[str]) -> float:
    """The best F1 between the tokens of a text and those of an answer.

    >>> token_f1("in the old harbour", ["the harbour"])  # 1 token shared, of 3 and of 1
    0.5
    """
    return max(_f1(normalise(text).split(), normalise(answer).split()) for answer in _with_content(answers))


def of_first_quote(case: Case, score: Callable[[str, Sequence[str]], float]) -> float:
    """A score of the first quote, 0.0 without one. To an unanswerable question silence is the one right answer."""
    if not case.question.answerable:
        return float(case.refused)
    return score(case.citations[0].quote, case.question.answers) if case.citations else 0.0


def _with_content(answers: Sequence[str]) -> list[str]:
    """Answers that normalise to something; the empty one if none does, as in the script."""
    return [answer for answer in answers if normalise(answer)] or [""]


def _f1(found: Sequence[str], wanted: Sequence[str]) -> float:
    if not found or not wanted:
        return float(found == wanted)
    shared = (Counter(found) & Counter(wanted)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(found), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


MEASURES = (
    QuestionMeasure("em", "Answers", partial(of_first_quote, score=exact_match), has_answers_or_none),
    QuestionMeasure("f1", "Answers", partial(of_first_quote, score=token_f1), has_answers_or_none),
)
