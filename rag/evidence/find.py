"""A query → what the archive holds about it: retrieve, rerank, select quotes, and judge whether they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from embeddings.types import FloatMatrix
from rag.evidence.calibration import Calibration
from rag.evidence.kinds import LATEST, lacks_what_is_asked
from rag.evidence.select import extract_evidence
from rag.query.narrowed import narrowed
from rag.rerankers.protocol import RERANK_DEPTH, Reranker
from rag.retrieval.agreement import is_in_time
from rag.retrieval.fusion import DEPTH, FUSION, Candidate, Weights, encode_variants, retrieve
from rag.retrieval.rerank import rerank
from rag.storage.protocol import Snapshot
from rag.types import (
    ConfidenceLevel,
    Evidence,
    Passage,
    Query,
    Scope,
    ScoredPassage,
    SearchExtent,
    Sentence,
    Understood,
)

NOTHING_UNDERSTOOD = Understood()


@dataclass(frozen=True, slots=True)
class Found:
    """What an archive holds about a query."""

    extent: SearchExtent  # of what was searched
    candidates: tuple[Candidate, ...]  # the first k, best first
    evidence: Evidence
    suffices: bool  # to answer from: there are quotes, and the confidence reaches the threshold
    instead_of: tuple[str, ...] = ()  # whose words the question asks for, if they do not answer and all were searched
    understood: Understood = NOTHING_UNDERSTOOD  # what the question asks for
    level: ConfidenceLevel = "answered"
    inside: bool = True  # whether the first quote is of the days and the documents that the question asks about

    @property
    def document_ids(self) -> list[str]:
        """The documents of the quotes and of the candidates."""
        passages = [quote.passage for quote in self.evidence.quotes]
        passages += [candidate.stored.passage for candidate in self.candidates]
        return list(dict.fromkeys(passage.document_id for passage in passages))

    def passages(self, k: int, *, first: Sequence[Passage] = ()) -> tuple[ScoredPassage, ...]:
        """`k` passages: those named as the first ones, of which none is left out, then the others as they were found."""
        hits = [ScoredPassage(each.stored.passage, each.score) for each in self.candidates]
        ahead = [hit for passage in first for hit in hits if hit.passage == passage]
        return (*ahead, *[hit for hit in hits if hit not in ahead][: max(0, k - len(ahead))])


@dataclass(frozen=True, slots=True)
class Finder:
    """How evidence is found: a reranker or none, calibrations, and fusion weights."""

    reranker: Reranker | None
    calibration: Calibration
    unread_calibration: Calibration  # for passages that the reranker does not read: other languages
    weights: Weights = FUSION

    def find(
        self, snapshot: Snapshot, query: Query, scope: Scope, *, k: int, lap: Callable[[str], None] = lambda stage: None
    ) -> Found:
        """Searches what the question asks for first: the words of whom it names, its days, its documents; then everything.

        `lap` is called at the end of each stage, "retrieve" and "read".
        """
        extent = snapshot.extent(scope)
        understood = query.understood
        inside = narrowed(scope, understood, snapshot.catalogue)
        vectors = encode_variants(snapshot, query)
        if inside is not None and (theirs := snapshot.extent(inside)).passages:
            found = self._find_within(snapshot, query, vectors, inside, theirs, k, lap)
            if found.suffices:
                return replace(found, extent=extent)
        found = self._find_within(snapshot, query, vectors, scope, extent, k, lap, inside)
        asked = understood.asked if scope.speakers is None else ()
        first = found.evidence.quotes[0].passage if found.evidence.quotes else None
        return replace(found, instead_of=_unless_said_by(first, asked), inside=_is_asked_for(first, understood))

    def _find_within(
        self,
        snapshot: Snapshot,
        query: Query,
        vectors: FloatMatrix,
        scope: Scope,
        extent: SearchExtent,
        k: int,
        lap: Callable[[str], None],
        inside: Scope | None = None,
    ) -> Found:
        candidates = retrieve(
            snapshot, query, scope=scope, inside=inside, vectors=vectors, weights=self.weights, depth=max(DEPTH, k)
        )
        lap("retrieve")
        if self.reranker is not None:
            candidates = rerank(self.reranker, query, candidates)
        was_read = self.reranker is None or any(candidate.rerank_scores for candidate in candidates)
        calibration = self.calibration if was_read else self.unread_calibration
        evidence = extract_evidence(snapshot, query, candidates, calibration=calibration, searched=extent.passages)
        lap("read")
        suffices = bool(evidence.quotes) and evidence.confidence >= calibration.threshold
        level = calibration.level(evidence.confidence) if evidence.quotes else "not_on_record"
        if level == "answered" and _may_be_something_else(query.question, evidence.quotes[0], candidates):
            level = "unsure"
        return Found(extent, tuple(candidates[:k]), evidence, suffices, understood=query.understood, level=level)


def _may_be_something_else(question: str, first: Sentence, candidates: Sequence[Candidate]) -> bool:
    """Whether the best quote lacks the number or the time that is asked for, or "the last time" has newer passages beside it.

    Of 54 confident quotes about press conferences that a number was asked of, 5 held none, and none of these answered.
    """
    if LATEST.search(question) and first.passage.date:
        days = [candidate.stored.passage.date for candidate in candidates[:RERANK_DEPTH]]
        if any(day > first.passage.date for day in days if day):
            return True
    return lacks_what_is_asked(question, first.text)


def _unless_said_by(first: Passage | None, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Whose words are asked for, if the best quote is nobody's of them."""
    return () if first is not None and first.speaker in asked else asked


def _is_asked_for(first: Passage | None, understood: Understood) -> bool:
    """Whether the best quote is of the days and the documents that a question asks about."""
    if first is None:
        return True
    dated = bool(understood.after or understood.before)
    return (not dated or is_in_time(first, understood)) and (
        not understood.documents or first.source in understood.documents
    )
