"""Files → archive: read and parse, correct, split and encode, commit.

    paths ─► read_transcripts ─► correct ─► Steps ─► IngestReport
                                              └► stage ─► storage.commit

The next files are read while one is encoded. Reading and encoding need no lock; only a commit does. A long ingest commits
as it goes: an interruption loses little, and the index is not written again for every file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from embeddings.types import Encoder
from rag import readers
from rag.correcting import keep_corrections, kept_corrections
from rag.errors import InputError
from rag.passages import passages_of
from rag.readers.ahead import open_parser_ahead
from rag.readers.folders import passed_over, transcripts_under
from rag.storage.protocol import Storage
from rag.storage.reused import encoded_before
from rag.storage.staged import StagedDocument, stage
from rag.text.wording import count_of
from rag.transcript.corrected import apply_correction
from rag.transcript.corrections import EVERY, Correction, Corrections, for_document, merge_corrections
from rag.transcript.duplicates import duplicate_notes, sketch_of
from rag.types import Document, IngestReport

# A commit is due when so many passages are waiting, or this share of what is there already.
COMMIT_PASSAGES, COMMIT_SHARE = 2_000, 0.25
COMPARED_DOCUMENTS = 500  # a new document is compared with so many, in about two seconds for all of them
NO_ANSWER = "no answer paragraph was found; check that answers have a speaker's label"

Progress = Callable[[int, int, str], None]  # done, of how many, what


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read from a path."""

    path: str
    document: Document


@dataclass(frozen=True, slots=True)
class Failed:
    """A path that gives no document, with the reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the user should know about a path."""

    path: str
    note: str


Step = Read | Failed | Noted


class Stopped(KeyboardInterrupt):
    """An ingest that the user interrupted; what was done by then is kept, and `report` says what that is."""

    def __init__(self, report: IngestReport, done: int, files: int, *, rebuild: bool) -> None:
        kept = f"{done} of {count_of(files, 'file')} {'is' if done == 1 else 'are'} in; run it again to go on"
        super().__init__("a rebuild is one change, and was not made; run it again" if rebuild else kept)
        self.report = report


def ingest(
    storage: Storage,
    paths: Iterable[str | Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    corrections: Corrections | None = None,
    meta: Correction | None = None,
) -> IngestReport:
    """Read files and folders into an archive; what is there already is left alone.

    `corrections` are laid over those that the archive keeps, and `meta` over those of each file; both are kept. A file
    that cannot be read is reported with its reason and stops no other. An interrupt keeps the files that are done, and is
    raised as `Stopped`. Raises ArchiveError if the archive cannot be written.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files, failed = transcripts_under(given)
    report = IngestReport(failed=failed, passed_over=passed_over(given, files))
    new = merge_corrections(corrections or {}, {file.resolve().as_posix(): meta for file in files} if meta else {})
    kept = kept_corrections(storage)
    in_force = merge_corrections(kept, new)
    writing = _Writing(storage, report, workers=workers, compare=bool(in_force))
    stop: KeyboardInterrupt | None = None
    rebuild = False
    try:
        try:
            with open_parser_ahead(files) as parse:
                steps = correct(read_transcripts(files, parse, progress or (lambda *_: None)), in_force, new)
                writing.run(steps, parse)
        except KeyboardInterrupt as interrupt:
            stop, rebuild = interrupt, storage.rebuilds
            writing.keep_what_is_done()
        if in_force != kept and writing.any_read and storage.generation and not (stop and rebuild):
            with storage.lock():
                keep_corrections(storage, merge_corrections(kept_corrections(storage), new))
    finally:
        if writing.is_prepared and storage.generation == 0:
            storage.discard_if_empty(folder=writing.created_folder)
    if stop:
        met = {*report.added, *report.replaced, *report.unchanged}
        done = sum(str(file) in met or storage.id_at(file.as_posix()) is not None for file in files)
        raise Stopped(report, done, len(files), rebuild=rebuild) from stop
    return report


def read_transcripts(files: Sequence[Path], parse: readers.Parse, progress: Progress) -> Iterator[Step]:
    """A `Read` for each file that is a transcript, after its notes, or a `Failed`."""
    for number, file in enumerate(files):
        progress(number, len(files), file.name)
        try:
            file.as_posix().encode()
            document = parse(file)
        except UnicodeEncodeError:
            yield Failed(str(file), "the file's name is not valid UTF-8; rename it and ingest it again")
            continue
        except InputError as error:
            yield Failed(str(file), str(error))
            continue
        for note in document.notes:
            yield Noted(str(file), note)
        yield Read(str(file), document)
    progress(len(files), len(files), "writing")


def correct(steps: Iterable[Step], corrections: Corrections, given: Corrections) -> Iterator[Step]:
    """Lay corrections over the documents read; those in `given` must fit the file that they name."""
    used: set[str] = set()
    sources: list[str] = []
    for step in steps:
        if not isinstance(step, Read):
            yield step
            continue
        document = step.document
        sources.append(document.source)
        try:
            for name, correction in for_document(corrections, document):
                used.add(name)
                # What is kept from earlier, or meant for all, may name somebody whom this file has not.
                document = apply_correction(document, correction, lenient=name == EVERY or name not in given)
        except InputError as error:
            yield Failed(step.path, str(error))
            continue
        yield Read(step.path, document)
    there = ", ".join(sources[:8]) or "none"
    for name in given:
        if name not in used and name != EVERY:
            yield Failed(
                name, f"corrections are given for it, and no file of this run is called so; there are: {there}"
            )


class _Writing:
    """One ingest at work: what is staged and not committed, and what was met in this run."""

    def __init__(self, storage: Storage, report: IngestReport, *, workers: int | None, compare: bool) -> None:
        self._storage = storage
        self._report = report
        self._workers = workers
        self._compare = compare  # under corrections the same text can be read otherwise than it was
        self._seen: set[str] = set()
        self._staged: list[StagedDocument] = []
        self._encoder: Encoder | None = None
        self.is_prepared = self.created_folder = self.any_read = False

    def run(self, steps: Iterable[Step], parse: readers.Parse) -> None:
        """Take every step. Nothing is created before a document was read."""
        before = {head[0] for head in self._storage.heads()}
        fresh = []
        rebuild = self._storage.rebuilds
        for step in steps:
            if isinstance(step, Failed):
                self._report.failed.append((step.path, step.reason))
            elif isinstance(step, Noted):
                self._report.notes.append((step.path, step.note))
            else:
                if not self.any_read:
                    self.created_folder = self._storage.prepare()
                    self.is_prepared = True
                self.any_read = True
                if step.document.id not in before:
                    fresh.append((step.path, sketch_of(step.document)))
                self._take(step.path, step.document, parse, rebuild=rebuild)
        if fresh:
            others = list(map(sketch_of, islice(self._storage.documents(), COMPARED_DOCUMENTS)))
            self._report.notes += duplicate_notes(fresh, others)
        if self.any_read:
            self._finish(rebuild=rebuild)

    def keep_what_is_done(self) -> None:
        """Commit what is staged when the user interrupts; a rebuild is whole or nothing."""
        if not self._storage.rebuilds:
            self._commit()
            return
        for names in (self._report.added, self._report.replaced, self._report.unchanged):
            names.clear()

    def _take(self, path: str, document: Document, parse: readers.Parse, *, rebuild: bool) -> None:
        """Decide what a document means for the archive, and stage it if it is new there."""
        storage, report = self._storage, self._report
        at_path, elsewhere = storage.id_at(document.path), storage.path_of(document.id)
        if document.id in self._seen:
            report.unchanged.append(path)
            report.notes.append((path, "the same text as another file of this run: kept once"))
            if at_path not in (None, document.id):
                storage.commit([], removed=[at_path])
            return
        if not rebuild and (at_path == document.id or (at_path is None and elsewhere)) and self._reads_alike(document):
            if at_path == document.id:
                self._seen.add(document.id)
                report.unchanged.append(path)
                return
            if elsewhere and _still_holds(Path(elsewhere), document.id, parse):
                report.unchanged.append(path)
                report.notes.append((path, f"the same text as {elsewhere}: kept once"))
                return
        if self._stage(path, document):
            self._seen.add(document.id)
            (report.replaced if at_path or elsewhere else report.added).append(path)
        waiting = sum(len(each.passages) for each in self._staged)
        if not rebuild and waiting >= max(COMMIT_PASSAGES, COMMIT_SHARE * storage.counts()[1]):
            self._commit()

    def _stage(self, path: str, document: Document) -> bool:
        """Encode a document for the next commit; whether it holds an answer."""
        item = self._encode(path, document)
        if item is not None:
            self._staged.append(item)
        return item is not None

    def _encode(self, path: str, document: Document) -> StagedDocument | None:
        """A document, split and encoded; None, and a reason in the report, if it holds no answer."""
        encoder = self._encoder = self._encoder or self._storage.encoder
        passages = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        if not passages:
            self._report.failed.append((path, NO_ANSWER))
            return None
        self._report.passages += len(passages)
        before = encoded_before(self._storage, encoder, document)
        return stage(encoder, document, passages, workers=self._workers, before=before)

    def _reads_alike(self, document: Document) -> bool:
        """Whether the archive holds this document as it is read now."""
        if not self._compare:
            return True
        try:
            stored = self._storage.find(document.id)
        except InputError:  # another writer has just removed it
            return False
        names = ("turns", "title", "date", "place", "left_out")
        return all(getattr(stored, name) == getattr(document, name) for name in names)

    def _finish(self, *, rebuild: bool) -> None:
        if not rebuild:
            self._commit()
            return
        # A rebuild changes the meaning of every vector: it is one commit or none. What is there is encoded before the lock
        # is taken, and under the lock only what another writer has changed since.
        given = list(self._staged)
        encoded: dict[str, StagedDocument | None] = {}
        self._stage_archived(given, encoded)
        with self._storage.lock():
            documents = self._stage_archived(given, encoded)
            self._commit(removed=[document.id for document in documents], fresh=True)

    def _stage_archived(
        self, given: Sequence[StagedDocument], encoded: dict[str, StagedDocument | None]
    ) -> list[Document]:
        """Stage the files `given` and what else the archive holds now; `encoded` are its documents done before."""
        documents = list(self._storage.documents())
        paths = {item.document.path for item in given}
        self._staged = list(given)
        for document in documents:
            if document.id in self._seen or document.path in paths:
                continue
            if document.id not in encoded:
                encoded[document.id] = self._encode(document.path, document)
            if item := encoded[document.id]:
                self._staged.append(item)
        return documents

    def _commit(self, *, removed: Sequence[str] = (), fresh: bool = False) -> None:
        if self._staged:
            self._storage.commit(self._staged, encoder=self._encoder, removed=removed, fresh=fresh)
            self._staged = []


def _still_holds(path: Path, key: str, parse: readers.Parse) -> bool:
    """Whether a file has the text that it had when it was read into the archive."""
    try:
        return parse(path).id == key
    except InputError:
        return False
