"""Question in, answer out: the one file where all parts meet.

    question (+ history) ─query/─► Query ─evidence/find.py─► Found ─answer/─► Answer       all from one Snapshot

An assistant has no state that a question could change: the second question gets what it would have got first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Generator as Generates
from dataclasses import replace
from typing import Any, NamedTuple, cast

from rag.answer.chosen import SHOWN, ChosenWriter
from rag.answer.citations import cite_all
from rag.answer.unknown_terms import UnknownTerms, find_unknown_terms, unknown_term_notes, word_occurrences
from rag.answer.writer import Writer, Written
from rag.archive import Archive
from rag.errors import InputError
from rag.evidence.calibration import Calibration, default_calibration
from rag.evidence.find import Finder, Found
from rag.evidence.order import by_speaker_day
from rag.generators import (
    DEFAULT_GENERATOR,
    AnyGenerator,
    GenerationRequest,
    Generator,
    NumberedPassage,
    load_generator,
)
from rag.generators.cancel import CancelToken
from rag.generators.capabilities import capabilities_of
from rag.generators.extractive import ExtractiveGenerator
from rag.generators.proposals import Proposal, Proposals
from rag.notes import FoundElsewhere, Note, Occurrence, OthersSay, refusal_text
from rag.query.asked import DEFAULT_K, Asked, check_asked
from rag.query.build import build_query
from rag.query.narrowed import within_filters, without
from rag.query.variants import with_variants
from rag.rerankers import DEFAULT_RERANKER, Reranker, fingerprint_of, load_reranker
from rag.retrieval.fusion import FUSION, Candidate, Weights
from rag.retrieval.known_words import known_words
from rag.stopwatch import Stopwatch
from rag.storage.protocol import Snapshot
from rag.types import (
    Answer,
    Citation,
    Document,
    Evidence,
    Filters,
    Passage,
    Query,
    ScoredPassage,
    SearchExtent,
    Sentence,
    Understood,
)

DEFAULT_TIMEOUT_S = 60.0
QUOTES, PROSE = "quotes", "prose"  # what an answer is made of
VARIANTS_TIMEOUT_S = 10.0  # for what a model proposes to search with


class Assistant:
    """Answers questions from one archive.

        assistant = Assistant(open_archive("archive"))
        assistant.ask("What did she say about the harbour?").text

    Without a `calibration` it uses the one fitted for the archive and its model, else the default. `options` are the
    generator's own, by name: model, base_url. A generator is an object with any of `generate`, `choose` and `variants`. If it
    can choose, answers are the sentences that it chooses and no word of its own; `answer="prose"` lets it write, and
    `answer="quotes"` never does. `reader` is a reranker, by name or as an object; "heuristic" means none. With
    `strict`, only sentences that their citations support are kept. If a generator fails or takes longer than `timeout_s`,
    the answer is quotes from the record, and a note says why. Raises InputError for an option that cannot be used,
    UnknownName for a generator or a reranker that does not exist.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        generator: str | AnyGenerator = DEFAULT_GENERATOR,
        options: Mapping[str, Any] | None = None,
        reader: str | Reranker = DEFAULT_RERANKER,
        calibration: Calibration | None = None,
        weights: Weights = FUSION,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        strict: bool = False,
        answer: str | None = None,
    ) -> None:
        self.archive = archive
        made = load_generator(generator, options, timeout_s=timeout_s) if isinstance(generator, str) else generator
        can = capabilities_of(made)
        if not (can.writes or can.choose or can.variants):
            raise InputError(f"{name_of(generator)} is no generator: it has none of generate, choose and variants")
        if answer not in (None, QUOTES, PROSE):
            raise InputError(f"answer is {answer!r}; choose {QUOTES} or {PROSE}")
        self._choose = None if answer == PROSE and can.writes else can.choose
        writes = can.writes and answer != QUOTES
        self._generator = cast("Generator", made) if writes else ExtractiveGenerator()
        self.generator_name = name_of(generator) if writes or self._choose else DEFAULT_GENERATOR
        limit_s = min(VARIANTS_TIMEOUT_S, timeout_s / 2)
        self._proposals = Proposals(can.variants, timeout_s=limit_s) if can.variants else None
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
        understand: bool = True,
        not_meant: Understood | None = None,
        cancel: CancelToken | None = None,
    ) -> Answer:
        """The answer to a question; `k` is the number of passages that come with it. See `stream` for `cancel`.

        Without `understand`, persons, days and documents that the question names are only words; so are those `not_meant`.
        Raises InputError for a question that cannot be asked and for filters that fit nothing, ArchiveError for an archive
        that cannot be read.
        """
        how: dict[str, Any] = {"understand": understand, "not_meant": not_meant}
        for piece in self.stream(question, history=history, k=k, filters=filters, cancel=cancel, **how):
            if isinstance(piece, Answer):
                return piece
        raise AssertionError("a stream ends with its answer")

    def evidence(self, question: str, *, history: Sequence[str] = (), filters: Filters | None = None) -> Evidence:
        """The quotes that `ask` would answer a question from, and how sure it would be, with nothing written."""
        asked = check_asked(question, history, filters=filters)
        return self._search(asked, CancelToken(), Stopwatch()).found.evidence

    def stream(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        k: int = DEFAULT_K,
        filters: Filters | None = None,
        understand: bool = True,
        not_meant: Understood | None = None,
        cancel: CancelToken | None = None,
        show: Callable[[tuple[Citation, ...]], None] | None = None,
    ) -> Iterator[str | Answer]:
        """Pieces of text as they come; the finished `Answer` is the last item, and what counts.

        Quotations are made exact, and with `strict` sentences are left out, only when the text is complete: the answer's text
        can differ from the pieces. Closing the iterator stops the model. So does `cancel`, from another thread, while the
        iterator waits for the model: it raises Cancelled then. Raises what `ask` does.

        `show` is called with the quotes that were found, as soon as they are and before a model writes; an empty piece
        follows, so that whoever waits for pieces can show them.
        """
        watch = Stopwatch()
        cancel = cancel or CancelToken()
        asked = check_asked(question, history, k=k, filters=filters, understand=understand, not_meant=not_meant)
        searched = self._search(asked, cancel, watch)
        found = searched.found
        written = Written("", self.generator_name, refused=True)
        if found.suffices or (self._choose and found.candidates):
            cancel.raise_if_cancelled()
            # A model that chooses decides what is shown; quotes that it may reject are not shown before.
            if show and not self._choose and not capabilities_of(self._generator).only_quotes:
                request = _request(asked, found, cancel, asked.k)
                show(cite_all(request.evidence, searched.documents.__getitem__))
                yield ""
            written, chosen = yield from self._write(asked, searched, cancel)
            searched = searched._replace(chosen=chosen)
        if written.refused:
            written = replace(written, text=_refusal(found.extent, asked.filters))
            yield written.text
        counted = searched.counted
        if written.refused and counted is None:
            counted = self._count_words(asked)
        written = replace(written, notes=written.notes + _notes(searched, counted))
        watch.lap("generate")
        yield _answer(asked, searched, written, found.passages(asked.k, first=searched.chosen), watch)

    def _write(
        self, asked: Asked, searched: _Searched, cancel: CancelToken
    ) -> Generates[str, None, tuple[Written, tuple[Passage, ...]]]:
        """What the generator writes or chooses, and the passages that it chose."""
        found, snapshot = searched.found, searched.snapshot
        name, limits = self.generator_name, {"timeout_s": self._timeout_s}
        if self._choose:
            # A follow-up is not understood without what came before it, and a model that chooses sees one question.
            question = searched.query.text if asked.history else asked.question
            request = replace(_request(asked, found, cancel, len(found.candidates)), question=question)
            chooser = ChosenWriter(snapshot, self._choose, name=name, **limits)
            return (
                yield from chooser.write(
                    request, searched.documents, suffices=found.suffices, spent_s=searched.waited_s
                )
            )
        writer = Writer(snapshot, self._generator, name=name, strict=self._strict, **limits)
        request = _request(asked, found, cancel, asked.k)
        return (yield from writer.write(request, searched.documents, spent_s=searched.waited_s)), ()

    def _search(self, asked: Asked, cancel: CancelToken, watch: Stopwatch) -> _Searched:
        """What the archive holds, also about what a model proposes to search with.

        While the model thinks, the literal question is searched: that is the result if the model fails, and otherwise
        everything that the next search needs is loaded.
        """
        proposal = self._propose(asked, cancel)
        if proposal is None:
            return self._search_for((), asked, watch)
        searched = None if proposal.is_there else self._search_for((), asked, watch)
        texts = proposal.texts()
        watch.lap("variants")
        waited_s = watch.seconds
        if searched is None or texts:
            searched = self._search_for(texts, asked, watch)
        return searched._replace(waited_s=waited_s)

    def _search_for(self, proposed: Sequence[object], asked: Asked, watch: Stopwatch) -> _Searched:
        """What the archive holds about the question and what is proposed beside it, from one snapshot."""
        with self.archive.snapshot() as snapshot:
            scope = snapshot.resolve(asked.filters)
            query = with_variants(_literal(snapshot, asked), proposed)
            k = max(asked.k, SHOWN) if self._choose else asked.k
            found = self._finder.find(snapshot, query, scope, k=k, lap=watch.lap)
            unknown = find_unknown_terms(snapshot, asked.question) if found.extent.passages else UnknownTerms()
            goes_on = found.suffices or self._choose is not None
            documents = snapshot.documents(found.document_ids) if goes_on else {}
            counted = None if goes_on else word_occurrences(snapshot, asked.question, scope)
        # The database transaction has ended: from here on a model may take a minute.
        return _Searched(query, found, snapshot, documents, unknown, counted)

    def _count_words(self, asked: Asked) -> tuple[Occurrence, ...]:
        """How often the words of a question that a model refused occur within its filters, as the archive is now."""
        with self.archive.snapshot() as snapshot:
            return word_occurrences(snapshot, asked.question, snapshot.resolve(asked.filters))

    def _propose(self, asked: Asked, cancel: CancelToken) -> Proposal | None:
        """What the generator proposes to search with, if it can and there is something to search.

        Filters that fit nothing are reported before it is asked.
        """
        if self._proposals is None:
            return None
        with self.archive.snapshot() as snapshot:
            searched = snapshot.extent(snapshot.resolve(asked.filters)).passages
        return self._proposals.begin(asked.question, asked.history, cancel) if searched else None


class _Searched(NamedTuple):
    """What was searched, what was found, and what it is answered from."""

    query: Query
    found: Found
    snapshot: Snapshot
    documents: Mapping[str, Document]
    unknown: UnknownTerms
    counted: tuple[Occurrence, ...] | None  # the question's words, if it is clear that nothing answers
    waited_s: float = 0.0  # for a model
    chosen: tuple[Passage, ...] = ()  # whose sentences a model chose


def name_of(generator: str | object) -> str:
    """The name of a generator that is given by name or as an object."""
    return generator if isinstance(generator, str) else type(generator).__name__


def _literal(snapshot: Snapshot, asked: Asked) -> Query:
    if not asked.understand:
        return build_query(asked.question, asked.history)
    query = build_query(asked.question, asked.history, catalogue=snapshot.catalogue, is_word=known_words(snapshot))
    understood = without(query.understood, asked.not_meant)
    named = tuple(name for name in query.speakers if name not in asked.not_meant.speakers)
    return replace(query, speakers=named, understood=within_filters(understood, asked.filters))


def _request(asked: Asked, found: Found, cancel: CancelToken, shown: int) -> GenerationRequest:
    """What the generator gets, with the first `shown` passages."""
    passages = tuple(_numbered(candidate) for candidate in found.candidates[:shown])
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
        passages=extent.passages, speakers=extent.speakers, documents=extent.documents, filtered=filters != Filters()
    )


def _notes(searched: _Searched, occurrences: Sequence[Occurrence] | None) -> tuple[Note, ...]:
    """What the user should know about the question: who does not answer it, and what of it is not in the archive.

    `occurrences` come with a refusal, and are None with an answer. A model that chooses knows whom and when the question asks
    for: what the search found instead is not what is quoted.
    """
    found = searched.found
    as_found = occurrences is None and not searched.chosen
    others_say: tuple[Note, ...] = (OthersSay(found.instead_of),) if found.instead_of and as_found else ()
    if not found.inside and as_found:
        understood = found.understood
        others_say += (FoundElsewhere(understood.after, understood.before, understood.documents),)
    if not found.extent.passages:
        return others_say
    return others_say + unknown_term_notes(
        searched.unknown, occurrences=occurrences, others_say=bool(found.instead_of and as_found)
    )


def _answer(
    asked: Asked, searched: _Searched, written: Written, passages: tuple[ScoredPassage, ...], watch: Stopwatch
) -> Answer:
    query, found = searched.query, searched.found
    return Answer(
        question=asked.question,
        query=query.text,
        status="not_on_record" if written.refused else "answered",
        text=written.text,
        confidence=found.evidence.confidence,
        generator=written.generator,
        citations=written.citations,
        passages=passages,
        timings_ms=watch.timings_ms(),
        dangling=written.dangling,
        markers=written.markers,
        searched=tuple(variant for variant, _ in query.variants),
        filters=asked.filters,
        cover=found.extent,
        claims=written.claims,
        notes=written.notes,
        understood=query.understood,
        confidence_level="not_on_record" if written.refused else "answered" if searched.chosen else found.level,
    )
