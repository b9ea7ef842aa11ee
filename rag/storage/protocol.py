"""What an archive's storage promises: a `Snapshot` to read from, and a `Storage` that makes snapshots and commits changes.

A question reads everything from one snapshot, so that a writer in between cannot mix two states of the archive. An engine
other than the local folder implements these two protocols and nothing else; `tests/test_rag_storage_contract.py` runs over
each implementation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from rag.types import Document, Filters, Scope, SearchExtent

if TYPE_CHECKING:
    from embeddings.types import Encoder, FloatVector
    from rag.storage.sqlite import StoredPassage


class Snapshot(Protocol):
    """One state of an archive, read-only; rows are the archive's own numbers of passages.

    Everything is answered from the state that was current when the snapshot was taken. `close` ends the database
    transaction; what concerns words (`stems`, `frequency`, `word_weights`, `occurrences`) goes on working after it.
    """

    @property
    def generation(self) -> int:
        """The number of the state; every change raises it."""
        ...

    @property
    def encoder(self) -> Encoder:
        """The model that made the vectors, loaded at first use. Raises ArchiveError where it cannot be loaded."""
        ...

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of everybody whose words can be quoted, sorted."""
        ...

    def resolve(self, filters: Filters) -> Scope:
        """Filters as the user wrote them → exact names and ids. Raises InputError where one fits nothing."""
        ...

    def extent(self, scope: Scope) -> SearchExtent:
        """How many documents, speakers and passages a search within `scope` looks through."""
        ...

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine similarity) of the k passages nearest to a unit vector of shape (dim,), best first."""
        ...

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, BM25 score) of the k passages that fit best by their words, best first; fewer where fewer match."""
        ...

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows with their vectors, in this order. Raises ArchiveError for a damaged row."""
        ...

    def documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Documents by id, in one query. Raises InputError for an id that this state does not hold."""
        ...

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed."""
        ...

    def frequency(self, stem: str) -> int:
        """The number of passages that hold a word with this stem."""
        ...

    def word_weights(self, text: str) -> dict[str, float]:
        """Inverse document frequency of each content word's stem: log(1 + N / n), n = 1/2 for a stem that does not occur."""
        ...

    def occurrences(self, text: str) -> dict[str, int]:
        """The number of passages that hold each content word of a text, in any form."""
        ...

    def mentioned(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of the texts whose letters occur in any document's text, title, date or speakers' names, in one query."""
        ...

    def close(self) -> None:
        """End the database transaction; a second call does nothing."""
        ...
