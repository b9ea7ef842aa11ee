"""Puts a question set to an archive and measures every answer.

Every question is asked as a user would ask it, and kept with what came back. A question that fails is kept with its
error and scores 0; leaving it out would make the figures too good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from eval.measures import REGISTRY, measure
from eval.measures.registry import QuestionMeasure
from eval.questions.model import Gold, Question
from eval.runs.causes import cause_of
from eval.runs.files import digest_of
from eval.runs.model import RETRIEVALS, ArchiveFacts, RetrievedPassage, Row, Run, RunSettings, SetFacts, TextRange
from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import InputError
from rag.evidence.calibration import Calibration
from rag.generators import AnyGenerator
from rag.types import Answer, Citation, Document, Passage

GOLD_CHARS = 600  # of each gold range, kept in the run to be read; the range itself is kept whole
_PACKAGES = ("onrecord", "numpy", "onnxruntime", "faiss-cpu", "tantivy", "ir-measures")

Progress = Callable[[int, int], None]  # done, of how many


def run(
    archive: Archive,
    questions: Sequence[Question],
    *,
    settings: RunSettings | None = None,
    generator: AnyGenerator | None = None,
    sets: Iterable[Path] = (),
    progress: Progress | None = None,
) -> Run:
    """Ask every question and measure every answer.

    `generator` is an object to use instead of the one that `settings` names. Raises InputError if there is no question,
    and for gold in a source that the archive does not hold.
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
        answer=settings.answer,
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


def _row(
    assistant: Assistant,
    question: Question,
    k: int,
    documents: Mapping[str, Sequence[Document]],
    passages: Sequence[Passage],
) -> Row:
    """One question, asked and measured; `documents` by source, `passages` all of those that the gold names."""
    answer, error = _ask(assistant, question, k)
    measures = measure(question, answer, passages)
    return Row(
        id=question.id,
        question=question.question,
        answerable=question.answerable,
        history=question.history,
        answers=question.answers,
        tags=question.tags,
        gold=tuple(_gold(gold, documents[gold.source][0]) for gold in question.relevant),
        status=answer.status if answer else "failed",
        text=answer.text if answer else "",
        confidence=answer.confidence if answer else 0.0,
        quotes=tuple(_quoted(citation) for citation in answer.citations) if answer else (),
        passages=_retrieved(question, answer) if answer else (),
        timings_ms={stage: round(value, 3) for stage, value in answer.timings_ms.items()} if answer else {},
        measures={name: value for name, value in measures.items() if _depth(name) <= k},
        cause=cause_of(question, answer),
        error=error,
    )


def _ask(assistant: Assistant, question: Question, k: int) -> tuple[Answer | None, str]:
    """The answer and "", or None and the error."""
    try:
        answer = assistant.ask(question.question, history=question.history, k=k)
    except Exception as failure:  # whatever a generator does, the other questions are asked
        return None, f"{type(failure).__name__}: {failure}"
    if answer.generator != assistant.generator_name:
        # The generator failed and quotes answer in its place. Users want that; here it would count as the generator's.
        return None, answer.note
    return answer, ""


def _gold(gold: Gold, document: Document) -> TextRange:
    text = document.text[gold.start : gold.end][:GOLD_CHARS]
    return TextRange(gold.source, gold.start, gold.end, text, document.id)


def _quoted(citation: Citation) -> TextRange:
    return TextRange(
        citation.source, citation.start, citation.end, citation.quote, citation.document_id, citation.speaker
    )


def _retrieved(question: Question, answer: Answer) -> tuple[RetrievedPassage, ...]:
    found = [(hit.passage, round(hit.score, 4)) for hit in answer.passages]
    return tuple(
        RetrievedPassage(p.id, p.source, p.start, p.end, score, question.is_relevant(p.source, p.start, p.end))
        for p, score in found
    )


def _depth(name: str) -> int:
    """How many passages a measure looks at; 0 for other columns of a row."""
    found = REGISTRY.get(name)
    return found.depth if isinstance(found, QuestionMeasure) else 0


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
            f"the questions are about {some}, not in {archive.url}; "
            f"run: onrecord ingest FOLDER --archive {archive.url}, or give the transcripts with --ingest"
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
