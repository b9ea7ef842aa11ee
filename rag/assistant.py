"""Question in, answer out: the one file where all parts meet.

    question (+ history) ─variants─► retrieve ─► read ─► write (generate, cite, verify) ─► Answer

An assistant has no state that a question could change: the second question gets what it would have got first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from rag.answer.unknown_terms import unknown_term_notes
from rag.answer.writer import Writer, Written
from rag.archive import Archive
from rag.errors import InputError
from rag.evidence.calibration import Calibration, default_calibration
from rag.evidence.order import by_speaker_day
from rag.evidence.select import extract_evidence
from rag.generators import DEFAULT_GENERATOR, GenerationRequest, Generator, NumberedPassage, load_generator
from rag.generators.cancel import CancelToken, with_deadline
from rag.generators.capabilities import capabilities_of
from rag.notes import OthersSay, refusal_text
from rag.query.build import build_query, with_rewrite
from rag.query.whose_words import whose_words
from rag.rerankers import DEFAULT_RERANKER, Reranker, fingerprint_of, load_reranker
from rag.retrieval.fusion import DEPTH, FUSION, Candidate, Weights, retrieve
from rag.retrieval.rerank import rerank
from rag.types import Answer, Document, Evidence, Filters, Query, Scope, ScoredPassage, SearchExtent, Sentence

log = logging.getLogger(__name__)

MAX_QUESTION_CHARS = 4_000
MAX_HISTORY = 50
DEFAULT_K = 8
DEFAULT_TIMEOUT_S = 60.0
REWRITE_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Found:
    """What the record holds about a question."""

    evidence: Evidence
    passages: tuple[ScoredPassage, ...]
    numbered: tuple[NumberedPassage, ...]
    documents: Mapping[str, Document]  # those of the evidence and of the passages
    suffices: bool  # to answer from
    retrieved: float  # when


class Assistant:
    """Answers questions from one archive.

        assistant = Assistant(open_archive("archive"))
        assistant.ask("What did she say about the harbour?").text

    Without a `calibration` it uses the one fitted for the archive and its model, else the default. `options` are the
    generator's own, by name: model, base_url. `reader` is the model that reads the passages found, by name or as an object;
    "heuristic" does without. With `strict`, only sentences that their citations bear out are kept.
    Where a generator fails or takes longer than `timeout_s`, quotes from the record answer, and a note says why. Raises
    InputError for a question that cannot be asked or an option that cannot be used, UnknownName for a generator that is
    not there.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        generator: str | Generator = DEFAULT_GENERATOR,
        options: Mapping[str, Any] | None = None,
        reader: str | Reranker = DEFAULT_RERANKER,
        calibration: Calibration | None = None,
        weights: Weights = FUSION,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        strict: bool = False,
    ) -> None:
        self.archive = archive
        self.generator_name = generator if isinstance(generator, str) else type(generator).__name__
        made = load_generator(generator, options, timeout_s=timeout_s) if isinstance(generator, str) else generator
        self._generator: Generator = made
        self._writer = Writer(archive, self._generator, name=self.generator_name, timeout_s=timeout_s, strict=strict)
        self._timeout_s = timeout_s
        self.reader = load_reranker(reader) if isinstance(reader, str) else reader
        self.calibration = (
            calibration
            or archive.calibration(reader=fingerprint_of(self.reader))
            or default_calibration(self.reader.name if self.reader else None)
        )
        # For what the reader does not read: other languages.
        self._unread_calibration = calibration or archive.calibration() or default_calibration(None)
        self._weights = weights

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        k: int = DEFAULT_K,
        filters: Filters | None = None,
        cancel: CancelToken | None = None,
    ) -> Answer:
        """The answer to a question; `k` is the number of passages that come with it. See `stream` for `cancel`."""
        for piece in self.stream(question, history=history, k=k, filters=filters, cancel=cancel):
            if isinstance(piece, Answer):
                return piece
        raise AssertionError("a stream ends with its answer")

    def evidence(self, question: str, *, history: Sequence[str] = (), filters: Filters | None = None) -> Evidence:
        """The quotes that `ask` would answer a question from, and how sure it would be, with nothing written."""
        question = _checked(question, history, DEFAULT_K)
        scope = self.archive.resolve(filters or Filters())
        found, _ = self._find_by(self._query(question, history, CancelToken()), scope, DEFAULT_K)
        return found.evidence

    def stream(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        k: int = DEFAULT_K,
        filters: Filters | None = None,
        cancel: CancelToken | None = None,
    ) -> Iterator[str | Answer]:
        """Pieces of text as they come; the finished `Answer` is the last item, and what counts.

        Quotations are made exact, and with `strict` sentences are left out, only when the text is complete: the answer's text
        can differ from the pieces. Closing the iterator stops the model. So does `cancel`, from another thread, while the
        iterator waits for the model: it raises Cancelled then.
        """
        cancel = cancel or CancelToken()
        question = _checked(question, history, k)
        filters = filters or Filters()
        started = perf_counter()
        scope = self.archive.resolve(filters)
        query = self._query(question, history, cancel)
        asked_s = perf_counter() - started
        cover = self.archive.cover(scope)
        found, whose = self._find_by(query, scope, k)
        was_read = perf_counter()
        written = Written("", self.generator_name, refused=True)
        if found.suffices:
            cancel.raise_if_cancelled()
            request = GenerationRequest(
                question, tuple(history), by_speaker_day(found.evidence.quotes), found.numbered, cancel
            )
            written = yield from self._writer.write(request, found.documents, spent_s=asked_s)
        if written.refused:
            written = replace(written, text=_refusal(cover, filters))
            yield written.text
        notes = written.notes
        if others_say := bool(whose) and not written.refused:
            notes += (OthersSay(whose),)
        if cover.passages:
            notes += unknown_term_notes(self.archive, question, refused=written.refused, others_say=others_say)
        ended = perf_counter()
        yield Answer(
            question=question,
            query=query.text,
            status="not_on_record" if written.refused else "answered",
            text=written.text,
            confidence=found.evidence.confidence,
            generator=written.generator,
            citations=written.citations,
            passages=found.passages,
            timings_ms={
                "retrieve": (found.retrieved - started) * 1000,
                "read": (was_read - found.retrieved) * 1000,
                "generate": (ended - was_read) * 1000,
                "total": (ended - started) * 1000,
            },
            dangling=written.dangling,
            markers=written.markers,
            searched=tuple(variant for variant, _ in query.variants),
            filters=filters,
            cover=cover,
            claims=written.claims,
            notes=notes,
        )

    def _query(self, question: str, history: Sequence[str], cancel: CancelToken) -> Query:
        """What is searched; a generator that can rewrite a follow-up adds a variant, within a time limit."""
        query = build_query(question, history, speakers=self.archive.speakers())
        rewrite = capabilities_of(self._generator).rewrite
        if rewrite is None or not history:
            return query
        limit_s = min(REWRITE_TIMEOUT_S, self._timeout_s / 2)
        try:
            text = "".join(
                with_deadline(
                    lambda token: iter([rewrite(question, tuple(history), token)]), timeout_s=limit_s, cancel=cancel
                )
            )
        except Exception as error:  # the literal question is searched in any case
            cancel.raise_if_cancelled()
            log.warning("the question was not rewritten: %s", error)
            return query
        return with_rewrite(query, text[:MAX_QUESTION_CHARS])

    def _find_by(self, query: Query, scope: Scope, k: int) -> tuple[_Found, tuple[str, ...]]:
        """Searches the named speakers first; if they do not answer, searches everyone and returns whom the question named."""
        asked = whose_words(query.question, query.speakers) if scope.speakers is None else ()
        if asked:
            found = self._find(query, replace(scope, speakers=asked), k)
            if found.suffices:
                return found, ()
        return self._find(query, scope, k), asked

    def _find(self, query: Query, scope: Scope, k: int) -> _Found:
        try:
            return self._found(query, scope, k)
        except InputError:
            # Another process took a document out since it was found: once more, without it.
            return self._found(query, scope, k)

    def _found(self, query: Query, scope: Scope, k: int) -> _Found:
        candidates = retrieve(self.archive, query, scope=scope, weights=self._weights, depth=max(DEPTH, k))
        retrieved = perf_counter()
        if self.reader is not None:
            candidates = rerank(self.reader, query, candidates)
        was_read = self.reader is None or any(candidate.rerank_scores for candidate in candidates)
        calibration = self.calibration if was_read else self._unread_calibration
        evidence = extract_evidence(
            self.archive, query, candidates, calibration=calibration, searched=self.archive.cover(scope).passages
        )
        first = candidates[:k]
        needed = {quote.passage.document_id for quote in evidence.quotes}
        needed |= {candidate.stored.passage.document_id for candidate in first}
        return _Found(
            evidence=evidence,
            passages=tuple(ScoredPassage(candidate.stored.passage, candidate.score) for candidate in first),
            numbered=tuple(_numbered(candidate) for candidate in first),
            documents={key: self.archive.document(key) for key in needed},
            suffices=bool(evidence.quotes) and evidence.confidence >= calibration.threshold,
            retrieved=retrieved,
        )


def _refusal(cover: SearchExtent, filters: Filters) -> str:
    return refusal_text(
        passages=cover.passages,
        speakers=cover.speakers,
        documents=cover.documents,
        filtered=filters != Filters(),
    )


def _numbered(candidate: Candidate) -> NumberedPassage:
    """A candidate's passage in whole sentences, at their places in the document."""
    passage = candidate.stored.passage
    sentences = (
        Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], float(score))
        for (start, end), score in zip(candidate.stored.spans, candidate.sentence_scores, strict=True)
    )
    return NumberedPassage(passage, tuple(sentences))


def _checked(question: str, history: Sequence[str], k: int) -> str:
    if isinstance(history, str):
        raise InputError(f"the history is {history!r}; give a list of the earlier questions")
    for what, text in (("question", question), *(("history's question", earlier) for earlier in history)):
        if not isinstance(text, str):
            raise InputError(f"the {what} is {text!r}, which is no text")
        if (length := len(text.strip())) > MAX_QUESTION_CHARS:
            raise InputError(f"the {what} has {length:,} characters, {MAX_QUESTION_CHARS:,} are allowed; shorten it")
    if not (question := question.strip()):
        raise InputError(
            'the question is empty; type one, for instance: onrecord ask "What did she say about the harbour?"'
        )
    if len(history) > MAX_HISTORY:
        raise InputError(f"the history has {len(history)} questions, {MAX_HISTORY} are allowed; leave out the oldest")
    if k < 1:
        raise InputError(f"-k is {k}; ask for at least 1 passage")
    return question
