"""Question in, answer out: the one file where all parts meet.

    question (+ history) ─query/─► Query ─evidence/find.py─► Found ─answer/─► Answer       all from one Snapshot

An assistant has no state that a question could change: the second question gets what it would have got first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.answer.unknown_terms import UnknownTerms, find_unknown_terms, unknown_term_notes, word_occurrences
from rag.answer.writer import Writer, Written
from rag.archive import Archive
from rag.evidence.calibration import Calibration, default_calibration
from rag.evidence.find import Finder, Found
from rag.evidence.order import by_speaker_day
from rag.generators import DEFAULT_GENERATOR, GenerationRequest, Generator, NumberedPassage, load_generator
from rag.generators.cancel import CancelToken, with_deadline
from rag.generators.capabilities import capabilities_of
from rag.notes import Note, OthersSay, refusal_text
from rag.query.asked import DEFAULT_K, MAX_QUESTION_CHARS, Asked, check_asked
from rag.query.build import build_query, with_rewrite
from rag.rerankers import DEFAULT_RERANKER, Reranker, fingerprint_of, load_reranker
from rag.retrieval.fusion import FUSION, Candidate, Weights
from rag.stopwatch import Stopwatch
from rag.storage.protocol import Snapshot
from rag.types import Answer, Evidence, Filters, Query, ScoredPassage, SearchExtent, Sentence

log = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 60.0
REWRITE_TIMEOUT_S = 10.0


class Assistant:
    """Answers questions from one archive.

        assistant = Assistant(open_archive("archive"))
        assistant.ask("What did she say about the harbour?").text

    Without a `calibration` it uses the one fitted for the archive and its model, else the default. `options` are the
    generator's own, by name: model, base_url. `reader` is a reranker, by name or as an object; "heuristic" means none. With
    `strict`, only sentences that their citations support are kept. If a generator fails or takes longer than `timeout_s`,
    the answer is quotes from the record, and a note says why. Raises InputError for an option that cannot be used,
    UnknownName for a generator or a reranker that does not exist.
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
        self._timeout_s = timeout_s
        self._strict = strict
        self.reader = load_reranker(reader) if isinstance(reader, str) else reader
        self.calibration = (
            calibration
            or archive.calibration(reader=fingerprint_of(self.reader))
            or default_calibration(self.reader.name if self.reader else None)
        )
        unread = calibration or archive.calibration() or default_calibration(None)
        self._finder = Finder(self.reader, self.calibration, unread, weights)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        k: int = DEFAULT_K,
        filters: Filters | None = None,
        cancel: CancelToken | None = None,
    ) -> Answer:
        """The answer to a question; `k` is the number of passages that come with it. See `stream` for `cancel`.

        Raises InputError for a question that cannot be asked and for filters that fit nothing, ArchiveError for an archive
        that cannot be read.
        """
        for piece in self.stream(question, history=history, k=k, filters=filters, cancel=cancel):
            if isinstance(piece, Answer):
                return piece
        raise AssertionError("a stream ends with its answer")

    def evidence(self, question: str, *, history: Sequence[str] = (), filters: Filters | None = None) -> Evidence:
        """The quotes that `ask` would answer a question from, and how sure it would be, with nothing written."""
        asked = check_asked(question, history, filters=filters)
        rewritten = self._rewrite(asked, CancelToken())
        with self.archive.snapshot() as snapshot:
            scope = snapshot.resolve(asked.filters)
            query = with_rewrite(_literal(snapshot, asked), rewritten)
            return self._finder.find(snapshot, query, scope, k=asked.k).evidence

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
        iterator waits for the model: it raises Cancelled then. Raises what `ask` does.
        """
        watch = Stopwatch()
        cancel = cancel or CancelToken()
        asked = check_asked(question, history, k=k, filters=filters)
        rewritten = self._rewrite(asked, cancel)
        asked_s = watch.seconds
        with self.archive.snapshot() as snapshot:
            scope = snapshot.resolve(asked.filters)
            query = with_rewrite(_literal(snapshot, asked), rewritten)
            found = self._finder.find(snapshot, query, scope, k=asked.k, lap=watch.lap)
            unknown = find_unknown_terms(snapshot, asked.question) if found.extent.passages else UnknownTerms()
            documents = snapshot.documents(found.document_ids) if found.suffices else {}
        # The database transaction has ended: from here on a model may take a minute.
        written = Written("", self.generator_name, refused=True)
        if found.suffices:
            cancel.raise_if_cancelled()
            writer = Writer(
                snapshot, self._generator, name=self.generator_name, timeout_s=self._timeout_s, strict=self._strict
            )
            written = yield from writer.write(_request(asked, found, cancel), documents, spent_s=asked_s)
        if written.refused:
            written = replace(written, text=_refusal(found.extent, asked.filters))
            yield written.text
        written = replace(written, notes=written.notes + _notes(snapshot, asked, found, unknown, written.refused))
        watch.lap("generate")
        yield _answer(asked, query, found, written, watch)

    def _rewrite(self, asked: Asked, cancel: CancelToken) -> str:
        """A follow-up as the generator puts it, if it can, within a time limit; empty if there is nothing to rewrite.

        The model answers before the snapshot of the question is taken, since it may take seconds; filters that fit nothing
        are reported before it is asked.
        """
        rewrite = capabilities_of(self._generator).rewrite
        if rewrite is None or not asked.history:
            return ""
        with self.archive.snapshot() as snapshot:
            snapshot.resolve(asked.filters)
        limit_s = min(REWRITE_TIMEOUT_S, self._timeout_s / 2)
        try:
            text = "".join(
                with_deadline(
                    lambda token: iter([rewrite(asked.question, asked.history, token)]),
                    timeout_s=limit_s,
                    cancel=cancel,
                )
            )
        except Exception as error:  # the literal question is searched in any case
            cancel.raise_if_cancelled()
            log.warning("the question was not rewritten: %s", error)
            return ""
        return text[:MAX_QUESTION_CHARS]


def _literal(snapshot: Snapshot, asked: Asked) -> Query:
    return build_query(asked.question, asked.history, speakers=snapshot.speakers)


def _request(asked: Asked, found: Found, cancel: CancelToken) -> GenerationRequest:
    """What the generator gets."""
    passages = tuple(_numbered(candidate) for candidate in found.candidates)
    return GenerationRequest(asked.question, asked.history, by_speaker_day(found.evidence.quotes), passages, cancel)


def _numbered(candidate: Candidate) -> NumberedPassage:
    """A candidate's passage in whole sentences, at their places in the document."""
    passage = candidate.stored.passage
    sentences = (
        Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], float(score))
        for (start, end), score in zip(candidate.stored.spans, candidate.sentence_scores, strict=True)
    )
    return NumberedPassage(passage, tuple(sentences))


def _refusal(extent: SearchExtent, filters: Filters) -> str:
    return refusal_text(
        passages=extent.passages,
        speakers=extent.speakers,
        documents=extent.documents,
        filtered=filters != Filters(),
    )


def _notes(snapshot: Snapshot, asked: Asked, found: Found, unknown: UnknownTerms, refused: bool) -> tuple[Note, ...]:
    """What the user should know about the question: who does not answer it, and what of it is not in the archive."""
    others_say = (OthersSay(found.instead_of),) if found.instead_of and not refused else ()
    if not found.extent.passages:
        return others_say
    occurrences = word_occurrences(snapshot, asked.question) if refused else None
    return others_say + unknown_term_notes(unknown, occurrences=occurrences, others_say=bool(others_say))


def _answer(asked: Asked, query: Query, found: Found, written: Written, watch: Stopwatch) -> Answer:
    return Answer(
        question=asked.question,
        query=query.text,
        status="not_on_record" if written.refused else "answered",
        text=written.text,
        confidence=found.evidence.confidence,
        generator=written.generator,
        citations=written.citations,
        passages=tuple(ScoredPassage(each.stored.passage, each.score) for each in found.candidates),
        timings_ms=watch.timings_ms(),
        dangling=written.dangling,
        markers=written.markers,
        searched=tuple(variant for variant, _ in query.variants),
        filters=asked.filters,
        cover=found.extent,
        claims=written.claims,
        notes=written.notes,
    )
