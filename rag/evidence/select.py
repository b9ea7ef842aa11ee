"""Candidates → evidence: the sentences that answer, as quotes, and the confidence that they do.

Retrieval finds the paragraph, users want the sentence. Every sentence of the best passages is scored (`score.py`); the best
become quotes, each with the neighbours that it is not understood without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.evidence.calibration import DEFAULT_CALIBRATION, Calibration
from rag.evidence.going_on import MAX_QUOTE_CHARS, begins_paragraph, completed, leans
from rag.evidence.kinds import LATEST
from rag.evidence.question_terms import question_terms, remembered_stems
from rag.evidence.score import READING, ReadingWeights, score_sentences
from rag.evidence.signals import measure_signals
from rag.rerankers.protocol import RERANK_DEPTH
from rag.retrieval.fusion import Candidate
from rag.storage.protocol import Snapshot
from rag.storage.rows import StoredPassage
from rag.text.sentences import is_question
from rag.types import Evidence, Query, Sentence, Signals

MAX_QUOTES = 3
MAX_QUOTE_SENTENCES = 3
MAX_ANSWERED = 3  # questions in a row that the next sentence answers

ScoredSentence = tuple[float, Candidate, int]  # score, passage, the sentence's number in it


def extract_evidence(
    snapshot: Snapshot,
    query: Query,
    candidates: Sequence[Candidate],
    *,
    searched: int,
    weights: ReadingWeights = READING,
    calibration: Calibration = DEFAULT_CALIBRATION,
    max_quotes: int = MAX_QUOTES,
) -> Evidence:
    """The quotes that answer best, and the confidence in [0, 1] that the first does; no quotes if there is nothing to read.

    `candidates` come best first; `searched` is the number of passages that they were found among.
    """
    quotes, signals = select_quotes(
        snapshot, query, candidates, searched=searched, weights=weights, max_quotes=max_quotes
    )
    return Evidence(quotes, calibration.confidence(signals) if signals else 0.0, signals)


def select_quotes(
    snapshot: Snapshot,
    query: Query,
    candidates: Sequence[Candidate],
    *,
    searched: int,
    weights: ReadingWeights = READING,
    max_quotes: int = MAX_QUOTES,
) -> tuple[tuple[Sentence, ...], Signals | None]:
    """The quotes that answer best, and the signals of how well they do; no signals if there is nothing to read."""
    if not candidates or not re.search(r"\w", query.question):
        return (), None
    stems_of = remembered_stems(snapshot)
    terms = question_terms(snapshot, query, stems_of)
    newness = _newness(candidates[:RERANK_DEPTH]) if LATEST.search(query.question) else {}
    scored: list[ScoredSentence] = [
        (score + weights.latest * newness.get(candidate.stored.passage.date, 0.0), candidate, number)
        for candidate in candidates[:RERANK_DEPTH]
        for number, score in enumerate(score_sentences(candidate, terms, stems_of, weights))
    ]
    scored.sort(key=lambda item: -item[0])
    quotes = choose_quotes(scored, max_quotes, weights)
    # The confidence is that of the sentences that were chosen: what their speakers add does not change it.
    signals = measure_signals(snapshot, candidates, quotes, terms, stems_of, searched=searched)
    stored = {candidate.stored.passage.id: candidate.stored for candidate in candidates[:RERANK_DEPTH]}
    return completed(snapshot, quotes, stored), signals


def _newness(candidates: Sequence[Candidate]) -> dict[str | None, float]:
    """Each day of some candidates → how new it is among them, 0 for the oldest and 1 for the newest."""
    days = sorted({candidate.stored.passage.date for candidate in candidates if candidate.stored.passage.date})
    return {day: place / max(len(days) - 1, 1) for place, day in enumerate(days)}


def choose_quotes(scored: Sequence[ScoredSentence], max_quotes: int, weights: ReadingWeights) -> list[Sentence]:
    """The best sentences, each with the neighbours that it needs; no sentence is in two quotes.

    `scored` holds every sentence of its passages, best first. Quotes of one passage are one quote if that is short enough,
    else in their order behind the best one: an answer never quotes somebody backwards.
    """
    runs: list[_Run] = []
    taken: set[tuple[int, int]] = set()
    by_place = {(candidate.stored.row, number): score for score, candidate, number in scored}
    for score, candidate, number in scored:
        if len(runs) == max_quotes or (runs and score < weights.keep * runs[0].score):
            break
        stored = candidate.stored
        if (stored.row, number) in taken:
            continue
        free = {n: by_place[stored.row, n] for n in range(len(stored.spans)) if (stored.row, n) not in taken}
        first, last = _with_neighbours(stored, number, free, weights.join)
        taken |= {(stored.row, n) for n in range(first, last + 1)}
        run = _Run(stored, first, last, score)
        # A sentence that is not understood without the end of an earlier quote is added to that quote.
        at = next(
            (n for n, other in enumerate(runs) if other.stored.row == stored.row and other.last == first - 1), None
        )
        if (
            at is not None
            and _needs_previous(stored, first)
            and _length(stored, runs[at].first, last) <= MAX_QUOTE_CHARS
        ):
            runs[at] = replace(runs[at], last=last)
        else:
            runs.append(run)
    return [run.quote() for run in _in_their_order([_with_its_answer(run) for run in runs])]


def _in_their_order(runs: Sequence[_Run]) -> list[_Run]:
    """Runs, best first, with those of one passage joined; what cannot be joined and stands before a better one is left out."""
    joined: list[_Run] = []
    for run in runs:
        same = [place for place, other in enumerate(joined) if other.stored.row == run.stored.row]
        for place in same:
            other = joined[place]
            first, last = min(other.first, run.first), max(other.last, run.last)
            if _length(run.stored, first, last) <= MAX_QUOTE_CHARS:
                joined[place] = replace(other, first=first, last=last)
                break
        else:
            if all(joined[place].last < run.first for place in same):
                joined.append(run)
    return joined


@dataclass(frozen=True, slots=True)
class _Run:
    """Sentences `first` to `last` of a passage."""

    stored: StoredPassage
    first: int
    last: int
    score: float

    def quote(self) -> Sentence:
        passage, spans = self.stored.passage, self.stored.spans
        start, end = spans[self.first][0], spans[self.last][1]
        return Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], self.score)


def _with_neighbours(stored: StoredPassage, number: int, free: Mapping[int, float], join: float) -> tuple[int, int]:
    """The first and last sentence to quote for one: those that it refers to, and neighbours that answer almost as well."""

    def extended_back(first: int, last: int) -> int:
        """At most two sentences further back, while the first one needs the one before it."""
        for _ in range(2):
            if (
                first - 1 in free
                and _needs_previous(stored, first)
                and _length(stored, first - 1, last) <= MAX_QUOTE_CHARS
            ):
                first -= 1
        return first

    first, last = extended_back(number, number), number
    while last - first < MAX_QUOTE_SENTENCES - 1:
        beside = [n for n in (first - 1, last + 1) if n in free and free[n] >= join * free[number]]
        beside = [n for n in beside if not begins_paragraph(stored, first if n < first else n)]
        beside = [n for n in beside if _length(stored, min(first, n), max(last, n)) <= MAX_QUOTE_CHARS]
        if not beside:
            break
        best = max(beside, key=lambda n: free[n])
        first, last = min(first, best), max(last, best)
    return extended_back(first, last), last


def _with_its_answer(run: _Run) -> _Run:
    """A run that does not end on a question of the speaker's own: the next sentence answers it.

    Where the answer is out of reach, the question is left out; a question alone stays, for want of better.
    """
    stored, end = run.stored, run.last
    while _asks(stored, end) and end - run.last < MAX_ANSWERED and end + 1 < len(stored.spans):
        end += 1
    if end > run.last and not _asks(stored, end) and _length(stored, run.first, end) <= MAX_QUOTE_CHARS:
        return replace(run, last=end)
    end = run.last
    while end > run.first and _asks(stored, end):
        end -= 1
    return replace(run, last=end)


def _asks(stored: StoredPassage, number: int) -> bool:
    return is_question(stored.passage.text[slice(*stored.spans[number])])


def _length(stored: StoredPassage, first: int, last: int) -> int:
    return stored.spans[last][1] - stored.spans[first][0]


def _needs_previous(stored: StoredPassage, number: int) -> bool:
    """Whether a sentence is not understood without the one before it: it begins by referring to it, or is very short."""
    text = stored.passage.text[slice(*stored.spans[number])]
    is_short = len(text.split()) < 4 and re.search(r"[^\W\d_]", text[:40])
    return leans(stored, number) or bool(is_short)
