"""What an archive is, whatever keeps it, and how a URL becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.types import Document, Filters, IngestReport, Passage, Role, Scope, ScoredPassage, SearchExtent

if TYPE_CHECKING:
    from embeddings.types import Encoder, FloatVector
    from rag.evidence.calibration import Calibration
    from rag.storage.sqlite import StoredPassage
    from rag.transcript.corrections import Correction, Corrections

Progress = Callable[[int, int, str], None]  # done, of how many, what


class Archive(Protocol):
    """Documents and their passages, searchable by meaning and by words.

    The three primitives `nearest`, `matching` and `load` are what retrieval is made of; whoever implements them gets
    fusion, reading and citations for nothing.
    """

    url: str

    @property
    def encoder(self) -> Encoder: ...

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        workers: int | None = None,
        progress: Progress | None = None,
        corrections: Corrections | None = None,
        meta: Correction | None = None,
    ) -> IngestReport: ...

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters | None = None,
        speaker: str | Sequence[str] | None = None,
        document: str | Sequence[str] | None = None,
        after: str | None = None,
        before: str | None = None,
        role: Role | Sequence[Role] | None = None,
    ) -> list[ScoredPassage]: ...

    def documents(self) -> Iterable[Document]: ...

    def document(self, document_id: str) -> Document: ...

    def passages(self, document_id: str) -> list[Passage]: ...

    def remove(self, document_id: str) -> Document: ...

    def verify(self, *, repair: bool = False) -> list[str]: ...

    def describe_index(self) -> dict[str, Any]: ...

    @property
    def exists(self) -> bool: ...

    def resolve(self, filters: Filters) -> Scope: ...

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]: ...

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]: ...

    def load(self, rows: Sequence[int]) -> list[StoredPassage]: ...

    def word_weights(self, text: str) -> dict[str, float]: ...

    def stems(self, text: str) -> list[str]: ...

    def knows(self, stem: str) -> bool: ...

    def mentions(self, text: str) -> bool: ...

    def occurrences(self, text: str) -> dict[str, int]: ...

    def speakers(self) -> tuple[str, ...]: ...

    def counts(self) -> tuple[int, int]: ...

    def answer_counts(self) -> dict[str, int]: ...

    def cover(self, scope: Scope) -> SearchExtent: ...

    @property
    def generation(self) -> int: ...

    def calibration(self, *, reader: str = "") -> Calibration | None: ...

    def set_calibration(self, calibration: Calibration, *, reader: str = "") -> None: ...


def open_archive(
    url: str | Path = "archive", *, encoder: str | None = None, create: bool = True, rebuild: bool = False
) -> Archive:
    """The archive at `url`, a folder; made at the first ingest where there is none.

    `encoder` names the model of a new archive; for an existing one it must be the one it was built with, unless `rebuild`
    allows the next ingest to encode everything again. Raises ArchiveError or ModelMismatch with what to type.
    """
    from rag.errors import ArchiveError
    from rag.storage.local import LocalArchive

    text = str(url)
    if text.startswith(("milvus:", "milvus+")):
        raise ArchiveError(f"{text}: this version keeps archives in folders only; give a folder")
    return LocalArchive(Path(text).expanduser(), encoder=encoder, create=create, rebuild=rebuild)
