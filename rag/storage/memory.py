"""Storage in memory: the plainest implementation of both protocols, for tests and as the reference of every other one.

Everything is found by looking at every passage. A state is never changed, so that a snapshot is a state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from math import log, log1p
from pathlib import Path
from threading import RLock
from typing import Any, Self

import numpy as np

from embeddings.types import Encoder, FloatMatrix, FloatVector
from rag.errors import ArchiveError, InputError, ModelMismatch
from rag.storage.catalogue import catalogue_of
from rag.storage.filters import find_document, resolve
from rag.storage.lexical import ASKED_WEIGHT
from rag.storage.mentions import mentioned_in, searched_parts
from rag.storage.rows import StoredPassage, passage_body
from rag.storage.staged import StagedDocument
from rag.text.lexicon import DEFAULT_LANGUAGE
from rag.text.terms import LANGUAGES, content_words, known_language, readings_of, terms_of
from rag.types import Catalogue, Document, Filters, Passage, Scope, SearchExtent

_K1, _B = 1.2, 0.75  # of BM25, the values of Tantivy


@dataclass(frozen=True)
class _Entry:
    """A passage with the terms that it is found by."""

    stored: StoredPassage
    body: Counter[str]
    asked: Counter[str]

    @property
    def passage(self) -> Passage:
        return self.stored.passage


@dataclass(frozen=True)
class MemorySnapshot:
    """One state, and the `Snapshot` of it: each answer comes from all its passages, one after another."""

    archive: str  # its name in errors
    generation: int = 0
    model: Encoder | None = None
    heads: tuple[tuple[str, str, str | None], ...] = ()
    by_id: Mapping[str, Document] = field(default_factory=dict)
    entries: tuple[_Entry, ...] = ()  # by row

    @property
    def encoder(self) -> Encoder:
        """The model that made the vectors."""
        if self.model is None:
            raise ArchiveError(f"nothing was committed to {self.archive}")
        return self.model

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """The names of everybody whose words can be quoted, sorted."""
        return tuple(sorted({entry.passage.speaker for entry in self.entries} - {""}))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The documents that have passages, by date."""
        titles = {key: document.title for key, document in self.by_id.items()}
        return catalogue_of(
            self.heads, titles, [(each.passage.document_id, each.passage.speaker) for each in self.entries]
        )

    def resolve(self, filters: Filters) -> Scope:
        """Filters as the user wrote them → exact names and ids. Raises InputError if one fits nothing."""
        return resolve(filters, speakers=self.speakers, heads=lambda: self.heads, archive=self.archive)

    def extent(self, scope: Scope) -> SearchExtent:
        """How many documents, speakers and passages a search within `scope` looks through."""
        passages = [entry.passage for entry in self._within(scope)]
        dates = [passage.date for passage in passages if passage.date]
        return SearchExtent(
            documents=len({passage.document_id for passage in passages}),
            speakers=len({passage.speaker for passage in passages} - {""}),
            passages=len(passages),
            first=min(dates, default=None),
            last=max(dates, default=None),
        )

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine similarity) of the k passages nearest to a unit vector of shape (dim,), best first."""
        return _best(k, [(entry.stored.row, float(entry.stored.vector @ vector)) for entry in self._within(scope)])

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, BM25 score) of the k passages that fit best by their words, best first.

        The score of a passage is that of its text, and half that of the question it answers. Statistics are those of all
        passages, whatever the scope: https://en.wikipedia.org/wiki/Okapi_BM25
        """
        words = content_words(text, self._languages)
        terms = [term for word in words for reading in readings_of(word, self._languages) for term in reading]
        in_body, in_asked = self._bm25(lambda entry: entry.body), self._bm25(lambda entry: entry.asked)
        scores = [
            (entry.stored.row, sum(in_body(entry, term) + ASKED_WEIGHT * in_asked(entry, term) for term in terms))
            for entry in self._within(scope)
        ]
        return _best(k, [(row, score) for row, score in scores if score > 0])

    def _bm25(self, terms_in: Callable[[_Entry], Counter[str]]) -> Callable[[_Entry, str], float]:
        total = len(self.entries)
        average = sum(terms_in(entry).total() for entry in self.entries) / max(total, 1)
        holding = Counter(term for entry in self.entries for term in terms_in(entry))

        def score(entry: _Entry, term: str) -> float:
            if not (times := terms_in(entry)[term]):
                return 0.0
            rarity = log(1 + (total - holding[term] + 0.5) / (holding[term] + 0.5))
            length = 1 - _B + _B * terms_in(entry).total() / average
            return rarity * times * (_K1 + 1) / (times + _K1 * length)

        return score

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows with their vectors, in this order; rows that are gone are left out."""
        by_row = {entry.stored.row: entry.stored for entry in self.entries}
        return [by_row[int(row)] for row in rows if int(row) in by_row]

    def documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Documents by id. Raises InputError for an id that this state does not hold."""
        for document_id in ids:
            if document_id not in self.by_id:
                raise InputError(f"there is no document {document_id!r} in {self.archive}")
        return {document_id: self.by_id[document_id] for document_id in ids}

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        held = {known_language(entry.passage.language) for entry in self.entries}
        return tuple(code for code in LANGUAGES if code in held) or (DEFAULT_LANGUAGE,)

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed; of several languages' stems those that occur."""
        if self._languages == (DEFAULT_LANGUAGE,):
            return terms_of(text)
        stems: list[str] = []
        for reading in readings_of(text, self._languages):
            stems += [stem for stem in reading if len(reading) == 1 or self.frequency(stem)] or reading[:1]
        return stems

    def frequency(self, stem: str) -> int:
        """The number of passages that hold a word with this stem."""
        return sum(stem in entry.body for entry in self.entries)

    def word_weights(self, text: str) -> dict[str, float]:
        """Inverse document frequency of each content word's stem: log(1 + N / n), n = 1/2 for a stem that does not occur."""
        stems = [stem for word in content_words(text, self._languages) for stem in self.stems(word)]
        return {stem: log1p(len(self.entries) / max(self.frequency(stem), 0.5)) for stem in stems}

    def occurrences(self, text: str) -> dict[str, int]:
        """The number of passages that hold each content word of a text, in any form."""
        words = content_words(text, LANGUAGES)
        return {word: max((self.frequency(stem) for stem in self.stems(word)), default=0) for word in words}

    def mentioned(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of the texts whose folded letters occur in any document's text, title, date or speakers' names."""
        documents = self.by_id.values()
        return mentioned_in((part for document in documents for part in searched_parts(document)), texts)

    def _within(self, scope: Scope) -> Iterator[_Entry]:
        for entry in self.entries:
            passage = entry.passage
            allowed = (scope.speakers, scope.documents, scope.roles)
            values = (passage.speaker, passage.document_id, passage.role)
            if not all(names is None or value in names for names, value in zip(allowed, values, strict=True)):
                continue
            day = passage.date or ""  # without a date it is in no range of dates
            if (scope.after and day < scope.after) or (scope.before and not "" < day <= scope.before):
                continue
            yield entry

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MemoryStorage:
    """The `Storage` of one process, gone with it; corrections and calibrations are files in `folder` all the same.

    >>> from rag.testing import FakeEncoder
    >>> storage = MemoryStorage(Path("nowhere"), encoder=FakeEncoder())
    >>> storage.exists, storage.generation, storage.counts()
    (False, 0, (0, 0))
    """

    rebuilds = False

    def __init__(self, folder: Path, *, encoder: Encoder) -> None:
        self.url = str(folder)
        self.folder = folder
        self.encoder = encoder
        self._state = MemorySnapshot(self.url)
        self._rows, self._lock = count(1), RLock()  # a row is never used again

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return self.generation > 0

    @property
    def generation(self) -> int:
        """The number of the current state, 0 before the first commit."""
        return self._state.generation

    @property
    def model(self) -> tuple[str, str]:
        """(name, fingerprint) of the model that made the stored vectors; empty before the first commit."""
        model = self._state.model
        return (model.name, model.fingerprint) if model else ("", "")

    def snapshot(self) -> MemorySnapshot:
        """The current state. Raises ArchiveError if there is none."""
        if not self.exists:
            raise ArchiveError(f"there is no archive in {self.url}; run: onrecord ingest FOLDER --archive {self.url}")
        return self._state

    def heads(self) -> list[tuple[str, str, str | None]]:
        """(id, source, date) of every document, by date."""
        return list(self._state.heads)

    def documents(self) -> Iterator[Document]:
        """Every document, by date."""
        state = self._state
        return (state.by_id[document_id] for document_id, _, _ in state.heads)

    def find(self, given: str) -> Document:
        """A document by its id, the beginning of it, or its file name."""
        state = self.snapshot()
        return state.by_id[find_document(given, state.heads, self.url)]

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of the document with this id, in order."""
        return [stored.passage for stored in self.encoded(document_id)]

    def encoded(self, document_id: str) -> list[StoredPassage]:
        """The passages of a document with their vectors, in order; none for an unknown id."""
        return [entry.stored for entry in self._state.entries if entry.passage.document_id == document_id]

    def id_at(self, path: str) -> str | None:
        """The id of the document that was read from a path."""
        return next((document.id for document in self._state.by_id.values() if document.path == path), None)

    def path_of(self, document_id: str) -> str | None:
        """Where the document with this id was read from; None for an unknown id."""
        return found.path if (found := self._state.by_id.get(document_id)) else None

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        return len(self._state.by_id), len(self._state.entries)

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document id."""
        return dict(Counter(entry.passage.document_id for entry in self._state.entries))

    def prepare(self) -> bool:
        """Create the folder if it is missing."""
        created = not self.folder.is_dir()
        self.folder.mkdir(parents=True, exist_ok=True)
        return created

    def discard_if_empty(self, *, folder: bool = True) -> None:
        """Remove the folder if nothing was committed and nothing lies in it."""
        if folder and not self.exists:
            with suppress(OSError):
                self.folder.rmdir()

    def lock(self) -> AbstractContextManager[Any]:
        """Keep other writers out, for longer than one commit."""
        return self._lock

    def commit(
        self,
        staged: Sequence[StagedDocument],
        *,
        encoder: Encoder | None = None,
        removed: Sequence[str] = (),
        fresh: bool = False,
    ) -> None:
        """Write documents and remove others, all or nothing; the generation is raised."""
        with self._lock:
            model = self._state.model
            if model and encoder and model.fingerprint != encoder.fingerprint and not fresh:
                raise ModelMismatch(f"{self.url} was built with other weights of {model.name!r}")
            replaced = (gone for item in staged for gone in (self.id_at(item.document.path), item.document.id))
            gone_ids = {*removed, *replaced}
            by_id = {key: document for key, document in self._state.by_id.items() if key not in gone_ids}
            by_id |= {item.document.id: item.document for item in staged}
            entries = [entry for entry in self._state.entries if entry.passage.document_id not in gone_ids]
            for item in staged:
                entries += _entries_of(item, self._rows)
            heads = sorted(
                ((document.id, document.source, document.date) for document in by_id.values()),
                key=lambda head: (head[2] or "", head[1], head[0]),
            )
            self._state = MemorySnapshot(
                self.url, self.generation + 1, encoder or model, tuple(heads), by_id, tuple(entries)
            )

    def verify(self, *, repair: bool = False) -> list[str]:
        """No fault: there is nothing on disk."""
        return []

    def describe_index(self) -> dict[str, Any]:
        """Kind and measured recall of the vector index."""
        return {"kind": "flat", "recall@10": 1.0}

    def close(self) -> None:
        """Nothing is held open."""


def _entries_of(item: StagedDocument, rows: Iterator[int]) -> Iterator[_Entry]:
    for passage, vector, asked, spans, sentences in zip(
        item.passages, item.vectors, item.asked_vectors, item.spans, item.sentence_vectors, strict=True
    ):
        stored = StoredPassage(
            next(rows), passage.speaker, passage_body(passage), vector, _halved(asked), tuple(spans), _halved(sentences)
        )
        language = known_language(passage.language)
        yield _Entry(stored, Counter(terms_of(passage.text, language)), Counter(terms_of(passage.asked, language)))


def _halved(vectors: FloatMatrix) -> FloatMatrix:
    """Vectors that only rank sentences are kept in half precision."""
    return vectors.astype(np.float16).astype(np.float32)


def _best(k: int, scored: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]
