"""The data that flows through the house, one frozen dataclass per arrow. Ranges are half-open and count characters of
`Document.text`; scores are similarities, higher is better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from embeddings.spans import Span as Span
from rag.notes import Note, absent_in, note_text, occurrences_in

Role = Literal["interviewer", "respondent", "other"]
Status = Literal["answered", "not_on_record"]
ConfidenceLevel = Literal["answered", "unsure", "not_on_record"]
Support = Literal["supported", "weak", "unsupported", "uncited"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance: `document.text[start:end]`, without its label."""

    speaker: str
    role: Role
    start: int
    end: int
    seconds: float | None = None
    label: str = ""  # as it is printed, without mark-up; empty if none is printed above it
    certain: bool = True  # that the speaker said it; if not, it is quoted under nobody's name


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A range of a document's text that is no part of the conversation, and why."""

    start: int
    end: int
    why: str = ""  # such as "time stamp"

    @property
    def span(self) -> Span:
        """The range alone."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class AsRead:
    """What a document was before anybody corrected it: kept, so that every correction can be undone."""

    title: str
    date: str | None
    place: str | None
    language: str | None
    turns: tuple[Turn, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript. `text` is canonical: what every offset refers to."""

    id: str
    title: str
    date: str | None  # ISO 8601, never invented
    place: str | None
    source: str  # file name
    text: str
    turns: tuple[Turn, ...]
    path: str = ""  # of the file it was read from; a new version of that file replaces this document
    participants: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()  # what is no part of the conversation, in order
    notes: tuple[str, ...] = ()  # what the reader wants the user to know
    pages: tuple[tuple[int, str], ...] = ()  # (where a page begins, its label), in order
    times: tuple[tuple[int, float], ...] = ()  # (where something is said, seconds into the recording), in order
    language: str | None = None  # ISO 639-1
    grammar: str = ""  # how its speakers are labelled, as the parser took it
    confidence: float = 0.0  # how well that fits the whole text, in [0, 1]
    as_read: AsRead | None = None  # without corrections; None if nothing was corrected

    @property
    def speakers(self) -> tuple[str, ...]:
        """Canonical names in order of appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns))


@dataclass(frozen=True, slots=True)
class Hints:
    """What a file's format says about its text, beside the text; empty if it says nothing."""

    title: str = ""
    date: str | None = None  # ISO 8601
    place: str | None = None
    participants: tuple[str, ...] = ()
    turns: tuple[tuple[str, int, int, float | None], ...] = ()  # (label, start, end, seconds), if it names them
    pages: tuple[tuple[int, str], ...] = ()
    times: tuple[tuple[int, float], ...] = ()
    language: str | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()  # beside the turns: what is no part of the conversation


@dataclass(frozen=True, slots=True)
class Passage:
    """The retrieval unit: an answer paragraph, or a part of a long one on sentence borders."""

    id: str
    document_id: str
    source: str
    speaker: str
    role: Role
    asked: str  # the question it answers; empty if none was asked
    start: int
    end: int
    text: str
    title: str = ""
    date: str | None = None
    seconds: float | None = None
    turn: int = 0  # index into the document's turns
    language: str | None = None  # the document's, ISO 639-1
    speaker_certain: bool = True  # if not, somebody said it, and it has no speaker


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document of an archive without its text: what a question can name it by, and who speaks in its passages."""

    id: str
    source: str  # file name
    title: str
    date: str | None  # ISO 8601
    speakers: tuple[str, ...] = ()  # of its passages, sorted


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The documents of an archive by date, without their texts; one object for one state, and the same as itself only."""

    documents: tuple[HeldDocument, ...] = ()

    @property
    def dates(self) -> list[str]:
        """Their ISO dates, each as often as a document has it."""
        return [document.date for document in self.documents if document.date]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question itself asks for: by whom, when and in which documents; empty if it says nothing of it."""

    speakers: tuple[str, ...] = ()  # labels as printed
    after: str | None = None  # ISO date, inclusive
    before: str | None = None  # ISO date, inclusive
    documents: tuple[str, ...] = ()  # file names
    asked: tuple[str, ...] = ()  # those of the speakers whose own words are asked for
    spans: tuple[Span, ...] = ()  # the ranges of the question that say so


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: the user's question as one variant, others beside it, and the speakers it names."""

    question: str
    variants: tuple[tuple[str, float], ...]  # (text, weight); the first is the literal question
    speakers: tuple[str, ...] = ()
    fullest: int = -1  # the variant that says most of what is asked
    understood: Understood = Understood()
    proposed: int = 0  # how many variants, at the end, a model proposed

    @property
    def text(self) -> str:
        """The fullest variant: what to show as searched."""
        return self.variants[self.fullest][0]


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage with its similarity to a query."""

    passage: Passage
    score: float  # fused; compares within one question only, see `rag.retrieval.fusion.Candidate`


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a retrieved passage, or a run of them: `document.text[start:end] == text`."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float  # of a quote: see `rag.evidence.score`; of a numbered sentence of a passage: its cosine with the query


@dataclass(frozen=True, slots=True)
class Signals:
    """What the confidence is made of, in [0, 1] if no other range is given; cosines can be a little below 0.

    The names are those of the coefficients in `calibration.json`.
    """

    dense: float  # best cosine of a passage
    sentence: float  # best cosine of a sentence
    cover: float  # share of the question's word weight (inverse document frequency) in the best passage
    quote_cover: float  # share of it in the first quote
    unknown: float  # share of it in words that occur nowhere in the archive
    names_unknown: float  # share of the question's names and numbers that occur nowhere in the archive
    names_missing: float  # share of them that the best passages and their questions do not hold
    relevance: float = 0.0  # of the passage that a reranker finds most relevant, log-odds / 20, in [-1, 1]
    answer: float = 0.0  # how far it finds that the best sentence answers, log-odds / 20, in [-1, 1]
    size: float = 0.0  # how much there was to search: see `size_of`

    def as_list(self) -> list[float]:
        """The signals in the order of the calibration's coefficients."""
        return [getattr(self, name) for name in Signals.__slots__]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a generator may use: quotes, best first, and the probability that the first one answers."""

    quotes: tuple[Sentence, ...]
    confidence: float  # in [0, 1]
    signals: Signals | None = None  # what the confidence was made of; None if there was nothing to read


@dataclass(frozen=True, slots=True)
class Citation:
    """A located quotation: `document.text[start:end] == quote`, always."""

    marker: int
    passage_id: str
    document_id: str
    title: str
    source: str
    date: str | None
    speaker: str
    role: Role
    asked: str
    quote: str
    start: int
    end: int
    seconds: float | None
    verified: bool
    page: str | None = None  # as the page is labelled; "12–13" if the quote goes on to the next
    speaker_certain: bool = True  # if not, the words are in the record, and who says them is not known
    quotes_another: bool = False  # the speaker reads out or repeats somebody else's words in it
    introduction: str = ""  # the sentence before the quote that says whose words these are
    url: str = ""  # where the document was published, as it says itself


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is restricted to; empty means everything."""

    speaker: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    after: str | None = None  # ISO date, inclusive
    before: str | None = None  # ISO date, inclusive
    role: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters resolved against an archive: exact speakers and document ids, None if all are meant."""

    speakers: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    after: str | None = None
    before: str | None = None
    roles: tuple[str, ...] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered out."""
        return self == Scope()


@dataclass(frozen=True, slots=True)
class SearchExtent:
    """How much a search looked through."""

    documents: int
    speakers: int
    passages: int
    first: str | None = None  # ISO date of the oldest dated document
    last: str | None = None  # … and of the newest


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, `answer.text[start:end]`, and whether its citations support it."""

    start: int
    end: int
    support: Support
    markers: tuple[int, ...]
    reason: str = ""  # why it is not supported, in words


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what is on the record about it, and where: the only thing ui/ and eval/ receive."""

    question: str
    query: str
    status: Status
    text: str
    confidence: float
    generator: str
    citations: tuple[Citation, ...]
    passages: tuple[ScoredPassage, ...]
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    dangling: int = 0  # markers of evidence that was not offered: removed from the text
    markers: tuple[tuple[int, int, int], ...] = ()  # (start, end, number) of each citation's marker in `text`
    searched: tuple[str, ...] = ()  # every text that was searched for, the question first
    filters: Filters = Filters()  # what the search was restricted to
    cover: SearchExtent | None = None  # what was searched
    claims: tuple[Claim, ...] = ()  # the sentences of `text`, checked against their citations
    confidence_level: ConfidenceLevel = "answered"  # "unsure": the quotes are the closest, and may not answer
    understood: Understood = Understood()  # what the question itself was taken to ask for
    notes: tuple[Note, ...] = ()  # why another generator answered, what was left out, what is not on record

    @property
    def note(self) -> str:
        """The notes in words, for the user; empty if there are none."""
        return note_text(self.notes)

    @property
    def absent(self) -> tuple[str, ...]:
        """Names and numbers of the question that occur nowhere in the archive."""
        return absent_in(self.notes)

    @property
    def occurrences(self) -> Mapping[str, int]:
        """In how many passages each word of the question occurs; empty unless the answer is a refusal."""
        return occurrences_in(self.notes)


@dataclass(slots=True)
class IngestReport:
    """What an ingest did, by path."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    passed_over: dict[str, int] = field(default_factory=dict)  # files in folders that are of no known kind, by suffix
