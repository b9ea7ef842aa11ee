"""A query → what the archive holds about it: retrieve, rerank, select quotes, and judge whether they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rag.evidence.calibration import Calibration
from rag.evidence.select import extract_evidence
from rag.query.whose_words import whose_words
from rag.rerankers.protocol import Reranker
from rag.retrieval.fusion import DEPTH, FUSION, Candidate, Weights, retrieve
from rag.retrieval.rerank import rerank
from rag.storage.protocol import Snapshot
from rag.types import Evidence, Query, Scope, SearchExtent


@dataclass(frozen=True, slots=True)
class Found:
    """What an archive holds about a query."""

    extent: SearchExtent  # of what was searched
    candidates: tuple[Candidate, ...]  # the first k, best first
    evidence: Evidence
    suffices: bool  # to answer from: there are quotes, and the confidence reaches the threshold
    instead_of: tuple[str, ...] = ()  # whose words the question asks for, if they do not answer and all were searched

    @property
    def document_ids(self) -> list[str]:
        """The documents of the quotes and of the candidates."""
        passages = [quote.passage for quote in self.evidence.quotes]
        passages += [candidate.stored.passage for candidate in self.candidates]
        return list(dict.fromkeys(passage.document_id for passage in passages))


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
        """Searches the named speakers first, if their words are asked for; if they do not answer, searches everyone.

        `lap` is called at the end of each stage, "retrieve" and "read".
        """
        extent = snapshot.extent(scope)
        asked = whose_words(query.question, query.speakers) if scope.speakers is None else ()
        if asked:
            theirs = replace(scope, speakers=asked)
            found = self._find_within(snapshot, query, theirs, snapshot.extent(theirs), k, lap)
            if found.suffices:
                return replace(found, extent=extent)
        found = self._find_within(snapshot, query, scope, extent, k, lap)
        return replace(found, instead_of=asked)

    def _find_within(
        self, snapshot: Snapshot, query: Query, scope: Scope, extent: SearchExtent, k: int, lap: Callable[[str], None]
    ) -> Found:
        candidates = retrieve(snapshot, query, scope=scope, weights=self.weights, depth=max(DEPTH, k))
        lap("retrieve")
        if self.reranker is not None:
            candidates = rerank(self.reranker, query, candidates)
        was_read = self.reranker is None or any(candidate.rerank_scores for candidate in candidates)
        calibration = self.calibration if was_read else self.unread_calibration
        evidence = extract_evidence(snapshot, query, candidates, calibration=calibration, searched=extent.passages)
        lap("read")
        suffices = bool(evidence.quotes) and evidence.confidence >= calibration.threshold
        return Found(extent, tuple(candidates[:k]), evidence, suffices)
