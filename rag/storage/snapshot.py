"""One state of a local archive, pinned for one question: a read transaction of SQLite, and the indexes of its generation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p
from typing import Self

from embeddings.types import Encoder, FloatVector, RowIds, StoredIndex
from rag.errors import InputError
from rag.storage.enriched import EnrichedIndex
from rag.storage.filters import resolve
from rag.storage.lexical import LexicalIndex
from rag.storage.rows import StoredPassage
from rag.storage.sqlite import Store
from rag.text.terms import LANGUAGES, content_words
from rag.types import Catalogue, Document, Filters, Scope, SearchExtent


@dataclass(frozen=True, slots=True)
class Indexes:
    """The derived indexes of one generation, in memory, with what every question asks of them."""

    generation: int
    words: LexicalIndex
    vectors: StoredIndex
    speakers: tuple[str, ...]
    catalogue: Catalogue
    extent: SearchExtent  # of the whole archive
    encoder: str  # name of the model that made the vectors
    fingerprint: str


class LocalSnapshot:
    """The `Snapshot` of an archive in a folder; `give_back` takes its connection when it is closed."""

    def __init__(
        self,
        store: Store,
        indexes: Indexes,
        *,
        archive: str,
        load_encoder: Callable[[], Encoder],
        give_back: Callable[[Store], None],
        enriched: EnrichedIndex | None = None,
    ) -> None:
        self.generation = indexes.generation
        self.speakers = indexes.speakers
        self.catalogue = indexes.catalogue
        self._pinned: Store | None = store
        self._indexes = indexes
        self._archive = archive
        self._load_encoder = load_encoder
        self._give_back = give_back
        self._enriched = enriched
        self._rows: dict[Scope, RowIds] = {}  # a question searches a scope once for each of its variants

    @property
    def _store(self) -> Store:
        if self._pinned is None:  # its connection may serve another question by now
            raise RuntimeError("this snapshot is closed; only its words can still be asked for")
        return self._pinned

    @property
    def encoder(self) -> Encoder:
        """The model that made the vectors, loaded at first use."""
        return self._load_encoder()

    def resolve(self, filters: Filters) -> Scope:
        """Filters as the user wrote them → exact names and ids. Raises InputError if one fits nothing."""
        return resolve(filters, speakers=self.speakers, heads=self._store.document_heads, archive=self._archive)

    def extent(self, scope: Scope) -> SearchExtent:
        """How many documents, speakers and passages a search within `scope` looks through."""
        return self._indexes.extent if scope.is_everything else self._store.extent(scope)

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine similarity) of the k passages nearest to a unit vector of shape (dim,)."""
        allowed = None if scope.is_everything else self._rows_in(scope)
        rows, scores = self._indexes.vectors.search(vector, k=k, allowed=allowed)
        return list(zip(rows.tolist(), scores.tolist(), strict=True))

    def likely_asked(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine) of the k passages that questions near a unit vector were written for."""
        if self._enriched is None:
            return []
        return self._enriched.nearest(vector, k=k, allowed=None if scope.is_everything else self._rows_in(scope))

    def _rows_in(self, scope: Scope) -> RowIds:
        if scope not in self._rows:
            self._rows[scope] = self._store.rows_in(scope)
        return self._rows[scope]

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, BM25 score) of the k passages that fit best by their words."""
        return self._indexes.words.search(text, k=k, scope=scope)

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows with their vectors, in this order."""
        found = self._store.passages(rows)
        if self._enriched is None:
            return found
        return [replace(stored, enriched_vectors=self._enriched.of(stored.row)) for stored in found]

    def documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Documents by id, in one query. Raises InputError for an unknown id."""
        found = {document.id: document for document in self._store.documents_with(ids)}
        if missing := [document_id for document_id in ids if document_id not in found]:
            raise InputError(f"there is no document {missing[0]!r} in {self._archive}")
        return found

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed."""
        return self._indexes.words.analyze(text)

    def frequency(self, stem: str) -> int:
        """The number of passages that hold a word with this stem."""
        return self._indexes.words.frequency(stem)

    def word_weights(self, text: str) -> dict[str, float]:
        """Inverse document frequency of each content word's stem: log(1 + N / n), n = 1/2 for one that does not occur."""
        words = self._indexes.words
        total = len(words)
        return {
            stem: log1p(total / max(words.frequency(stem), 0.5))
            for word in words.content_words(text)
            for stem in words.analyze(word)
        }

    def occurrences(self, text: str) -> dict[str, int]:
        """The number of passages that hold each content word of a text, in any form."""
        words = self._indexes.words
        return {
            word: max((words.frequency(stem) for stem in words.analyze(word)), default=0)
            for word in content_words(text, LANGUAGES)
        }

    def mentioned(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of the texts whose letters occur in any document's text, title, date or speakers' names."""
        return self._store.mentioned(texts)

    def close(self) -> None:
        """End the transaction and give the connection back."""
        if self._pinned is not None:
            store, self._pinned = self._pinned, None
            self._give_back(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
