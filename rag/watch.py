"""An archive kept in step with folders: what is new or changed is read, what is gone is taken out.

Folders are looked at again and again rather than listened to: that works on every system and on network shares, and a
look costs one `stat` a file. A file is read when it has stayed as it is for one look, so that half a copy is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from rag.archive import Archive
from rag.errors import ArchiveError, InputError
from rag.readers.folders import transcripts_under
from rag.types import Document, IngestReport

INTERVAL_S = 1.0
# More than so many files, and more than this share of what came from a folder, do not go at once by themselves.
MOST_REMOVED, MOST_SHARE = 3, 0.5

UNSEEN, EMPTY, STAYS = "cannot be seen", "is empty", "what came from it stays"
IF_MEANT = "if that is meant, watch with --allow-empty"

Stamp = tuple[int, int]  # modification time in nanoseconds, size
Note = tuple[str, str]  # a folder, and what to know about it
Ingest = Callable[[list[Path]], IngestReport]


@dataclass(slots=True)
class Look:
    """What one look at the folders led to."""

    report: IngestReport
    removed: list[str]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened that anybody wants to hear of."""
        done = self.report
        return not (done.added or done.replaced or done.failed or done.notes or self.removed)


@dataclass(slots=True)
class Watch:
    """Folders and the archive that follows them; `look` is one step, and the state is what was seen last.

    `allow_empty` says that a folder was emptied on purpose.
    """

    archive: Archive
    folders: list[Path]
    ingest: Ingest | None = None
    allow_empty: bool = False
    _seen: dict[Path, Stamp] = field(default_factory=dict)
    _read: dict[Path, Stamp] = field(default_factory=dict)
    _failed: set[Path] = field(default_factory=set)
    _kept: set[Path] = field(default_factory=set)  # files that are gone and whose documents stay
    _weighed: dict[Path, Note | None] = field(default_factory=dict)  # what was gone when it was last decided
    _kept_notes: list[Note] = field(default_factory=list)
    _told: list[Note] = field(default_factory=list)
    _first: bool = True

    def __post_init__(self) -> None:
        for folder in self.folders:
            if not folder.is_dir():
                raise InputError(f"{folder} is no folder; give one to watch")
        self.folders = [folder.resolve() for folder in self.folders]

    def look(self) -> Look:
        """Read what is new or changed since the last look, take out what is gone.

        The first look reads everything as it is, and takes out what went while nobody looked. A folder that is gone, empty
        or unreadable takes nothing out: a drive that is not mounted is not an empty one.
        """
        now, notes = stamps_in(self.folders)
        settled = [path for path, stamp in now.items() if self._first or self._seen.get(path) == stamp]
        changed = [path for path in settled if self._read.get(path) != now[path]]
        report = IngestReport()
        if changed:
            report = self.ingest(changed) if self.ingest else self.archive.ingest(changed)
            failed = {Path(path) for path, _ in report.failed}
            # What went away while it was read is read when it is there again.
            self._read |= {path: now[path] for path in changed if path not in failed or not _is_gone(path)}
            self._failed = failed | (self._failed - set(changed))
        removed = self._take_out(now)
        notes = list(dict.fromkeys([*notes, *self._kept_notes]))
        report.notes += [note for note in notes if note not in self._told]
        self._seen, self._told, self._first = now, notes, False
        return Look(report, removed)

    def _take_out(self, now: Mapping[Path, Stamp]) -> list[str]:
        """Remove the documents whose files are gone, and note each folder that keeps some; the sources of those removed."""
        if not self._first and self._what_is_gone(now) == self._weighed:
            return []
        documents = list(self.archive.documents())
        here = [document for document in documents if _is_under(Path(document.path), self.folders)]
        # What is there and not looked for stays: an upload in an archive below, a file named by hand.
        missing = [document for document in here if Path(document.path) not in now and _is_gone(Path(document.path))]
        self._kept_notes = notes_on(missing, here, self.folders, allow_empty=self.allow_empty)
        keeping = [Path(folder) for folder, _ in self._kept_notes]
        removed = [document for document in missing if not _is_under(Path(document.path), keeping)]
        removed = [document for document in removed if _is_gone(Path(document.path))]  # a drive can come back meanwhile
        for document in removed:
            self.archive.remove(document.id)
        self._kept = {Path(document.path) for document in missing if document not in removed}
        # A text that lies in two files is kept once: when its document goes, the other file is read at the next look.
        self._read = {
            path: stamp
            for path, stamp in self._read.items()
            if path in self._kept or (path in now and (not removed or path in self._failed))
        }
        self._weighed = self._what_is_gone(now)
        return [document.source for document in removed]

    def _what_is_gone(self, now: Mapping[Path, Stamp]) -> dict[Path, Note | None]:
        """The files that were there and are not, and the folder that may hide each."""
        gone = {path for path in (*self._read, *self._kept) if path not in now}
        return {path: closed_above(path, self.folders) for path in gone}


def notes_on(
    missing: Sequence[Document], here: Sequence[Document], folders: Iterable[Path], *, allow_empty: bool
) -> list[Note]:
    """For each folder whose `missing` documents stay, the reason; `here` are all documents that came from the folders.

    The folder is the one that is empty or unreadable, or the watched one if too much of it is gone at once.
    """
    notes: dict[str, str] = {}
    for folder in folders:
        lost = [Path(document.path) for document in missing if _is_under(Path(document.path), [folder])]
        for found in dict.fromkeys(closed_above(path, [folder]) for path in lost):
            if found and not (found[1] == EMPTY and allow_empty):
                hint = f"; {IF_MEANT}" if found[1] == EMPTY else ""
                notes[str(found[0])] = f"{found[1]}{hint}; {STAYS}"
        count = sum(_is_under(Path(document.path), [folder]) for document in here)
        if not allow_empty and len(lost) > MOST_REMOVED and len(lost) > MOST_SHARE * count and str(folder) not in notes:
            notes[str(folder)] = f"{len(lost)} of {count} files are gone at once; {IF_MEANT}; {STAYS}"
    return list(notes.items())


def closed_above(path: Path, folders: Iterable[Path]) -> Note | None:
    """The first folder from a watched one down to a file that shows nothing, and why; None if there is none.

    A folder below that is gone was deleted; a watched one may be on a drive that is.
    """
    for root in folders:
        if not path.is_relative_to(root):
            continue
        below = [folder for folder in path.parents if folder.is_relative_to(root)]
        for folder in reversed(below):
            try:
                with os.scandir(folder) as entries:
                    if next(entries, None) is None:
                        return str(folder), EMPTY
            except (FileNotFoundError, NotADirectoryError):
                return (str(folder), UNSEEN) if folder == root else None
            except OSError:
                return str(folder), UNSEEN
    return None


def stamps_in(folders: Iterable[Path]) -> tuple[dict[Path, Stamp], list[Note]]:
    """Modification time and size of each transcript in the folders, and a note for each folder that cannot be seen."""
    found: dict[Path, Stamp] = {}
    notes: list[Note] = []
    for folder in folders:
        try:
            os.scandir(folder).close()
            found |= stamps_of([folder])
        except OSError:
            notes.append((str(folder), f"{UNSEEN}; {STAYS}"))
    return found, notes


def stamps_of(folders: Iterable[Path]) -> dict[Path, Stamp]:
    """Modification time and size of each transcript in the folders."""
    found: dict[Path, Stamp] = {}
    for path in transcripts_under(folders)[0]:
        try:
            state = path.stat()
        except OSError:  # it went between the listing and this line
            continue
        found[path] = (state.st_mtime_ns, state.st_size)
    return found


def watch(
    archive: Archive,
    folders: Iterable[str | Path],
    *,
    on_look: Callable[[Look], None],
    ready: Callable[[], None] = lambda: None,
    interval_s: float = INTERVAL_S,
    stop: Event | None = None,
    ingest: Ingest | None = None,
    allow_empty: bool = False,
) -> None:
    """Look at the folders until `stop` is set or the user interrupts; `on_look` gets every look that led to something.

    `ready` is called after the first look. An archive that cannot be written for a while, because another process writes it
    or the disk is full, is reported once and tried again; the first look raises its error. `allow_empty` says that folders
    were emptied on purpose.
    """
    stop = stop or Event()
    watched = Watch(archive, [Path(folder).expanduser() for folder in folders], ingest, allow_empty)
    first = watched.look()
    if not first.is_quiet:
        on_look(first)
    ready()
    trouble = ""
    while not stop.wait(interval_s):
        try:
            look = watched.look()
        except ArchiveError as error:
            if str(error) != trouble:
                on_look(Look(IngestReport(failed=[(archive.url, str(error))]), []))
            trouble = str(error)
            continue
        trouble = ""
        if not look.is_quiet:
            on_look(look)


def _is_gone(path: Path) -> bool:
    """Whether a file was deleted, as far as can be seen: a file that the system cannot reach is not."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return not path.is_file()


def _is_under(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
