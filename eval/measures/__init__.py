"""Every measure, under the field's names: rows per question first, the figures of a set from the rows alone.

A row is a flat mapping of floats, so that it can be stored, loaded and resampled. It holds the measures that apply to
its question, and columns that measures of a whole set need: `confidence`, `answerable`, `answered`, `right`, `ms_…`.

    retrieval.py    nDCG, R, RR, Success          characters.py   gold_chars
    quotes.py       first_quote, all_quotes       squad.py        em, f1
    speakers.py     speaker_right                 citations.py    citations_verified, citation_…, dangling
    abstention.py   refused, AUROC, AURC, ECE     timing.py       p50_…_ms, p95_…_ms

A new measure is an entry in the `MEASURES` of one of these files, and a line in docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.measures import abstention, characters, citations, quotes, retrieval, speakers, squad, timing
from eval.measures.case import Case
from eval.measures.registry import Columns, Measure, QuestionMeasure, Row
from eval.questions.model import Question
from rag.types import Answer, Passage

_FILES = (retrieval, characters, quotes, squad, speakers, citations, abstention, timing)
REGISTRY: dict[str, Measure] = {each.name: each for file in _FILES for each in file.MEASURES}  # in the order of tables

INTERVAL_SAMPLES = 1_000


def measure(question: Question, answer: Answer | None, passages: Sequence[Passage]) -> dict[str, float]:
    """The row of one question: every measure that applies to it, and the columns for measures of the set.

    `answer` is None if asking failed: what applies is then 0, or 1 if less is better, and the question stays in.
    `passages`: all passages of the documents whose file name the gold names; none for an unanswerable question.

    >>> row = measure(Question("q1", "Why?", answerable=False), None, [])
    >>> row["refused"], row["em"], row["answerable"], "R@5" in row
    (0.0, 0.0, 0.0, False)
    """
    case = Case(question, answer, passages)
    row: dict[str, float] = {}
    for each in REGISTRY.values():
        if isinstance(each, QuestionMeasure) and each.needs(case):
            value = each.compute(case)
            if value is not None:
                row[each.name] = value
    return row | _set_columns(case)


def _set_columns(case: Case) -> dict[str, float]:
    right = any(case.right_quotes[:1]) if case.question.answerable else case.refused
    return {
        "confidence": float(case.answer.confidence) if case.answer else 0.0,
        "answerable": float(case.question.answerable),
        "answered": float(case.answered),
        "right": float(right),
        **timing.stage_columns(case.answer.timings_ms if case.answer else {}),
    }


def summarise(rows: Sequence[Row]) -> dict[str, float]:
    """Means of the measures over the rows that have them, and the measures of the whole set, in a fixed order.

    >>> summarise([{"R@5": 1.0}, {"R@5": 0.5}, {"refused": 1.0}])
    {'R@5': 0.75, 'refused': 1.0}
    """
    return _summary(_columns(rows))


def intervals(
    rows: Sequence[Row], *, level: float = 0.95, samples: int = INTERVAL_SAMPLES, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """The bootstrap interval of everything that `summarise` gives, over questions drawn with replacement.

    All measures are computed on the same draws, those of the whole set anew on each.

    >>> intervals([{"R@5": 1.0}, {"R@5": 1.0}])
    {'R@5': (1.0, 1.0)}
    """
    columns = _columns(rows)
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in _summary(columns)}
    for _ in range(samples):
        chosen = random.integers(0, len(rows), len(rows))
        for name, value in _summary({name: column[chosen] for name, column in columns.items()}).items():
            drawn[name].append(value)
    tails = [(1 - level) / 2, (1 + level) / 2]
    found = {name: np.quantile(values, tails) for name, values in drawn.items() if values}
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


def _columns(rows: Sequence[Row]) -> Columns:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.asarray([row.get(name, np.nan) for row in rows], float) for name in names}


def _summary(columns: Columns) -> dict[str, float]:
    found = {name: each.of_set(columns) for name, each in REGISTRY.items()}
    return {name: value for name, value in found.items() if value is not None}
