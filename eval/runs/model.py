"""What a run is: its settings, what was asked, and for each question what came back and what it measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.errors import InputError
from rag.rerankers import DEFAULT_RERANKER
from rag.retrieval.fusion import BM25, DENSE, FUSION, Weights

RETRIEVALS: Mapping[str, Weights] = {"fusion": FUSION, "dense": DENSE, "bm25": BM25}
DEFAULT_K = 10


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is varied from run to run; `k` is the number of passages, and no measure looks deeper."""

    retrieval: str = "fusion"
    k: int = DEFAULT_K
    generator: str = "extractive"
    reader: str = DEFAULT_RERANKER
    answer: str | None = None  # quotes or prose; None: quotes where the generator can choose
    variants: str = ""  # the file of recorded variants that were searched beside the questions

    def __post_init__(self) -> None:
        if self.retrieval not in RETRIEVALS:
            raise InputError(f"there is no retrieval {self.retrieval!r}; choose one of {', '.join(RETRIEVALS)}")
        if self.k < 1:
            raise InputError(f"-k is {self.k}; ask for at least 1 passage")


@dataclass(frozen=True, slots=True)
class TextRange:
    """A half-open range of a source, with its text."""

    source: str
    start: int
    end: int
    text: str
    document_id: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that was retrieved, and whether it overlaps the gold."""

    id: str
    source: str
    start: int
    end: int
    score: float
    relevant: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question with what came back; `cause` is empty if the answer is right."""

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...]
    answers: tuple[str, ...]
    tags: tuple[str, ...]
    gold: tuple[TextRange, ...]
    status: str  # "answered", "not_on_record" or "failed"
    text: str
    confidence: float
    quotes: tuple[TextRange, ...]
    passages: tuple[RetrievedPassage, ...]
    timings_ms: Mapping[str, float]
    measures: Mapping[str, float]
    cause: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What identifies the archive that was asked."""

    url: str
    documents: int
    passages: int
    sha256: str  # of the documents' ids, which are digests of their texts
    encoder: str
    fingerprint: str
    threshold: float
    calibration: str  # what it was fitted on, or "default"


@dataclass(frozen=True, slots=True)
class SetFacts:
    """A question set by name and content."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one evaluation found."""

    settings: RunSettings
    archive: ArchiveFacts
    sets: tuple[SetFacts, ...]
    questions_sha256: str  # of what was asked and what counts as right; two runs with the same one can be compared
    versions: Mapping[str, str]
    started: str  # ISO 8601, UTC
    seconds: float
    rows: tuple[Row, ...]
