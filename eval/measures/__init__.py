"""Every measure, under the field's names: rows per question first, the figures of a set from the rows alone.

A row is a flat mapping of floats, so that it can be stored, loaded and resampled. It holds the measures that apply to its
question, and columns that only measures of a whole set need: `confidence`, `answerable`, `answered`, `right`, `ms_…`.
`HIGHER_IS_BETTER` knows the measures; what it does not know is such a column. Whether a question was refused is `refused`
where nothing answers it, and `wrongly_refused` where something does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.measures import abstention, timing
from eval.measures.characters import BUDGET_WORDS, CUTOFFS, gold_characters
from eval.measures.citations import citation_precision, citation_recall, verified_share
from eval.measures.quotes import quote_measures, speaker_right
from eval.measures.retrieval import NAMES, retrieval_measures
from eval.questions.model import Question
from rag.types import Answer, Passage

Floats = NDArray[np.float64]

PER_QUESTION: Mapping[str, bool] = {
    **dict.fromkeys(NAMES, True),
    **{f"gold_chars@{k}": True for k in CUTOFFS},
    f"gold_chars@{BUDGET_WORDS}w": True,
    "first_quote": True,
    "all_quotes": True,
    "em": True,
    "f1": True,
    "speaker_right": True,
    "citations_verified": True,
    "citation_precision": True,
    "citation_recall": True,
    "dangling": False,
    "refused": True,
    "wrongly_refused": False,
}
OF_A_SET: Mapping[str, bool] = {
    "AUROC": True,
    "AURC": False,
    "ECE": False,
    **{f"{p}_{stage}_ms": False for stage in timing.STAGES for p in ("p50", "p95")},
}
HIGHER_IS_BETTER: Mapping[str, bool] = {**PER_QUESTION, **OF_A_SET}

INTERVAL_SAMPLES = 1_000


def measure(question: Question, answer: Answer | None, passages: Sequence[Passage]) -> dict[str, float]:
    """The row of one question: every measure that applies to it, and the columns for measures of the set.

    `answer` is None where asking failed: what applies is then 0, or 1 where less is better, and the question stays in.
    `passages`: all passages of the documents whose file name the gold names; none for an unanswerable question.

    >>> row = measure(Question("q1", "Why?", answerable=False), None, [])
    >>> row["refused"], row["em"], row["answerable"], "R@5" in row
    (0.0, 0.0, 0.0, False)
    """
    ranked = [hit.passage for hit in answer.passages] if answer else []
    citations = answer.citations if answer else ()
    answered = answer is not None and answer.status == "answered"
    refused = answer is not None and not answered
    row: dict[str, float] = {}
    if question.answerable:
        if question.relevant:
            row |= retrieval_measures(question, ranked, passages)
            row |= gold_characters(question.relevant, ranked)
            row["citation_precision"] = citation_precision(question, citations)
            row["citation_recall"] = citation_recall(question, citations)
        if question.relevant or question.answers:
            row |= quote_measures(question, citations)
        row["wrongly_refused"] = float(not answered)
    else:
        row["refused"] = row["em"] = row["f1"] = float(refused)
    # Shares of the quotes: a refusal has none, and neither breaks nor keeps the promise.
    if not refused and (answered or question.answerable):
        row["citations_verified"] = verified_share(citations)
        said = speaker_right(question, citations, passages)
        if said is not None or (question.answerable and not citations):
            row["speaker_right"] = said or 0.0
    row["dangling"] = float(answer.dangling) if answer else 0.0
    row["confidence"] = float(answer.confidence) if answer else 0.0
    row["answerable"] = float(question.answerable)
    row["answered"] = float(answered)
    row["right"] = row.get("first_quote", 0.0) if question.answerable else row["refused"]
    return row | timing.stage_columns(answer.timings_ms if answer else {})


def summarise(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Means of the measures over the rows that have them, and the measures of the whole set, in a fixed order.

    >>> summarise([{"R@5": 1.0}, {"R@5": 0.5}, {"refused": 1.0}])
    {'R@5': 0.75, 'refused': 1.0}
    """
    return _summary(_columns(rows))


def intervals(
    rows: Sequence[Mapping[str, float]], *, level: float = 0.95, samples: int = INTERVAL_SAMPLES, seed: int = 0
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


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, Floats]:
    """name → (rows,) float64; NaN where a row does not have it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.asarray([row.get(name, np.nan) for row in rows], float) for name in names}


def _summary(columns: Mapping[str, Floats]) -> dict[str, float]:
    found: dict[str, float | None] = {}
    for name in PER_QUESTION:
        if name in columns:
            own = columns[name][~np.isnan(columns[name])]
            found[name] = float(own.mean()) if len(own) else None
    if {"confidence", "answerable", "answered", "right"} <= columns.keys():
        sure, answered = columns["confidence"], columns["answered"] == 1
        found["AUROC"] = abstention.auroc(sure, columns["answerable"])
        found["AURC"] = abstention.aurc(sure[answered], columns["right"][answered])
        found["ECE"] = abstention.ece(sure[answered], columns["right"][answered])
    for stage in timing.STAGES:
        if f"ms_{stage}" in columns:
            own = columns[f"ms_{stage}"][~np.isnan(columns[f"ms_{stage}"])]
            if len(own):
                found |= timing.percentiles(stage, own)
    return {name: value for name, value in found.items() if value is not None}
