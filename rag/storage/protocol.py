"""What an archive's storage promises: a `Snapshot` to read from, and a `Storage` that makes snapshots and commits changes.

A question reads everything from one snapshot, so that a writer in between cannot mix two states of the archive. An engine
other than the local folder implements these two protocols and nothing else; `tests/test_rag_storage_contract.py` runs over
each implementation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from rag.types import Catalogue, Document, Filters, Passage, Scope, SearchExtent

if TYPE_CHECKING:
    from embeddings.types import Encoder, FloatVector
    from rag.storage.rows import StoredPassage
    from rag.storage.staged import StagedDocument


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
        """The model that made the vectors, loaded at first use. Raises ArchiveError if it cannot be loaded."""
        ...

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of everybody whose words can be quoted, sorted."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """The documents that have passages, by date; the same object as long as the state is the same."""
        ...

    def resolve(self, filters: Filters) -> Scope:
        """Filters as the user wrote them → exact names and ids. Raises InputError if one fits nothing."""
        ...

    def extent(self, scope: Scope) -> SearchExtent:
        """How many documents, speakers and passages a search within `scope` looks through."""
        ...

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine similarity) of the k passages nearest to a unit vector of shape (dim,), best first."""
        ...

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, BM25 score) of the k passages that fit best by their words, best first; fewer if fewer match."""
        ...

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows with their vectors, in this order; rows that are gone are left out.

        Raises ArchiveError for a damaged row.
        """
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

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@runtime_checkable
class Enriched(Protocol):
    """What a `Snapshot` can have besides: questions that a model wrote for passages. `load` gives their vectors, too."""

    def likely_asked(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine) of the k passages that questions near a unit vector were written for, best first."""
        ...


@runtime_checkable
class Repairable(Protocol):
    """What a `Storage` can do besides: go on without the rows that are damaged."""

    @property
    def encoder(self) -> Encoder:
        """The model that documents are encoded with. Raises ArchiveError."""
        ...

    def find(self, given: str) -> Document:
        """A document by its id."""
        ...

    def commit(self, staged: Sequence[StagedDocument], *, encoder: Encoder | None = None) -> None:
        """Write documents in place of what there is of them."""
        ...

    def set_aside_damaged(self) -> tuple[list[str], list[str]]:
        """Take damaged rows out: a sentence for each document gone, and the ids of those without all their passages."""
        ...

    def seal_again(self) -> None:
        """Say that everything is whole."""
        ...


class Storage(Protocol):
    """Where an archive's documents, passages and vectors are kept; reads go through snapshots, writes through `commit`."""

    @property
    def url(self) -> str:
        """What the user calls the archive."""
        ...

    @property
    def folder(self) -> Path:
        """Where files that belong to the archive go: corrections, calibrations, uploads."""
        ...

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        ...

    @property
    def encoder(self) -> Encoder:
        """The model that new documents are encoded with, loaded at first use. Raises ArchiveError."""
        ...

    @property
    def model(self) -> tuple[str, str]:
        """(name, fingerprint) of the model that made the stored vectors; empty before the first commit."""
        ...

    @property
    def rebuilds(self) -> bool:
        """Whether the next ingest must encode every document again."""
        ...

    @property
    def generation(self) -> int:
        """The number of the current state, 0 before the first commit."""
        ...

    def snapshot(self) -> Snapshot:
        """The current state, pinned until it is closed. Raises ArchiveError if there is none, or if it is damaged."""
        ...

    def heads(self) -> list[tuple[str, str, str | None]]:
        """(id, source, date) of every document, by date, without reading texts."""
        ...

    def documents(self) -> Iterator[Document]:
        """Every document, by date."""
        ...

    def find(self, given: str) -> Document:
        """A document by its id, the beginning of it, or its file name; needs no index. Raises InputError, ArchiveError."""
        ...

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of the document with this id, in order."""
        ...

    def encoded(self, document_id: str) -> list[StoredPassage]:
        """The passages of a document with their vectors, in order; none for an unknown id. Raises ArchiveError."""
        ...

    def id_at(self, path: str) -> str | None:
        """The id of the document that was read from a path."""
        ...

    def path_of(self, document_id: str) -> str | None:
        """Where the document with this id was read from; None for an unknown id."""
        ...

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        ...

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document id."""
        ...

    def prepare(self) -> bool:
        """Make sure that a commit can be written; whether that created the folder. Raises ArchiveError with what to type."""
        ...

    def discard_if_empty(self, *, folder: bool = True) -> None:
        """Undo `prepare` if nothing was committed; the folder itself goes if `folder` says that it was created."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other writers out, for longer than one commit. Raises ArchiveError if another one does not end."""
        ...

    def commit(
        self,
        staged: Sequence[StagedDocument],
        *,
        encoder: Encoder | None = None,
        removed: Sequence[str] = (),
        fresh: bool = False,
    ) -> None:
        """Write documents and remove others, all or nothing; the generation is raised.

        A staged document replaces what was read from its path, and the same text under another path. `encoder` is the model
        that the documents were staged with; with `fresh` it takes the place of the one before, and nothing of the old
        indexes is kept. Raises ModelMismatch if the stored vectors are another model's, ArchiveError if nothing can be
        written.
        """
        ...

    def verify(self, *, repair: bool = False) -> list[str]:
        """Every fault in the stored data, in sentences; with `repair`, derived data are made again."""
        ...

    def describe_index(self) -> dict[str, Any]:
        """Kind and measured recall of the vector index."""
        ...

    def close(self) -> None:
        """Give back file handles and connections."""
        ...
