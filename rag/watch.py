"""An archive kept in step with folders: what is new or changed is read, what is gone is taken out.

Folders are looked at again and again rather than listened to: that works on every system and on network shares, and a
look costs one `stat` a file. A file is read when it has stayed as it is for one look, so that half a copy is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from rag.archive import Archive
from rag.errors import ArchiveError, InputError
from rag.readers.folders import transcripts_under
from rag.types import IngestReport

INTERVAL_S = 1.0

Stamp = tuple[int, int]  # modification time in nanoseconds, size
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
    """Folders and the archive that follows them; `look` is one step, and the state is what was seen last."""

    archive: Archive
    folders: list[Path]
    ingest: Ingest | None = None
    _seen: dict[Path, Stamp] = field(default_factory=dict)
    _read: dict[Path, Stamp] = field(default_factory=dict)
    _failed: set[Path] = field(default_factory=set)
    _hidden: set[Path] = field(default_factory=set)
    _first: bool = True

    def __post_init__(self) -> None:
        for folder in self.folders:
            if not folder.is_dir():
                raise InputError(f"{folder} is no folder; give one to watch")
        self.folders = [folder.resolve() for folder in self.folders]

    def look(self) -> Look:
        """Read what is new or changed since the last look, take out what is gone.

        The first look reads everything as it is, and takes out what went while nobody looked. A folder that cannot be
        seen takes nothing out: a drive that is not mounted is not an empty one.
        """
        visible = [folder for folder in self.folders if folder.is_dir()]
        now = stamps_of(visible)
        settled = [path for path, stamp in now.items() if self._first or self._seen.get(path) == stamp]
        changed = [path for path in settled if self._read.get(path) != now[path]]
        report = IngestReport()
        if changed:
            report = self.ingest(changed) if self.ingest else self.archive.ingest(changed)
            self._read |= {path: now[path] for path in changed}
            self._failed = {Path(path) for path, _ in report.failed} | (self._failed - set(changed))
        removed = self._take_out(visible, now)
        hidden = set(self.folders) - set(visible)
        report.notes += [(str(folder), "cannot be seen; what came from it stays") for folder in hidden - self._hidden]
        self._seen, self._hidden, self._first = now, hidden, False
        return Look(report, removed)

    def _take_out(self, visible: list[Path], now: dict[Path, Stamp]) -> list[str]:
        gone = {path for path in self._read if path not in now and _is_under(path, visible)}
        if not gone and not self._first:
            return []
        removed: list[str] = []
        for document in list(self.archive.documents()):
            path = Path(document.path)
            # What is there and not looked for stays: an upload in an archive below, a file named by hand.
            if path not in now and _is_under(path, visible) and not path.is_file():
                self.archive.remove(document.id)
                removed.append(document.source)
        # A text that lies in two files is kept once: when its document goes, the other file is read at the next look.
        self._read = {
            path: stamp for path, stamp in self._read.items() if path in now and (not removed or path in self._failed)
        }
        return removed


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
) -> None:
    """Look at the folders until `stop` is set or the user interrupts; `on_look` gets every look that led to something.

    `ready` is called after the first look. An archive that cannot be written for a while, because another process writes it
    or the disk is full, is reported once and tried again; the first look raises its error.
    """
    stop = stop or Event()
    watched = Watch(archive, [Path(folder).expanduser() for folder in folders], ingest)
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


def _is_under(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
