"""An archive in one folder: SQLite (truth), Tantivy (words) and FAISS (vectors).

    archive.sqlite          documents, passages, vectors; `meta.generation` says which index belongs to it
    index/<generation>/     words/, vectors.faiss, manifest.json with the SHA-256 of every file
    calibration.json        how sure is sure, by model; only where it was fitted (see rag/evidence/calibration.py)
    write.lock              one writer at a time; readers need no lock

A change writes the next generation's index into a new folder, and only then commits to SQLite, where the generation is
raised in the same transaction. Whenever the process dies, the archive opens with exactly the old or the new state.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from math import log1p
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from embeddings.encoders import load_encoder
from embeddings.indexes.faiss import FLAT_LIMIT, FaissIndex
from embeddings.models import DEFAULT_MODEL, canonical_name, sha256_of
from embeddings.types import EmbeddingError, Encoder, FloatMatrix, FloatVector
from rag import readers
from rag.errors import ArchiveError, InputError, ModelMismatch
from rag.evidence.calibration import CALIBRATION_FILE, Calibration, fingerprint_with, load_calibration, save_calibration
from rag.passages import passages_of
from rag.storage.lexical import FORMAT as WORDS_FORMAT
from rag.storage.lexical import LexicalIndex, copy_index
from rag.storage.sqlite import Store, StoredPassage
from rag.text.files import sync_folder, transcripts_under, write_whole
from rag.text.sentences import question_tail, split_sentences
from rag.text.terms import LANGUAGES, content_words, encodable
from rag.transcript import document_id as document_id_of
from rag.transcript import parse
from rag.transcript.corrections import (
    EVERY,
    Correction,
    Corrections,
    corrected,
    for_document,
    load_corrections,
    merged,
    written,
)
from rag.transcript.corrections import FILE as CORRECTIONS
from rag.transcript.duplicates import Sketch, noted, sketch_of
from rag.types import Document, Filters, IngestReport, Passage, Role, Scope, ScoredPassage, SearchExtent, Span

DATABASE, MANIFEST, VECTORS, WORDS = "archive.sqlite", "manifest.json", "vectors.faiss", "words"
LOCK_TIMEOUT_S = 10.0
# A long ingest commits whenever it has staged this many passages, or this share of what is there already: little is lost
# when it is interrupted, and the index is not written again for every file.
COMMIT_PASSAGES, COMMIT_SHARE = 2_000, 0.25
COMPARED_DOCUMENTS = 500  # a new document is compared with so many, about two seconds for all of them

# Questions are not indexed, and so cannot be searched for.
ANSWERING_ROLES: tuple[Role, ...] = ("respondent", "other")
Name = TypeVar("Name", bound=str)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The derived indexes of one generation."""

    generation: int
    words: LexicalIndex
    vectors: FaissIndex
    speakers: tuple[str, ...]
    cover: SearchExtent


@dataclass(frozen=True, slots=True)
class _Staged:
    """A document that is encoded and not yet written."""

    document: Document
    passages: list[Passage]
    vectors: FloatMatrix
    asked: FloatMatrix
    spans: list[list[Span]]
    sentence_vectors: list[FloatMatrix]
    replaces: tuple[str, ...]  # ids of documents that it takes the place of


class LocalArchive:
    """The `Archive` in a folder; nothing is created before the first ingest."""

    def __init__(self, folder: Path, *, encoder: str | None = None, create: bool = True, rebuild: bool = False) -> None:
        self.url = str(folder)
        self.folder = folder
        self._wanted_encoder = canonical_name(encoder) if encoder else None
        self._rebuild = rebuild
        self._encoder: Encoder | None = None
        self._store: Store | None = None
        self._snapshot: _Snapshot | None = None
        self._guard = threading.RLock()
        if folder.exists() and not folder.is_dir():
            raise ArchiveError(f"{folder} is a file, not an archive; give another folder with --archive")
        if self.exists:
            self._check_model(self._reader())
        elif not create:
            raise ArchiveError(f"there is no archive in {folder}; run: onrecord ingest FOLDER --archive {folder}")

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return (self.folder / DATABASE).is_file()

    def close(self) -> None:
        """Give back the file handles."""
        if self._store:
            self._store.close()
        self._store = self._snapshot = None

    # -- the model ---------------------------------------------------------------------------------------------------

    @property
    def encoder(self) -> Encoder:
        """The encoder of this archive, loaded at first use."""
        with self._guard:
            if self._encoder is None:
                name, fingerprint = self._wanted_encoder or DEFAULT_MODEL, None
                if self.exists and not self._rebuild:
                    store = self._reader()
                    name, fingerprint = store.meta("encoder", name), store.meta("fingerprint") or None
                try:
                    self._encoder = load_encoder(name, fingerprint=fingerprint)
                except EmbeddingError as error:
                    raise ArchiveError(str(error)) from error
            return self._encoder

    def _check_model(self, store: Store) -> None:
        built = store.meta("encoder")
        if built and self._wanted_encoder and self._wanted_encoder != built and not self._rebuild:
            raise ModelMismatch(
                f"{self.folder} was built with {built!r} ({store.meta('dim')} dims), not {self._wanted_encoder!r}; "
                f"ask with that model, or run: onrecord ingest --rebuild --encoder {self._wanted_encoder} "
                f"--archive {self.folder} FOLDER"
            )

    # -- reading -----------------------------------------------------------------------------------------------------

    def documents(self) -> Iterator[Document]:
        """Every document, by date."""
        return self._reader().documents() if self.exists else iter(())

    def document(self, document_id: str) -> Document:
        """A document by its id, the beginning of it, or its file name. Raises InputError."""
        store = self._reader()
        document_id = encodable(document_id)  # a terminal hands over any bytes
        if found := store.document(document_id):
            return found
        matches = [key for key, source, _ in store.document_heads() if self._means(document_id, key, source)]
        if len(matches) == 1 and (found := store.document(matches[0])):
            return found
        if matches:
            raise InputError(
                f"{document_id!r} fits {len(matches)} documents ({', '.join(matches[:5])}); give more of the id"
            )
        raise InputError(
            f"there is no document {document_id!r} in {self.folder}; run: onrecord documents --archive {self.folder}"
        )

    @staticmethod
    def _means(given: str, document_id: str, source: str) -> bool:
        return bool(given) and (document_id.startswith(given) or given in (source, Path(source).stem))

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document, in order."""
        return [stored.passage for stored in self._reader().passages_of(self.document(document_id).id)]

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        return self._reader().counts() if self.exists else (0, 0)

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document id."""
        return self._reader().answer_counts() if self.exists else {}

    def cover(self, scope: Scope) -> SearchExtent:
        """How much a search within `scope` looks through."""
        return self._current().cover if scope.is_everything else self._reader().cover(scope)

    @property
    def generation(self) -> int:
        """Raised by every change; 0 where nothing was ever written."""
        return self._reader().generation if self.exists else 0

    def calibration(self, *, reader: str = "") -> Calibration | None:
        """What was fitted for this archive's model, with the reading model of that fingerprint or without one.

        None where nothing was. Raises ArchiveError for a damaged file.
        """
        if not self.exists:
            return None
        models = fingerprint_with(self._reader().meta("fingerprint"), reader)
        return load_calibration(self.folder / CALIBRATION_FILE, fingerprint=models)

    def set_calibration(self, calibration: Calibration, *, reader: str = "") -> None:
        """Keep a calibration for this archive's model; it holds for assistants made from now on."""
        store = self._reader()
        with self._write_lock():
            save_calibration(
                self.folder / CALIBRATION_FILE,
                calibration,
                encoder=store.meta("encoder"),
                fingerprint=fingerprint_with(store.meta("fingerprint"), reader),
            )

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
    ) -> list[ScoredPassage]:
        """The k best passages for a query, best first; a keyword replaces that part of `filters`.

        Raises InputError for a `k` below 1 or a filter that fits nothing.
        """
        from rag.query.build import build_query
        from rag.retrieval.fusion import DEPTH, retrieve

        if k < 1:
            raise InputError(f"k is {k}; ask for at least 1 passage")

        filters = filters or Filters()
        scope = self.resolve(
            Filters(
                _as_tuple(speaker) or filters.speaker,
                _as_tuple(document) or filters.document,
                after or filters.after,
                before or filters.before,
                _as_tuple(role) or filters.role,
            )
        )
        candidates = retrieve(self, build_query(query, speakers=self.speakers()), scope=scope, depth=max(DEPTH, k))
        return [ScoredPassage(candidate.stored.passage, candidate.score) for candidate in candidates[:k]]

    def speakers(self) -> tuple[str, ...]:
        """Everybody whose words can be quoted."""
        return self._current().speakers

    def resolve(self, filters: Filters) -> Scope:
        """Filters as the user wrote them → exact names. Raises InputError where one fits nothing."""
        if filters == Filters():
            return Scope()
        store = self._reader()
        speakers: list[str] | None = None
        if filters.speaker:
            known = [name for name in store.speakers() if name]
            speakers = []
            for given in filters.speaker:
                wanted = set(given.casefold().split())
                # "Anna Reed" is "Mayor Anna Reed" in another document.
                fits = [name for name in known if wanted and wanted <= set(name.casefold().split())]
                if not fits:
                    raise InputError(
                        f"nobody called {given!r} speaks in {self.folder}; there are: {', '.join(known[:12])}"
                    )
                speakers += fits
        documents: list[str] | None = None
        if filters.document:
            documents = [self.document(given).id for given in filters.document]
        return Scope(
            tuple(dict.fromkeys(speakers)) if speakers is not None else None,
            tuple(dict.fromkeys(documents)) if documents is not None else None,
            _as_date(filters.after, "after"),
            _as_date(filters.before, "before"),
            tuple(dict.fromkeys(_as_role(role) for role in filters.role)) or None,
        )

    def nearest(self, vector: FloatVector, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, cosine similarity) of the k passages nearest in meaning."""
        allowed = None
        if not scope.is_everything:
            allowed = self._reader().rows_in(scope)
        rows, scores = self._current().vectors.search(vector, k=k, allowed=allowed)
        return list(zip(rows.tolist(), scores.tolist(), strict=True))

    def matching(self, text: str, *, k: int, scope: Scope) -> list[tuple[int, float]]:
        """(row, BM25) of the k passages that fit best by their words."""
        return self._current().words.search(text, k=k, scope=scope)

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows with their vectors, in this order."""
        return self._reader().passages(rows)

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed."""
        return self._current().words.analyze(text)

    def knows(self, stem: str) -> bool:
        """Whether any passage holds a word with this stem."""
        return self._current().words.frequency(stem) > 0

    def mentions(self, text: str) -> bool:
        """Whether these letters stand anywhere in a document: what was asked and left out included."""
        return bool(self._reader().mentioned([text]))

    def occurrences(self, text: str) -> dict[str, int]:
        """In how many passages each content word of a text occurs, in any form."""
        words = self._current().words
        return {
            word: max((words.frequency(stem) for stem in words.analyze(word)), default=0)
            for word in content_words(text, LANGUAGES)
        }

    def word_weights(self, text: str) -> dict[str, float]:
        """Inverse document frequency of each content word's stem; the rarer, the heavier.

        log(1 + N / n), with n passages of N holding the word, and n = 1/2 where none does.
        """
        words = self._current().words
        total = len(words)
        return {
            stem: log1p(total / max(words.frequency(stem), 0.5))
            for word in words.content_words(text)
            for stem in words.analyze(word)
        }

    def _reader(self) -> Store:
        with self._guard:
            if self._store is None:
                self._store = Store(self.folder / DATABASE, create=False)
            return self._store

    def _current(self) -> _Snapshot:
        """The indexes of the store's generation, opened again after another process has written."""
        with self._guard:
            store = self._reader()
            if self._snapshot is None or self._snapshot.generation != store.generation:
                self._snapshot = self._open_snapshot(store)
            return self._snapshot

    def _open_snapshot(self, store: Store) -> _Snapshot:
        generation = store.generation
        if _fault_in(self._index_folder(generation)):
            # Damaged, or deleted by a writer who is two generations on: whoever has the lock knows which.
            with self._write_lock():
                generation = store.generation
                if fault := _fault_in(self._index_folder(generation)):
                    log.warning("%s; it is made again from %s", fault, DATABASE)
                    self._rebuild_index(store, generation)
        folder = self._index_folder(generation)
        try:
            vectors = FaissIndex.from_bytes((folder / VECTORS).read_bytes())
        except EmbeddingError as error:
            raise ArchiveError(f"{folder}: {error}; run: onrecord verify --repair --archive {self.folder}") from error
        speakers = tuple(name for name in store.speakers() if name)
        return _Snapshot(generation, LexicalIndex(folder / WORDS), vectors, speakers, store.cover(Scope()))

    def _index_folder(self, generation: int) -> Path:
        return self.folder / "index" / f"{generation:08d}"

    # -- writing -----------------------------------------------------------------------------------------------------

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        workers: int | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        corrections: Corrections | None = None,
        meta: Correction | None = None,
    ) -> IngestReport:
        """Read files and folders into the archive; what is there already is left alone.

        `corrections` are laid over those that the archive keeps, and `meta` over those of each file; both are kept. A file
        that cannot be read is reported with its reason and stops nothing. Raises ArchiveError where the archive itself
        cannot be written.
        """
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        files, failed = transcripts_under(given)
        report = IngestReport(failed=failed)
        kept = self._kept_corrections()
        new = merged(corrections or {}, {file.name: meta for file in files} if meta else {})
        in_force = merged(kept, new)
        parsed = _corrected(_parsed(files, report, progress or (lambda *_: None)), in_force, new, report)
        before = {head[0] for head in self._reader().document_heads()} if self.exists else set()
        parsed = noted(parsed, report, before, self._sketches)
        # Nothing is created before there is something to write.
        first = next(parsed, None)
        if first is None:
            return report
        is_new = not self.exists
        self._prepare_folder()
        with self._write_lock():
            store = Store(self.folder / DATABASE, create=True)
            try:
                self._drop_generations(store.generation)
                self._write_all(store, chain([first], parsed), report, workers=workers, compare=bool(in_force))
                if in_force != kept:
                    write_whole(self.folder / CORRECTIONS, written(in_force).encode())
            finally:
                nothing_kept = is_new and store.generation == 0
                store.close()
        if nothing_kept:
            shutil.rmtree(self.folder / "index", ignore_errors=True)
            for name in (CORRECTIONS, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "write.lock"):
                (self.folder / name).unlink(missing_ok=True)
            with suppress(OSError):  # it may have been there before us, with other things in it
                self.folder.rmdir()
        self._rebuild = False
        return report

    def _kept_corrections(self) -> Corrections:
        path = self.folder / CORRECTIONS
        return load_corrections(path) if path.is_file() else {}

    def _sketches(self) -> Iterator[Sketch]:
        """What the archive's documents look like, to find new ones that are nearly the same."""
        if self.exists:
            yield from map(sketch_of, islice(self._reader().documents(), COMPARED_DOCUMENTS))

    def remove(self, document_id: str) -> Document:
        """Take a document out; the one removed. Raises InputError for an unknown id."""
        document = self.document(document_id)
        with self._write_lock():
            store = Store(self.folder / DATABASE, create=False)
            try:
                self._commit(store, [], removed=[document.id])
            finally:
                store.close()
        return document

    def verify(self, *, repair: bool = False) -> list[str]:
        """Every fault in the archive's files, in sentences; with `repair`, derived files are made again.

        Raises ArchiveError where the truth itself is damaged: the transcripts must be ingested again.
        """
        store = self._reader()
        faults = store.integrity()
        folder = self._index_folder(store.generation)
        derived = _fault_in(folder)
        if repair and derived and not faults:
            self._snapshot = None
            with self._write_lock():
                self._rebuild_index(store, store.generation)
        if repair and faults:
            raise ArchiveError(
                f"{self.folder / DATABASE} is damaged ({faults[0]}); move {self.folder} away and ingest the transcripts again"
            )
        return [*faults, *([derived] if derived else [])]

    def _prepare_folder(self) -> None:
        try:
            (self.folder / "index").mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".writable-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise ArchiveError(
                f"the archive {self.folder} cannot be written ({error.strerror or error}); give another folder with --archive"
            ) from error

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            lock = FileLock(self.folder / "write.lock", timeout=LOCK_TIMEOUT_S)
            lock.acquire()
        except Timeout as error:
            raise ArchiveError(f"another process is writing to {self.folder}; try again when it has ended") from error
        except OSError as error:
            raise ArchiveError(f"the archive {self.folder} cannot be written ({error.strerror or error})") from error
        try:
            yield
        finally:
            lock.release()

    def _write_all(
        self,
        store: Store,
        documents: Iterable[tuple[str, Document]],
        report: IngestReport,
        *,
        workers: int | None,
        compare: bool = False,
    ) -> None:
        """Encode and commit what is new, a batch at a time."""
        rebuild = self._rebuild and bool(store.meta("encoder"))
        # A rebuild changes the meaning of every vector: it is one commit or none.
        before_rebuild = list(store.documents()) if rebuild else []
        seen: set[str] = set()
        staged: list[_Staged] = []
        for path, document in documents:
            at_path, elsewhere = store.id_at(document.path), store.path_of(document.id)
            if document.id in seen:
                report.unchanged.append(path)
                report.notes.append((path, "the same text as another file of this run: kept once"))
                if at_path not in (None, document.id):
                    self._commit(store, [], removed=[at_path])
                continue
            # Under corrections the same text can be read otherwise than it was.
            same = not compare or _reads_alike(store.document(document.id), document)
            if not rebuild and at_path == document.id and same:
                seen.add(document.id)
                report.unchanged.append(path)
                continue
            if not rebuild and at_path is None and elsewhere and same and _still_holds(Path(elsewhere), document.id):
                report.unchanged.append(path)
                report.notes.append((path, f"the same text as {elsewhere}: kept once"))
                continue
            # What this file held before goes, and so does the same text under the path that it was moved from.
            replaces = [found for found in (at_path, document.id if elsewhere else None) if found]
            if item := self._encoded(store, path, document, replaces, report, rebuild=rebuild, workers=workers):
                seen.add(document.id)
                staged.append(item)
                (report.replaced if replaces else report.added).append(path)
            waiting = sum(len(each.passages) for each in staged)
            if not rebuild and waiting >= max(COMMIT_PASSAGES, COMMIT_SHARE * store.counts()[1]):
                self._commit(store, staged, encoder=self.encoder)
                staged = []
        for document in before_rebuild:
            replaced = document.id in seen or any(item.document.path == document.path for item in staged)
            if not replaced and (
                item := self._encoded(store, document.path, document, [], report, rebuild=True, workers=workers)
            ):
                staged.append(item)
        if staged:
            gone = [document.id for document in before_rebuild]
            self._commit(store, staged, removed=gone, encoder=self.encoder, fresh=rebuild)

    def _encoded(
        self,
        store: Store,
        path: str,
        document: Document,
        replaces: Sequence[str],
        report: IngestReport,
        *,
        rebuild: bool,
        workers: int | None,
    ) -> _Staged | None:
        """A document with its vectors; None, and a reason in the report, where it holds no answer."""
        encoder = self.encoder
        self._check_fingerprint(store, encoder, rebuild)
        passages = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        if not passages:
            report.failed.append((path, "no answer paragraph was found; check that answers have a speaker's label"))
            return None
        report.passages += len(passages)
        return _encode(encoder, document, passages, () if rebuild else tuple(replaces), workers)

    def _check_fingerprint(self, store: Store, encoder: Encoder, rebuild: bool) -> None:
        built = store.meta("fingerprint")
        if built and built != encoder.fingerprint and not rebuild:
            raise ModelMismatch(
                f"{self.folder} was built with other weights of {store.meta('encoder')!r}; "
                f"run: onrecord ingest --rebuild --archive {self.folder} FOLDER"
            )

    def _commit(
        self,
        store: Store,
        staged: Sequence[_Staged],
        *,
        removed: Sequence[str] = (),
        encoder: Encoder | None = None,
        fresh: bool = False,
    ) -> None:
        """Write documents and the next generation of the index, both or neither."""
        old = store.generation
        folder = self._index_folder(old + 1)
        try:
            with store.transaction():
                gone = list(dict.fromkeys([*removed, *(given for item in staged for given in item.replaces)]))
                removed_rows = [row for document_id in gone for row in store.remove(document_id)]
                added: list[tuple[int, Passage]] = []
                for item in staged:
                    rows = store.add(
                        item.document, item.passages, item.vectors, item.asked, item.spans, item.sentence_vectors
                    )
                    added += zip(rows, item.passages, strict=True)
                if encoder is not None:
                    store.set_meta("encoder", encoder.name)
                    store.set_meta("fingerprint", encoder.fingerprint)
                    store.set_meta("dim", str(encoder.dim))
                store.set_meta("generation", str(old + 1))
                vectors = np.concatenate([item.vectors for item in staged]) if staged else np.zeros((0, 0), np.float32)
                base = None if fresh or old == 0 else self._index_folder(old)
                if base is not None and _fault_in(base):
                    base = None
                self._write_index(store, folder, base, added, vectors, gone, removed_rows)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        store.checkpoint()
        self._drop_generations(old + 1)

    def _write_index(
        self,
        store: Store,
        folder: Path,
        base: Path | None,
        added: Sequence[tuple[int, Passage]],
        vectors: FloatMatrix,
        gone: Sequence[str],
        removed_rows: Sequence[int],
    ) -> None:
        """One generation of the derived indexes; from the store alone where there is no sound `base`."""
        staging = folder.with_name(f"{folder.name}.tmp")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        index: FaissIndex | None = None
        built_rows, recall = 0, 1.0
        if base is not None:
            copy_index(base / WORDS, staging / WORDS)
            LexicalIndex(staging / WORDS).write(added, gone)
            before = json.loads((base / MANIFEST).read_text(encoding="utf-8"))
            built_rows, recall = int(before["built_rows"]), float(before["recall@10"])
            count = store.counts()[1]
            if count <= FLAT_LIMIT or (built_rows > FLAT_LIMIT and count < 2 * built_rows):
                index = FaissIndex.from_bytes((base / VECTORS).read_bytes())
                if removed_rows:
                    index.remove(np.asarray(removed_rows, np.int64))
                if added:
                    index.add(np.asarray([row for row, _ in added], np.int64), vectors)
        else:
            LexicalIndex(staging / WORDS).write((stored.row, stored.passage) for stored in store.all_passages())
        if index is None:
            rows, matrix = store.all_vectors()
            index = FaissIndex.build(rows, matrix)
            built_rows = len(rows)
            recall = _recall_at_10(index, rows, matrix)
        write_whole(staging / VECTORS, index.to_bytes())
        files = sorted(path for path in staging.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
        manifest = {
            "words_format": WORDS_FORMAT,
            "built_rows": built_rows,
            "kind": index.kind,
            "recall@10": round(recall, 4),
            "sha256": {path.relative_to(staging).as_posix(): sha256_of(path) for path in files},
        }
        write_whole(staging / MANIFEST, json.dumps(manifest, indent=1).encode())
        sync_folder(staging)
        if folder.exists():
            old = folder.with_name(f"{folder.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            os.replace(folder, old)
        os.replace(staging, folder)
        shutil.rmtree(folder.with_name(f"{folder.name}.old"), ignore_errors=True)
        sync_folder(folder.parent)

    def _rebuild_index(self, store: Store, generation: int) -> None:
        self._write_index(store, self._index_folder(generation), None, [], np.zeros((0, 0), np.float32), [], [])

    def _drop_generations(self, current: int) -> None:
        """Delete what an interrupted write left behind, and all but the last two generations.

        The one before is kept for readers that opened it; where a system refuses, the next write tries again.
        """
        for folder in (self.folder / "index").glob("*"):
            number = re.fullmatch(r"\d{8}", folder.name)
            if not number or not current - 1 <= int(folder.name) <= current:
                shutil.rmtree(folder, ignore_errors=True)

    def describe_index(self) -> dict[str, Any]:
        """Kind and measured recall of the vector index, for `doctor`."""
        manifest = self._index_folder(self._reader().generation) / MANIFEST
        found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        return {"kind": found["kind"], "recall@10": found["recall@10"]}


def _parsed(
    files: Sequence[Path], report: IngestReport, progress: Callable[[int, int, str], None]
) -> Iterator[tuple[str, Document]]:
    """(path, document) of each file that can be read, one at a time; the others go into the report with their reasons."""
    with readers.opened() as read:
        for number, file in enumerate(files):
            progress(number, len(files), file.name)
            try:
                file.as_posix().encode()
                text, hints = read(file)
                document = parse(text, source=file.name, path=file.as_posix(), hints=hints)
            except UnicodeEncodeError:
                report.failed.append((str(file), "the file's name is not valid UTF-8; rename it and ingest it again"))
                continue
            except InputError as error:
                report.failed.append((str(file), str(error)))
                continue
            report.notes += [(str(file), note) for note in document.notes]
            yield str(file), document
    progress(len(files), len(files), "writing")


def _corrected(
    parsed: Iterator[tuple[str, Document]], corrections: Corrections, given: Corrections, report: IngestReport
) -> Iterator[tuple[str, Document]]:
    """Documents with their corrections; a file whose corrections fit it nowhere goes into the report with the reason."""
    used: set[str] = set()
    sources: list[str] = []
    for path, document in parsed:
        sources.append(document.source)
        try:
            for name, correction in for_document(corrections, document):
                used.add(name)
                # What is kept from earlier, or meant for all, may name somebody whom this file has not.
                document = corrected(document, correction, lenient=name == EVERY or name not in given)
        except InputError as error:
            report.failed.append((path, str(error)))
            continue
        yield path, document
    for name in given:
        if name not in used and name != EVERY:
            there = ", ".join(sources[:8]) or "none"
            report.failed.append(
                (name, f"corrections are given for it, and no file of this run is called so; there are: {there}")
            )


def _reads_alike(stored: Document | None, document: Document) -> bool:
    names = ("turns", "title", "date", "place", "left_out")
    return stored is not None and all(getattr(stored, name) == getattr(document, name) for name in names)


def _still_holds(path: Path, document_id: str) -> bool:
    """Whether a file has the text that it had when it was read into the archive."""
    try:
        return document_id_of(readers.read(path)[0]) == document_id
    except InputError:
        return False


def _encode(
    encoder: Encoder, document: Document, passages: list[Passage], replaces: tuple[str, ...], workers: int | None
) -> _Staged:
    language = document.language or "en"
    spans = [split_sentences(passage.text, language) for passage in passages]
    texts = [passage.text for passage in passages]
    vectors, sentence_vectors = encoder.encode_spans(texts, spans, threads=workers)
    questions = list(dict.fromkeys(passage.asked for passage in passages if passage.asked))
    gists = encoder.encode_passages([question_tail(question, language) for question in questions], threads=workers)
    rows = dict(zip(questions, gists, strict=True))
    none = np.zeros(encoder.dim, np.float32)
    asked = np.stack([rows.get(passage.asked, none) for passage in passages])
    return _Staged(document, passages, vectors, asked, spans, sentence_vectors, replaces)


def _fault_in(folder: Path) -> str:
    """What is wrong with one generation of the index; empty where nothing is."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest.get("words_format") != WORDS_FORMAT:
            return f"{folder} was written by another version"
        for name, digest in manifest["sha256"].items():
            if sha256_of(folder / name) != digest:
                return f"{folder / name} is damaged"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{folder} is missing or damaged ({type(error).__name__})"
    return ""


def _recall_at_10(index: FaissIndex, rows: Any, matrix: FloatMatrix, *, samples: int = 100) -> float:
    """Share of the ten true neighbours that the index finds, over a seeded sample of its own rows."""
    if index.kind == "flat" or len(rows) == 0:
        return 1.0
    chosen = np.random.default_rng(0).choice(len(rows), size=min(samples, len(rows)), replace=False)
    found = 0
    for position in chosen:
        truth = rows[np.argsort(-(matrix @ matrix[position]), kind="stable")[:10]]
        found += len(set(truth.tolist()) & set(index.search(matrix[position], k=10)[0].tolist()))
    return found / (10 * len(chosen))


def _as_tuple(value: Name | Sequence[Name] | None) -> tuple[Name, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _as_role(value: str) -> str:
    if value not in ANSWERING_ROLES:
        raise InputError(f"there is no role {value!r}; known: {', '.join(ANSWERING_ROLES)}")
    return value


def _as_date(value: str | None, name: str) -> str | None:
    from datetime import date

    if not value:
        return None
    full = value + "-01" * (2 - value.count("-")) if name == "after" else _last_day(value)
    try:
        return date.fromisoformat(full).isoformat()
    except ValueError as error:
        raise InputError(f"--{name} {value!r} is no date; write it as 2024-03-28, 2024-03 or 2024") from error


def _last_day(value: str) -> str:
    import calendar

    parts = value.split("-")
    try:
        if len(parts) == 1:
            return f"{value}-12-31"
        if len(parts) == 2:
            return f"{value}-{calendar.monthrange(int(parts[0]), int(parts[1]))[1]}"
    except (ValueError, calendar.IllegalMonthError):
        return value
    return value
