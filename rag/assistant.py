"""Question in, answer out: the one file where all parts meet.

    question (+ history) ─legs─► retrieve ─► read ─► generate ─► cite ─► Answer

An assistant has no state that a question could change: the second question gets what it would have got first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from rag.archive import Archive
from rag.calibration import DEFAULT_CALIBRATION, Calibration
from rag.citations import cite, find_markers, remove_unknown_markers
from rag.errors import InputError
from rag.followups import build_query
from rag.generators import DEFAULT_GENERATOR, GENERATORS, GenerationRequest, Generator
from rag.reading import read
from rag.retrieval import DEPTH, FUSION, Weights, retrieve
from rag.types import Answer, Document, Evidence, Filters, ScoredPassage

MAX_QUESTION_CHARS = 4_000
MAX_HISTORY = 50
DEFAULT_K = 8
NOT_ON_RECORD = "Not on record: nothing in {scope} answers this."
NOTHING_THERE = "Not on record: there is nothing in this archive yet."


class Assistant:
    """Answers questions from one archive.

        assistant = Assistant(open_archive("archive"))
        assistant.ask("What did she say about the harbour?").text

    Without a `calibration` it uses the one fitted for the archive and its model, else the default. Raises InputError for
    a question that cannot be asked, UnknownName for a generator that is not there.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        generator: str | Generator = DEFAULT_GENERATOR,
        calibration: Calibration | None = None,
        weights: Weights = FUSION,
    ) -> None:
        self.archive = archive
        self.generator_name = generator if isinstance(generator, str) else type(generator).__name__
        self._generator: Generator = GENERATORS.get(generator)() if isinstance(generator, str) else generator
        self._calibration = calibration or archive.calibration() or DEFAULT_CALIBRATION
        self._weights = weights

    def ask(
        self, question: str, *, history: Sequence[str] = (), k: int = DEFAULT_K, filters: Filters | None = None
    ) -> Answer:
        """The answer to a question; `k` is the number of passages that come with it."""
        for piece in self.stream(question, history=history, k=k, filters=filters):
            if isinstance(piece, Answer):
                return piece
        raise AssertionError("a stream ends with its answer")

    def stream(
        self, question: str, *, history: Sequence[str] = (), k: int = DEFAULT_K, filters: Filters | None = None
    ) -> Iterator[str | Answer]:
        """Pieces of text as they come; the finished `Answer` is the last item."""
        question = _checked(question, history, k)
        started = perf_counter()
        scope = self.archive.resolve(filters or Filters())
        query = build_query(question, history, speakers=self.archive.speakers())
        candidates = retrieve(self.archive, query, scope=scope, weights=self._weights, depth=max(DEPTH, k))
        retrieved = perf_counter()
        evidence = read(self.archive, query, candidates, calibration=self._calibration)
        try:
            documents = self._documents(evidence)
        except InputError:
            # Another process took a document out since it was found: once more, without it.
            candidates = retrieve(self.archive, query, scope=scope, weights=self._weights, depth=max(DEPTH, k))
            evidence = read(self.archive, query, candidates, calibration=self._calibration)
            documents = self._documents(evidence)
        was_read = perf_counter()
        answered = bool(evidence.quotes) and evidence.confidence >= self._calibration.threshold
        if answered:
            text = ""
            for piece in self._generator.generate(GenerationRequest(question, tuple(history), evidence.quotes)):
                text += piece
                yield piece
            quotes = [quote.text for quote in evidence.quotes]
            text, dangling = remove_unknown_markers(text, len(quotes), quotes=quotes)
        else:
            text, dangling = self._refusal(filters), 0
            yield text
        generated = perf_counter()
        citations = cite(text, evidence.quotes, documents.__getitem__) if answered else ()
        cited = {str(citation.marker) for citation in citations}
        offered = [quote.text for quote in evidence.quotes]
        markers = [(m.start(), m.end(), int(m[1])) for m in find_markers(text, offered) if m[1] in cited]
        ended = perf_counter()
        yield Answer(
            question=question,
            query=query.text,
            status="answered" if answered else "not_on_record",
            text=text,
            confidence=evidence.confidence,
            generator=self.generator_name,
            citations=citations,
            passages=tuple(ScoredPassage(c.stored.passage, c.score) for c in candidates[:k]),
            timings_ms={
                "retrieve": (retrieved - started) * 1000,
                "read": (was_read - retrieved) * 1000,
                "generate": (generated - was_read) * 1000,
                "cite": (ended - generated) * 1000,
                "total": (ended - started) * 1000,
            },
            dangling=dangling,
            markers=tuple(markers),
            searched=tuple(leg for leg, _ in query.legs),
            filters=filters or Filters(),
            cover=self.archive.cover(scope),
        )

    def _documents(self, evidence: Evidence) -> dict[str, Document]:
        """The documents that the evidence is quoted from."""
        return {key: self.archive.document(key) for key in {quote.passage.document_id for quote in evidence.quotes}}

    def _refusal(self, filters: Filters | None) -> str:
        documents, passages = self.archive.counts()
        if not passages:
            return NOTHING_THERE
        everything = f"the {passages} answer passages of {documents} document{'s' if documents != 1 else ''}"
        return NOT_ON_RECORD.format(
            scope=everything if not filters or filters == Filters() else "what these filters leave"
        )


def _checked(question: str, history: Sequence[str], k: int) -> str:
    question = question.strip()
    if not question:
        raise InputError(
            'the question is empty; type one, for instance: onrecord ask "What did she say about the harbour?"'
        )
    for what, text in (("question", question), *(("history's question", earlier) for earlier in history)):
        if len(text) > MAX_QUESTION_CHARS:
            raise InputError(f"the {what} has {len(text):,} characters, {MAX_QUESTION_CHARS:,} are allowed; shorten it")
    if len(history) > MAX_HISTORY:
        raise InputError(f"the history has {len(history)} questions, {MAX_HISTORY} are allowed; leave out the oldest")
    if k < 1:
        raise InputError(f"-k is {k}; ask for at least 1 passage")
    return question
