"""A question set put to an archive: one `Run`, kept as one folder with `run.json`.

Every question is asked as a user would ask it, and kept with what came back, so that a table, a report or a comparison is
made from the file alone. A question that fails is kept with its error and scores 0: leaving it out would flatter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.measures import measure
from eval.questions.model import Question
from eval.runs.causes import cause_of
from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.evidence.calibration import Calibration
from rag.generators import Generator
from rag.rerankers import DEFAULT_RERANKER, HEURISTIC
from rag.retrieval.fusion import BM25, DENSE, FUSION, Weights
from rag.text.files import write_whole
from rag.types import Answer, Citation, Document, Passage

RUN_FILE, REPORT_FILE = "run.json", "report.html"
VERSION = 1
RETRIEVALS: Mapping[str, Weights] = {"fusion": FUSION, "dense": DENSE, "bm25": BM25}
DEFAULT_K = 10
GOLD_CHARS = 600  # of each gold range, kept in the run to be read; the range itself is kept whole
_PACKAGES = ("onrecord", "numpy", "onnxruntime", "faiss-cpu", "tantivy", "ir-measures")

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is varied from run to run; `k` is the number of passages, and no measure looks deeper."""

    retrieval: str = "fusion"
    k: int = DEFAULT_K
    generator: str = "extractive"
    reader: str = DEFAULT_RERANKER

    def __post_init__(self) -> None:
        if self.retrieval not in RETRIEVALS:
            raise InputError(f"there is no retrieval {self.retrieval!r}; choose one of {', '.join(RETRIEVALS)}")
        if self.k < 1:
            raise InputError(f"-k is {self.k}; ask for at least 1 passage")


@dataclass(frozen=True, slots=True)
class Place:
    """A half-open range of a source, with its text."""

    source: str
    start: int
    end: int
    text: str
    document_id: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was retrieved, and whether it overlaps the gold."""

    id: str
    source: str
    start: int
    end: int
    score: float
    relevant: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question with what came back; `cause` is empty where the answer is right."""

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...]
    answers: tuple[str, ...]
    tags: tuple[str, ...]
    gold: tuple[Place, ...]
    status: str  # "answered", "not_on_record" or "failed"
    text: str
    confidence: float
    quotes: tuple[Place, ...]
    passages: tuple[Found, ...]
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

    def save(self, folder: Path) -> Path:
        """Write `run.json` into a folder, which is made where there is none; the file's path."""
        content = {"version": VERSION, **asdict(self)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(
                folder / RUN_FILE,
                json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode("utf-8", "surrogatepass"),
            )
        except OSError as error:
            raise InputError(
                f"the run cannot be written to {folder} ({error.strerror or error}); give another folder with --out"
            ) from error
        return folder / RUN_FILE


def run(
    archive: Archive,
    questions: Sequence[Question],
    *,
    settings: RunSettings | None = None,
    generator: Generator | None = None,
    sets: Iterable[Path] = (),
    progress: Progress | None = None,
) -> Run:
    """Ask every question and measure every answer.

    `generator` is an object to use instead of the one that `settings` names. Raises InputError for no questions, and for
    gold in a source that the archive does not hold.
    """
    settings = settings or RunSettings()
    if not questions:
        raise InputError("the question set is empty; give one with at least one question")
    _check_names(questions)
    documents = _documents_named(archive, questions)
    assistant = Assistant(
        archive,
        generator=generator or settings.generator,
        reader=settings.reader,
        weights=RETRIEVALS[settings.retrieval],
    )
    passages = {source: [p for d in found for p in archive.passages(d.id)] for source, found in documents.items()}
    facts = _facts(archive, assistant.calibration)
    started, clock = datetime.now(UTC), perf_counter()
    rows = []
    for number, question in enumerate(questions):
        if progress:
            progress(number, len(questions))
        named = [passage for source in _sources(question) for passage in passages[source]]
        rows.append(_row(assistant, question, settings.k, documents, named))
    return Run(
        settings=settings,
        archive=facts,
        sets=tuple(SetFacts(path.name, digest_of(path)) for path in sets),
        questions_sha256=_digest_of_questions(questions),
        versions=_versions(),
        started=started.isoformat(timespec="seconds"),
        seconds=perf_counter() - clock,
        rows=tuple(rows),
    )


def load_run(path: Path) -> Run:
    """A run by its folder or its `run.json`. Raises InputError where there is none, or where it is damaged."""
    file = path / RUN_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"there is no run in {path}; run: onrecord eval run QUESTIONS --out {path}")
    try:
        content = json.loads(file.read_bytes())
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']!r}, not {VERSION}")
        return Run(
            # A run from before there were reading models had none.
            settings=RunSettings(**{"reader": HEURISTIC, **content["settings"]}),
            archive=ArchiveFacts(**content["archive"]),
            sets=tuple(SetFacts(**each) for each in content["sets"]),
            questions_sha256=str(content["questions_sha256"]),
            versions=dict(content["versions"]),
            started=str(content["started"]),
            seconds=float(content["seconds"]),
            rows=tuple(_row_from(fields) for fields in content["rows"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{file} is no run of this version ({type(error).__name__}: {error}); run it again") from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder's files."""
    digest = hashlib.sha256()
    if path.is_file():
        digest.update(path.read_bytes())
    else:
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _row(
    assistant: Assistant,
    question: Question,
    k: int,
    documents: Mapping[str, Sequence[Document]],
    passages: Sequence[Passage],
) -> Row:
    answer, error = None, ""
    try:
        answer = assistant.ask(question.question, history=question.history, k=k)
    except Exception as failure:  # whatever a generator does, the other questions are asked
        error = f"{type(failure).__name__}: {failure}"
    if answer and answer.generator != assistant.generator_name:
        # The record was quoted in its stead, which is good for users and would flatter the generator here.
        error, answer = answer.note, None
    measures = measure(question, answer, passages)
    return Row(
        id=question.id,
        question=question.question,
        answerable=question.answerable,
        history=question.history,
        answers=question.answers,
        tags=question.tags,
        gold=tuple(
            Place(
                gold.source,
                gold.start,
                gold.end,
                documents[gold.source][0].text[gold.start : gold.end][:GOLD_CHARS],
                documents[gold.source][0].id,
            )
            for gold in question.relevant
        ),
        status=answer.status if answer else "failed",
        text=answer.text if answer else "",
        confidence=answer.confidence if answer else 0.0,
        quotes=tuple(_quoted(citation) for citation in answer.citations) if answer else (),
        passages=_found(question, answer) if answer else (),
        timings_ms={stage: round(value, 3) for stage, value in answer.timings_ms.items()} if answer else {},
        measures={name: value for name, value in measures.items() if _depth(name) <= k},
        cause=cause_of(question, answer),
        error=error,
    )


def _quoted(citation: Citation) -> Place:
    return Place(citation.source, citation.start, citation.end, citation.quote, citation.document_id, citation.speaker)


def _found(question: Question, answer: Answer) -> tuple[Found, ...]:
    return tuple(
        Found(p.id, p.source, p.start, p.end, round(hit.score, 4), question.is_relevant(p.source, p.start, p.end))
        for hit in answer.passages
        for p in [hit.passage]
    )


def _depth(measure_name: str) -> int:
    """How many passages a measure looks at: 10 for 'nDCG@10', 0 where it names no number of them."""
    found = re.search(r"@(\d+)$", measure_name)
    return int(found[1]) if found else 0


def _sources(question: Question) -> list[str]:
    return list(dict.fromkeys(gold.source for gold in question.relevant))


def _check_names(questions: Sequence[Question]) -> None:
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise InputError(f"two questions are called {question.id!r}; give each its own id")
        seen.add(question.id)


def _documents_named(archive: Archive, questions: Sequence[Question]) -> dict[str, list[Document]]:
    """source → documents, for every source that is named in the gold."""
    named = {source for question in questions for source in _sources(question)}
    documents: dict[str, list[Document]] = {}
    for document in archive.documents():
        if document.source in named:
            documents.setdefault(document.source, []).append(document)
    if missing := sorted(named - set(documents)):
        some = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise InputError(
            f"the questions are about {some}, not in {archive.url}; run: onrecord ingest FOLDER --archive {archive.url}, "
            "or give the transcripts with --ingest"
        )
    return documents


def _facts(archive: Archive, calibration: Calibration) -> ArchiveFacts:
    documents, passages = archive.counts()
    ids = sorted(document.id for document in archive.documents())
    return ArchiveFacts(
        url=archive.url,
        documents=documents,
        passages=passages,
        sha256=hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        encoder=archive.encoder.name,
        fingerprint=archive.encoder.fingerprint,
        threshold=calibration.threshold,
        calibration=calibration.fitted_on or "default",
    )


def _digest_of_questions(questions: Sequence[Question]) -> str:
    fields = [
        [q.id, q.question, q.answerable, q.history, [asdict(g) for g in q.relevant], q.answers] for q in questions
    ]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # run from a checkout that was never installed
            versions[package] = "unknown"
    return versions


def _row_from(fields: dict[str, Any]) -> Row:
    row = Row(
        **{
            **fields,
            **{name: tuple(fields[name]) for name in ("history", "answers", "tags")},
            **{name: tuple(Place(**each) for each in fields[name]) for name in ("gold", "quotes")},
            "passages": tuple(Found(**each) for each in fields["passages"]),
        }
    )
    if not all(isinstance(value, int | float) and isfinite(value) for value in row.measures.values()):
        raise ValueError(f"question {row.id!r} has a measure that is no number")
    return row
