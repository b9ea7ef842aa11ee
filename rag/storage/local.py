"""Storage in one folder: SQLite (the source of truth), Tantivy (words) and FAISS (vectors).

`folder.py` says what lies in it, `commit.py` how a change is written, `snapshot.py` how one state is read.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, TypeVar

from embeddings.encoders import load_encoder
from embeddings.indexes import DEFAULT_INDEX, load_index_type
from embeddings.models import DEFAULT_MODEL, canonical_name
from embeddings.precision import AUTO, FLOAT32, precision_for
from embeddings.registry import UnknownName
from embeddings.types import EmbeddingError, Encoder
from rag.errors import ArchiveError
from rag.storage.commit import check_name, check_weights, write_commit
from rag.storage.enriched import EnrichedCache, EnrichedIndex, EnrichedQuestions
from rag.storage.filters import find_document
from rag.storage.folder import DATABASE, index_folder, make_writable, remove_if_empty, write_lock
from rag.storage.generations import VECTORS, WORDS, describe_index, find_fault, write_index
from rag.storage.lexical import LexicalIndex
from rag.storage.rows import StoredPassage
from rag.storage.setting_aside import seal_again, set_aside_damaged
from rag.storage.snapshot import Indexes, LocalSnapshot
from rag.storage.sqlite import Store
from rag.storage.staged import StagedDocument
from rag.types import Document, Passage, Scope

IDLE_CONNECTIONS = 8
Value = TypeVar("Value")

log = logging.getLogger(__name__)


class LocalStorage:
    """The `Storage` in a folder; nothing is created before `prepare`.

    `encoder` is the model of a new archive, by name or as an object; an existing one is opened with the model that it was
    built with. With `rebuild` another model may be given, and the next ingest encodes everything again. Raises ArchiveError
    or ModelMismatch with what to type.
    """

    def __init__(
        self,
        folder: Path,
        *,
        encoder: str | Encoder | None = None,
        index: str = DEFAULT_INDEX,
        create: bool = True,
        rebuild: bool = False,
        precision: str = AUTO,
    ) -> None:
        load_index_type(index)  # an unknown name is an error now, and not after an hour of encoding
        self._precision = precision_for(precision)
        self._index = index
        self.url = str(folder)
        self.folder = folder
        self._given = None if encoder is None or isinstance(encoder, str) else encoder
        self._wanted = canonical_name(encoder) if isinstance(encoder, str) else encoder.name if encoder else None
        self._encoders: dict[str, Encoder] = {} if self._given is None else {self._given.name: self._given}
        self._idle: list[Store] = []  # connections for readers, each used by one snapshot at a time
        self._indexes: Indexes | None = None
        self._enriched = EnrichedCache(EnrichedQuestions(folder))
        self._guard = threading.RLock()
        if folder.exists() and not folder.is_dir():
            raise ArchiveError(f"{folder} is a file, not an archive; give another folder with --archive")
        if not self.exists and not create:
            raise ArchiveError(f"there is no archive in {folder}; run: onrecord ingest FOLDER --archive {folder}")
        self._rebuild = rebuild and self.exists  # until a commit has rebuilt it
        if self.exists and not rebuild:
            check_name(folder, self._meta("encoder"), self._meta("dim"), self._wanted)
            if self._given:
                check_weights(folder, *self.model, self._given)

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return (self.folder / DATABASE).is_file()

    @property
    def generation(self) -> int:
        """The number of the current state, 0 before the first commit."""
        return self._read(lambda store: store.generation) if self.exists else 0

    @property
    def model(self) -> tuple[str, str]:
        """(name, fingerprint) of the model that made the stored vectors; empty before the first commit."""
        return self._meta("encoder"), self._meta("fingerprint")

    @property
    def rebuilds(self) -> bool:
        """Whether the next ingest must encode every document again."""
        return self._rebuild

    # -- the model ---------------------------------------------------------------------------------------------------

    @property
    def encoder(self) -> Encoder:
        """The model that new documents are encoded with, loaded at first use."""
        name, fingerprint = ("", "") if self.rebuilds else self.model
        return self._load_encoder(name or self._wanted or DEFAULT_MODEL, fingerprint or None)

    def _load_encoder(self, name: str, fingerprint: str | None) -> Encoder:
        with self._guard:
            if name not in self._encoders:
                try:
                    self._encoders[name] = load_encoder(name, fingerprint=fingerprint, precision=self._precision)
                except EmbeddingError as error:
                    raise ArchiveError(str(error)) from error
            return self._encoders[name]

    # -- reading -----------------------------------------------------------------------------------------------------

    def snapshot(self) -> LocalSnapshot:
        """The current state, pinned until it is closed."""
        store = self._take_store()
        try:
            store.begin_reading()
            indexes = self._current_indexes(store)
            enriched = self._enriched_index(store, indexes)
        except BaseException:
            self._give_back(store)
            raise
        return LocalSnapshot(
            store,
            indexes,
            archive=self.url,
            load_encoder=lambda: self._built_encoder(indexes),
            give_back=self._give_back,
            enriched=enriched,
        )

    def _built_encoder(self, indexes: Indexes) -> Encoder:
        encoder = self._load_encoder(indexes.encoder, indexes.fingerprint or None)
        if encoder is self._given:
            check_weights(self.folder, indexes.encoder, indexes.fingerprint, encoder)
        return encoder

    def _current_indexes(self, store: Store) -> Indexes:
        """The indexes of the state that a store is pinned to, opened again after another process has written."""
        with self._guard:
            generation = store.generation
            if self._indexes is None or self._indexes.generation != generation:
                self._indexes = self._open_indexes(store, generation)
            return self._indexes

    def _enriched_index(self, store: Store, indexes: Indexes) -> EnrichedIndex | None:
        with self._guard:
            return self._enriched.index(
                lambda: ((stored.row, stored.passage.text) for stored in store.all_passages()),
                generation=indexes.generation,
                encoder=indexes.fingerprint,
                dim=int(store.meta("dim", "0")),
            )

    def _open_indexes(self, store: Store, generation: int) -> Indexes:
        try:
            return self._read_indexes(store, generation)
        except OSError:  # two commits have deleted this generation since it was looked at
            store.begin_reading()
            return self._read_indexes(store, store.generation)

    def _read_indexes(self, store: Store, generation: int) -> Indexes:
        if find_fault(index_folder(self.folder, generation)):
            # Damaged, or deleted by a writer who is two generations on: the holder of the lock can tell which.
            with write_lock(self.folder):
                store.begin_reading()
                generation = store.generation
                if fault := find_fault(index_folder(self.folder, generation)):
                    log.warning("%s; it is made again from %s", fault, DATABASE)
                    write_index(store, self.folder, generation, base=None)
        folder = index_folder(self.folder, generation)
        try:
            vectors = load_index_type(store.index_name).from_bytes((folder / VECTORS).read_bytes())
        except EmbeddingError as error:
            raise ArchiveError(f"{folder}: {error}; run: onrecord verify --repair --archive {self.folder}") from error
        speakers = tuple(name for name in store.speakers() if name)
        return Indexes(
            generation,
            LexicalIndex(folder / WORDS),
            vectors,
            speakers,
            store.catalogue(),
            store.extent(Scope()),
            store.meta("encoder"),
            store.meta("fingerprint"),
        )

    def _take_store(self) -> Store:
        try:
            return self._idle.pop()
        except IndexError:
            return Store(self.folder / DATABASE, create=False)

    def _give_back(self, store: Store) -> None:
        try:
            store.end_reading()
        except ArchiveError:  # a connection that cannot end its transaction is of no more use
            store.close()
            return
        if len(self._idle) < IDLE_CONNECTIONS:
            self._idle.append(store)
        else:
            store.close()

    def _read(self, question: Callable[[Store], Value]) -> Value:
        store = self._take_store()
        try:
            return question(store)
        finally:
            self._give_back(store)

    def _meta(self, key: str) -> str:
        return self._read(lambda store: store.meta(key)) if self.exists else ""

    def heads(self) -> list[tuple[str, str, str | None]]:
        """(id, source, date) of every document, by date."""
        return self._read(Store.document_heads) if self.exists else []

    def documents(self) -> Iterator[Document]:
        """Every document, by date."""
        if self.exists:
            store = self._take_store()
            try:
                yield from store.documents()
            finally:
                self._give_back(store)

    def find(self, given: str) -> Document:
        """A document by its id, the beginning of it, or its file name; the indexes are not opened."""

        def find_in(store: Store) -> Document:
            store.begin_reading()
            found = find_document(given, store.document_heads(), self.url)
            return store.documents_with([found])[0]

        return self._read(find_in)

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of the document with this id, in order."""
        return self._read(lambda store: [stored.passage for stored in store.passages_of(document_id)])

    def encoded(self, document_id: str) -> list[StoredPassage]:
        """The passages of a document with their vectors, in order; none for an unknown id."""
        return self._read(lambda store: store.passages_of(document_id)) if self.exists else []

    def id_at(self, path: str) -> str | None:
        """The id of the document that was read from a path."""
        return self._read(lambda store: store.id_at(path)) if self.exists else None

    def path_of(self, document_id: str) -> str | None:
        """Where the document with this id was read from."""
        return self._read(lambda store: store.path_of(document_id)) if self.exists else None

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        return self._read(Store.counts) if self.exists else (0, 0)

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document id."""
        return self._read(Store.answer_counts) if self.exists else {}

    # -- writing -----------------------------------------------------------------------------------------------------

    def prepare(self) -> bool:
        """Create the folder if it is missing; whether it was. Raises ArchiveError if nothing can be written there."""
        return make_writable(self.folder)

    def discard_if_empty(self, *, folder: bool = True) -> None:
        """Remove what `prepare` made if nothing was committed and nobody is about to."""
        with suppress(ArchiveError), write_lock(self.folder, timeout_s=0):
            if not self.exists:
                remove_if_empty(self.folder, itself=folder)
        if folder:
            with suppress(OSError):  # Windows deletes no open file: the lock's is gone only now
                self.folder.rmdir()

    def lock(self) -> AbstractContextManager[None]:
        """Keep other writers out, for longer than one commit."""
        return write_lock(self.folder)

    def commit(
        self,
        staged: Sequence[StagedDocument],
        *,
        encoder: Encoder | None = None,
        removed: Sequence[str] = (),
        fresh: bool = False,
    ) -> None:
        """Write documents and the next generation of the indexes, both or neither."""
        self.prepare()
        write_commit(self.folder, staged, encoder=encoder, index=self._index, removed=removed, fresh=fresh)
        if fresh:
            self._rebuild = False

    def verify(self, *, repair: bool = False) -> list[str]:
        """Every fault in the archive's files, in sentences; with `repair`, derived files are made again.

        Raises ArchiveError if the database itself is damaged: the transcripts must be ingested again.
        """
        return self._read(lambda store: self._verify(store, repair=repair))

    def _verify(self, store: Store, *, repair: bool) -> list[str]:
        faults = store.integrity()
        derived = find_fault(index_folder(self.folder, store.generation))
        if repair and faults:
            raise ArchiveError(f"{self.folder / DATABASE} is still damaged ({faults[0]}); move {self.folder} away")
        if repair and derived:
            self._indexes = None
            with write_lock(self.folder):
                write_index(store, self.folder, store.generation, base=None)
        return [*faults, *([derived] if derived else [])]

    def set_aside_damaged(self) -> tuple[list[str], list[str]]:
        """Take damaged rows out: a sentence for each document gone, and the ids of those without all their passages."""
        if not all(self.model):
            raise ArchiveError(
                f"{self.folder} does not say its model any more; move it away and ingest the transcripts again"
            )
        found = set_aside_damaged(self.folder)
        return found.sentences, found.incomplete

    def seal_again(self) -> None:
        """Say that everything is whole."""
        try:
            load_index_type(index := self._read(lambda store: store.index_name))
        except UnknownName:  # its name was damaged
            index = self._index
        seal_again(self.folder, dim=self.encoder.dim, index=index)

    def describe_index(self) -> dict[str, Any]:
        """Kind and measured recall of the vector index, and the coarsest precision of its vectors."""
        index = describe_index(index_folder(self.folder, self.generation))
        return {**index, "precision": self._meta("precision") or FLOAT32}

    def close(self) -> None:
        """Give back the file handles."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()
            self._indexes = None
