"""Evidence → an answer's text, checked: what a generator writes is never taken at its word.

    generate ─pieces─► number the citations ─► make quotations exact ─► cite ─► verify ─► (strict: drop the unsupported)

If the generator fails, is late, or writes nothing usable, the evidence itself is quoted, and a note says why.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator as Generates
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rag.answer.citations import cite, cite_all, exact_quotes, find_markers, remove_unknown_markers
from rag.answer.markers import CITED, MarkerStream, number_markers
from rag.answer.quotations import find_quotations
from rag.answer.support import verify
from rag.errors import GeneratorTimeout, sentence_of
from rag.generators import DEFAULT_GENERATOR
from rag.generators.cancel import with_deadline
from rag.generators.capabilities import capabilities_of
from rag.generators.extractive import ExtractiveGenerator, quotations_alone
from rag.generators.prompts import REFUSAL
from rag.generators.protocol import GenerationRequest, Generator
from rag.notes import (
    NOTHING_SUPPORTED,
    WROTE_NOTHING,
    FellBack,
    LeftOut,
    Note,
    no_answer_within,
    note_text,
    wrote_too_much,
)
from rag.storage.protocol import Snapshot
from rag.text.sentences import split_sentences
from rag.text.terms import encodable
from rag.types import Citation, Claim, Document, Sentence

log = logging.getLogger(__name__)

MAX_CHARS = 20_000  # of an answer: about twenty times what the prompt asks for, and checked in a second or two
_MARKS = " \t\n*_#>\"“”'’‘"
# The fixed phrase alone, or with more behind it: models like to explain.
_REFUSES = re.compile(rf"[{_MARKS}]*{REFUSAL}\s*(?:[^\w\s]|\n|\Z)", re.I)


@dataclass(frozen=True, slots=True)
class Draft:
    """A generator's text with its markers `[n]`, each standing for `cited[n - 1]`."""

    text: str
    cited: tuple[Sentence, ...]
    generator: str
    dangling: int = 0
    notes: tuple[Note, ...] = ()
    only_quotes: bool = False  # copied from the record, so that its quotations are exact


@dataclass(frozen=True, slots=True)
class Written:
    """An answer's text and what it rests on; `refused` if the generator found that the evidence does not answer."""

    text: str
    generator: str
    citations: tuple[Citation, ...] = ()
    markers: tuple[tuple[int, int, int], ...] = ()
    claims: tuple[Claim, ...] = ()
    dangling: int = 0
    notes: tuple[Note, ...] = ()
    refused: bool = False


class Writer:
    """Lets one generator write, within a time limit, and checks what it wrote."""

    def __init__(self, snapshot: Snapshot, generator: Generator, *, name: str, timeout_s: float, strict: bool) -> None:
        self._snapshot = snapshot
        self._generator = generator
        self._can = capabilities_of(generator)
        self._name = name
        self._timeout_s = timeout_s
        self._strict = strict

    def write(
        self, request: GenerationRequest, documents: Mapping[str, Document], *, spent_s: float = 0.0
    ) -> Generates[str, None, Written]:
        """Yields pieces of text as they come; returns what counts. `spent_s` of the time limit are gone already.

        Raises Cancelled when the request's token is cancelled.
        """
        try:
            draft = yield from self._generate(request, spent_s)
        except Exception as error:  # whatever a generator raises, the record can be quoted
            request.cancel.raise_if_cancelled()
            draft = self._instead(request, reason_of(error, self._timeout_s))
            yield f"\n\n{note_text(draft.notes)}\n\n{draft.text}"
        if draft is None:
            return Written("", self._name, refused=True)
        written = self._finish(draft, request, documents)
        if not self._strict:
            return written
        kept = self._supported(draft, written, request, documents)
        if kept.text:
            return kept
        return self._finish(self._instead(request, NOTHING_SUPPORTED), request, documents)

    def _generate(self, request: GenerationRequest, spent_s: float) -> Generates[str, None, Draft | None]:
        """The generator's own text; None if it refuses with the fixed phrase."""
        by_sentence = self._can.cites_sentences
        passages = [numbered.sentences for numbered in request.passages]
        stream = MarkerStream(passages, choose=self._choose) if by_sentence else None
        raw, held = "", True
        with closing(self._pieces(request, spent_s)) as pieces:  # stops the model now, not at garbage collection
            for piece in _whole_characters(pieces):
                raw += piece
                if len(raw) > MAX_CHARS and not self._can.only_quotes:
                    raise _Nothing(wrote_too_much(MAX_CHARS))
                if held and by_sentence and (REFUSAL.startswith(raw.lstrip(_MARKS).upper()) or _REFUSES.match(raw)):
                    continue  # it may be about to refuse, which is not shown as an answer
                new, held = (raw if held else piece), False
                if shown := stream.add(new) if stream else new:
                    yield shown
        if stream and _REFUSES.match(raw):
            return None
        if not re.search(r"\w", CITED.sub("", raw)):
            raise _Nothing(WROTE_NOTHING)
        if self._can.only_quotes:
            return Draft(raw, request.evidence, self._name, only_quotes=True)
        if stream is None:
            quotes = [quote.text for quote in request.evidence]
            text, dangling = remove_unknown_markers(raw, len(quotes), quotes=quotes)
            return Draft(text, request.evidence, self._name, dangling)
        if rest := (stream.add(raw) if held else "") + stream.end():
            yield rest
        protected = [(q.start, q.end) for q in find_quotations(raw, [p.passage for p in request.passages]) if q.passage]
        numbered = number_markers(raw.strip(), passages, choose=self._choose, protected=protected)
        return Draft(numbered.text, numbered.cited, self._name, numbered.dangling)

    def _pieces(self, request: GenerationRequest, spent_s: float) -> Generates[str, None, None]:
        if self._can.only_quotes:
            yield from self._generator.generate(request)
            return
        if spent_s >= self._timeout_s:
            raise GeneratorTimeout
        yield from with_deadline(
            lambda token: self._generator.generate(replace(request, cancel=token)),
            timeout_s=self._timeout_s - spent_s,
            cancel=request.cancel,
        )

    def _instead(self, request: GenerationRequest, reason: str) -> Draft:
        """The evidence, quoted, with a note that says why."""
        text = "".join(ExtractiveGenerator().generate(request))
        notes = (FellBack(self._name, reason),)
        return Draft(text, request.evidence, DEFAULT_GENERATOR, notes=notes, only_quotes=True)

    def _finish(self, draft: Draft, request: GenerationRequest, documents: Mapping[str, Document]) -> Written:
        if draft.only_quotes and (written := _quotes_alone(draft, documents)):
            return written
        offered = list(dict.fromkeys(s.passage for s in (*draft.cited, *request.evidence)))
        offered += [numbered.passage for numbered in request.passages if numbered.passage not in offered]
        text = draft.text
        if not draft.only_quotes:
            text = exact_quotes(text, find_quotations(text, offered), documents)
        quotes = [sentence.text for sentence in (*draft.cited, *request.evidence)]
        citations = cite(text, draft.cited, documents.__getitem__, quotes=quotes)
        known = {str(citation.marker) for citation in citations}
        markers = tuple((m.start(), m.end(), int(m[1])) for m in find_markers(text, quotes) if m[1] in known)
        claims = verify(self._snapshot, text, markers, citations, offered)
        return Written(text, draft.generator, citations, markers, claims, draft.dangling, draft.notes)

    def _supported(
        self, draft: Draft, written: Written, request: GenerationRequest, documents: Mapping[str, Document]
    ) -> Written:
        """Only the sentences that their citations support, in the same paragraphs."""
        kept = [claim for claim in written.claims if claim.support == "supported"]
        if len(kept) == len(written.claims):
            return written
        text, last = "", None
        for claim in kept:
            gap = written.text[last.end : claim.start] if last else ""
            text += ("\n\n" if "\n" in gap else " " if last else "") + written.text[claim.start : claim.end]
            last = claim
        left_out = LeftOut(len(written.claims) - len(kept), len(written.claims))
        return replace(self._finish(replace(draft, text=text), request, documents), notes=(*draft.notes, left_out))

    def _choose(self, sentences: Sequence[Sentence], before: str) -> Sentence | None:
        """The sentence of a passage that shares most stems with the sentence just written; None if none shares any."""
        spans = split_sentences(before)
        said = set(self._snapshot.word_weights(before[spans[-1][0] :] if spans else ""))
        best = max(sentences, key=lambda sentence: len(said & set(self._snapshot.stems(sentence.text))), default=None)
        return best if best and said & set(self._snapshot.stems(best.text)) else None


def _quotes_alone(draft: Draft, documents: Mapping[str, Document]) -> Written | None:
    """A text of quotes under their headings: it is the record's, needs no comparison, and is never cut.

    The evidence says where each quote ends, whatever marks and brackets the quotes and names hold; None if the text is not
    in that form.
    """
    citations = cite_all(draft.cited, documents.__getitem__)
    spans = quotations_alone(draft.text, citations)
    if spans is None:
        return None
    markers = tuple((z - len(f"[{c.marker}]"), z, c.marker) for (_, z), c in zip(spans, citations, strict=True))
    claims = tuple(
        Claim(a, z, "supported" if c.verified else "unsupported", (c.marker,))
        for (a, z), c in zip(spans, citations, strict=True)
    )
    return Written(draft.text, draft.generator, citations, markers, claims, draft.dangling, draft.notes)


def _whole_characters(pieces: Iterator[str]) -> Iterator[str]:
    """The same text without half characters: some servers send an emoji as two pieces, one surrogate in each."""
    held = ""
    for piece in pieces:
        text = held + piece
        held = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(held)
        yield (
            text
            if text.isascii()
            else encodable(text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))
        )
    if held:
        yield encodable(held)


class _Nothing(Exception):
    """A generator wrote nothing, or too much."""


def reason_of(error: Exception, timeout_s: float) -> str:
    """Why a generator did not answer, in words for the user."""
    if isinstance(error, GeneratorTimeout):
        return no_answer_within(timeout_s)
    if isinstance(error, _Nothing):
        return str(error)
    if sentence := sentence_of(error):
        return sentence.rstrip(".")
    log.warning("the generator failed", exc_info=error)
    return f"it failed: {type(error).__name__}"
