"""The archive as users hold it: documents and their passages, to be ingested, searched, read and removed.

    archive = open_archive("archive")
    archive.ingest(["interviews/"])
    archive.search("Who pays for the bridge?", k=3)

What it reads and writes goes through a `Storage` (see `rag/storage/protocol.py`), so that another engine is one file there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ArchiveError, InputError
from rag.types import Document, Filters, IngestReport, Passage, Role, ScoredPassage

if TYPE_CHECKING:
    from embeddings.types import Encoder
    from rag.evidence.calibration import Calibration
    from rag.ingest import Progress
    from rag.storage.protocol import Snapshot, Storage
    from rag.transcript.corrections import Correction, Corrections

Name = TypeVar("Name", bound=str)


class Archive:
    """Documents and their passages in one storage, searchable by meaning and by words."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def url(self) -> str:
        """What the user calls it."""
        return self._storage.url

    @property
    def folder(self) -> Path:
        """Where files that belong to the archive go: uploads, comments, calibrations."""
        return self._storage.folder

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return self._storage.exists

    @property
    def encoder(self) -> Encoder:
        """The model of new documents, loaded at first use. Raises ArchiveError if it cannot be loaded."""
        return self._storage.encoder

    @property
    def generation(self) -> int:
        """Raised by every change; 0 before the first one."""
        return self._storage.generation

    def snapshot(self) -> Snapshot:
        """One state to read from, pinned until it is closed; a context manager. Raises ArchiveError if there is none."""
        return self._storage.snapshot()

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        workers: int | None = None,
        progress: Progress | None = None,
        corrections: Corrections | None = None,
        meta: Correction | None = None,
    ) -> IngestReport:
        """Read files and folders into the archive; what is there already is left alone.

        `corrections` are laid over those that the archive keeps, and `meta` over those of each file; both are kept. A file
        that cannot be read is reported with its reason and stops no other. Raises ArchiveError if the archive cannot be
        written.
        """
        from rag.ingest import ingest

        return ingest(self._storage, paths, workers=workers, progress=progress, corrections=corrections, meta=meta)

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        speaker: str | Sequence[str] | None = None,
        document: str | Sequence[str] | None = None,
        after: str | None = None,
        before: str | None = None,
        role: Role | Sequence[Role] | None = None,
        filters: Filters | None = None,
    ) -> list[ScoredPassage]:
        """The k best passages for a query, best first; a keyword replaces that part of `filters`.

        Raises InputError for a `k` below 1 or a filter that fits nothing.
        """
        from rag.query.build import build_query
        from rag.query.narrowed import narrowed, within_filters
        from rag.retrieval.fusion import DEPTH, retrieve
        from rag.retrieval.known_words import known_words

        if k < 1:
            raise InputError(f"k is {k}; ask for at least 1 passage")
        filters = filters or Filters()
        filters = Filters(
            _as_tuple(speaker) or filters.speaker,
            _as_tuple(document) or filters.document,
            after or filters.after,
            before or filters.before,
            _as_tuple(role) or filters.role,
        )
        with self.snapshot() as snapshot:
            scope = snapshot.resolve(filters)
            asked = build_query(query, catalogue=snapshot.catalogue, is_word=known_words(snapshot))
            asked = replace(asked, understood=within_filters(asked.understood, filters))
            inside = narrowed(scope, asked.understood, snapshot.catalogue)
            candidates = retrieve(snapshot, asked, scope=scope, inside=inside, depth=max(DEPTH, k))
        return [ScoredPassage(candidate.stored.passage, candidate.score) for candidate in candidates[:k]]

    def documents(self) -> Iterator[Document]:
        """Every document, by date."""
        return self._storage.documents()

    def document(self, document_id: str) -> Document:
        """A document by its id, the beginning of it, or its file name. Raises InputError."""
        return self._storage.find(document_id)

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order. Raises InputError for an unknown one."""
        return self._storage.passages(self.document(document_id).id)

    def remove(self, document_id: str) -> Document:
        """Take a document out; the one removed. Raises InputError for an unknown one."""
        document = self.document(document_id)
        self._storage.commit([], removed=[document.id])
        return document

    def correction(self, document_id: str) -> Correction:
        """What was corrected in this document alone. Raises InputError for an unknown one."""
        from rag.correcting import own_correction

        return own_correction(self._storage, self.document(document_id))

    def correct(self, document_id: str, correction: Correction) -> Document:
        """Put a correction in the place of the document's own; the document as it is then. An empty one undoes it.

        It is kept, and holds when the file is read again. Raises InputError for names that the document does not have.
        """
        from rag.correcting import correct_document

        return correct_document(self._storage, self.document(document_id), correction)

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        return self._storage.counts()

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document id."""
        return self._storage.answer_counts()

    def verify(self, *, repair: bool = False) -> list[str]:
        """Every fault in what is stored, in sentences; with `repair`, what is derived is made again.

        A damaged document is set aside, and a sentence names it. Raises ArchiveError for what cannot be repaired.
        """
        from rag.repairing import repair as mend
        from rag.storage.protocol import Repairable

        faults = self._storage.verify()
        if repair and faults:
            try:
                self._storage.verify(repair=True)
            except ArchiveError:
                if not isinstance(self._storage, Repairable):
                    raise
                faults += mend(self._storage)
                self._storage.verify(repair=True)
        return faults

    def describe_index(self) -> dict[str, Any]:
        """Kind and measured recall of the vector index, and the coarsest precision of its vectors."""
        return self._storage.describe_index()

    def calibration(self, *, reader: str = "") -> Calibration | None:
        """What was fitted for this archive's model, with the reranker of that fingerprint or without one.

        None if nothing was. Raises ArchiveError for a damaged file.
        """
        from rag.evidence.calibration import CALIBRATION_FILE, fingerprint_with, load_calibration

        if not self.exists:
            return None
        _, fingerprint = self._storage.model
        models = fingerprint_with(fingerprint, reader)
        return load_calibration(self.folder / CALIBRATION_FILE, fingerprint=models)

    def set_calibration(self, calibration: Calibration, *, reader: str = "") -> None:
        """Keep a calibration for this archive's model; it holds for assistants made from now on."""
        from rag.evidence.calibration import CALIBRATION_FILE, fingerprint_with, save_calibration

        name, fingerprint = self._storage.model
        with self._storage.lock():
            save_calibration(
                self.folder / CALIBRATION_FILE,
                calibration,
                encoder=name,
                fingerprint=fingerprint_with(fingerprint, reader),
            )

    def speakers(self) -> tuple[str, ...]:
        """The names of everybody whose words can be quoted, sorted. Raises ArchiveError if nothing was ever written."""
        with self.snapshot() as snapshot:
            return snapshot.speakers

    def close(self) -> None:
        """Give back file handles and connections."""
        self._storage.close()


def open_archive(
    url: str | Path = "archive",
    *,
    encoder: str | Encoder | None = None,
    index: str = "faiss",
    create: bool = True,
    rebuild: bool = False,
    precision: str = "auto",
) -> Archive:
    """The archive at `url`, a folder, as a path or as file:///path; made at the first ingest if there is none.

    `encoder` is the model of a new archive, by name or as an object. For an existing one it must be the one it was built
    with, unless `rebuild` allows the next ingest to encode everything again. `index` names the vector index of a new archive:
    faiss, exact, or one that an installed package provides. `precision` is what new passages are encoded in: float32,
    bfloat16, or auto, the faster of the two that this machine has. Raises ArchiveError or ModelMismatch with what to type.
    """
    from rag.storage.folder import folder_of
    from rag.storage.local import LocalStorage

    folder = folder_of(str(url))
    return Archive(
        LocalStorage(folder, encoder=encoder, index=index, create=create, rebuild=rebuild, precision=precision)
    )


def _as_tuple(value: Name | Sequence[Name] | None) -> tuple[Name, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
