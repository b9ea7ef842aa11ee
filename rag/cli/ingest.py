"""`onrecord ingest`: files into the archive, once or with `--watch` until Ctrl+C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import ArchiveOption, EncoderOption, PrecisionOption
from rag.cli.printing import complain, complain_of, print_report
from rag.cli.progress import ProgressBar
from rag.text.wording import count_of

if TYPE_CHECKING:
    from rag.archive import Archive
    from rag.types import IngestReport
    from rag.watch import Look


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders, read recursively")],
    archive: ArchiveOption = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Threads that encode")] = None,
    encoder: EncoderOption = None,
    precision: PrecisionOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and encode everything again")] = False,
    speakers: Annotated[
        Path | None,
        typer.Option("--speakers", metavar="TOML", help="Corrections: rename, merge, role, drop; they are kept"),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("--meta", metavar="KEY=VALUE", help="The files' title, date, place or language (repeatable)"),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep the archive in step with folders until Ctrl+C")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="With --watch: take documents out although a whole folder is empty")
    ] = False,
) -> None:
    """Read transcripts into the archive; what is there already is left alone."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.errors import InputError
    from rag.transcript.corrections import load_corrections, meta_correction

    if allow_empty and not watch:
        raise InputError("--allow-empty goes with --watch; an ingest alone takes nothing out")
    settings = load_settings(archive=archive, encoder=encoder, precision=precision)
    opened = open_archive(settings.archive, encoder=settings.encoder, rebuild=rebuild, precision=settings.precision)
    corrections = load_corrections(speakers) if speakers else None
    set_by_hand = meta_correction(meta) if meta else None

    def read(files: Iterable[Path]) -> IngestReport:
        nonlocal corrections
        with ProgressBar("reading") as progress:
            report = opened.ingest(
                files, workers=workers, progress=progress.update, corrections=corrections, meta=set_by_hand
            )
        corrections = None  # the archive keeps them now; a later run need not have every file that they are about
        return report

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends a process by its number wants the same
    if watch:
        _prepare_reranker(settings.reader)
        _watch(opened, paths, read, allow_empty=allow_empty)
        return
    report = _read_or_stop(read, paths)
    _print_size(opened, settings.archive)
    failed = complain_of(report)
    if report.added or report.replaced:
        _prepare_reranker(settings.reader)
    if failed:
        raise typer.Exit(1)


def _read_or_stop(read: Callable[[Iterable[Path]], IngestReport], paths: Sequence[Path]) -> IngestReport:
    """Read and report; an interrupt ends the command with status 130, and with what is in."""
    from rag.ingest import Stopped

    try:
        report = read(paths)
    except KeyboardInterrupt as stop:
        if isinstance(stop, Stopped):
            print_report(stop.report)
            complain_of(stop.report)
        complain(f"stopped: {stop}" if isinstance(stop, Stopped) else "stopped")
        raise typer.Exit(130) from stop
    print_report(report)
    return report


def _prepare_reranker(name: str) -> None:
    """Export the reranker at ingest, so that the first question does not wait for it."""
    from rag.rerankers import is_made, load_reranker

    if not is_made(name):
        load_reranker(name)


def _watch(
    archive: Archive, folders: Sequence[Path], read: Callable[[Iterable[Path]], IngestReport], *, allow_empty: bool
) -> None:
    """Follow the folders until Ctrl+C, which ends the command with status 0."""
    from rag.watch import watch

    def print_look(look: Look) -> None:
        print_report(look.report)
        for name in look.removed:
            print(f"{'removed':>9}  {name}")
        complain_of(look.report)
        sys.stdout.flush()

    def print_start() -> None:
        _print_size(archive, archive.url)
        print(f"watching {', '.join(map(str, folders))}; Ctrl+C ends it", flush=True)

    try:
        watch(archive, folders, on_look=print_look, ready=print_start, ingest=read, allow_empty=allow_empty)
    except KeyboardInterrupt:
        _print_size(archive, archive.url)


def _print_size(archive: Archive, name: str) -> None:
    documents, passages = archive.counts()
    print(f"{name}: {count_of(documents, 'document')}, {count_of(passages, 'answer passage')}")
