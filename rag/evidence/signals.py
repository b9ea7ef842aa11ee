"""What the confidence is made of, measured on the first candidates and the best quote."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evidence.calibration import size_of
from rag.evidence.question_terms import QuestionTerms, StemsOf, term_overlap
from rag.rerankers.protocol import MAX_LOG_ODDS, RERANK_DEPTH, clipped_log_odds
from rag.retrieval.fusion import Candidate
from rag.storage.protocol import Snapshot
from rag.types import Sentence, Signals

NEAR = 3  # passages in which the question's words and names are looked for


def measure_signals(
    snapshot: Snapshot,
    candidates: Sequence[Candidate],
    quotes: Sequence[Sentence],
    terms: QuestionTerms,
    stems_of: StemsOf,
    *,
    searched: int,
) -> Signals:
    """The signals of a question whose `candidates` (at least one) were found among `searched` passages."""
    top = candidates[:RERANK_DEPTH]
    near = [candidate.stored.passage for candidate in top[:NEAR]]
    held = {stem for p in near for stem in stems_of(f"{p.text} {p.asked} {p.title} {p.speaker}")}
    missing = [stem for stem in terms.names if stem not in held]
    unknown = sum(weight for stem, weight in terms.weights.items() if not snapshot.frequency(stem))
    results = [candidate.rerank_scores for candidate in top if candidate.rerank_scores is not None]
    return Signals(
        dense=max(candidate.dense for candidate in top),
        sentence=max(candidate.sentence for candidate in top),
        cover=max(term_overlap(terms.weights, stems_of(passage.text)) for passage in near),
        quote_cover=term_overlap(terms.weights, stems_of(quotes[0].text)) if quotes else 0.0,
        unknown=unknown / (sum(terms.weights.values()) or 1.0),
        names_unknown=sum(not snapshot.frequency(stem) for stem in missing) / max(len(terms.names), 1),
        names_missing=len(missing) / max(len(terms.names), 1),
        relevance=max((_signed(result.relevance) for result in results), default=0.0),
        answer=max((_signed(result.sentences.max(initial=-MAX_LOG_ODDS)) for result in results), default=0.0),
        size=size_of(searched),
    )


def _signed(log_odds: float) -> float:
    """Log-odds, clipped and scaled to [-1, 1]."""
    return clipped_log_odds(log_odds) / MAX_LOG_ODDS - 1
