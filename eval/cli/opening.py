"""What the commands work on: question sets that are sound, and the archive to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.printing import complain
from rag.cli.progress import ProgressBar

if TYPE_CHECKING:
    from eval.questions.model import Question
    from eval.runs.model import Run
    from rag.archive import Archive


def sound_questions(paths: Sequence[Path], archive: Archive) -> list[Question]:
    """The questions of the sets. Raises InputError with the first fault, since figures on broken gold mean nothing."""
    from eval.questions.load import load_questions
    from eval.questions.validation import validate
    from rag.errors import InputError

    documents = list(archive.documents())
    faults = validate(paths, documents)
    if faults:
        more = f" (and {len(faults) - 1:,} more; run: onrecord eval validate)" if len(faults) > 1 else ""
        raise InputError(f"{faults[0]}{more}")
    return load_questions(paths, documents=documents)


def archive_to_ask(url: str | None, ingest: Sequence[Path], folder: Path, encoder: str | None) -> Archive:
    """The archive to ask, after reading `ingest` into it: a new one in `folder` if none is named."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.errors import InputError

    if not ingest:
        settings = load_settings(archive=url, encoder=encoder)
        return open_archive(settings.archive, encoder=settings.encoder, create=False)
    archive = open_archive(url or folder / "archive", encoder=encoder)
    with ProgressBar("reading") as progress:
        report = archive.ingest(
            [_transcripts(path, folder) for path in ingest],
            progress=lambda done, total, _: progress.update(done, total),
        )
    for path, reason in report.failed:
        complain(f"{path}: {reason}")
    if not archive.exists:
        raise InputError("nothing could be read; give transcripts with --ingest")
    return archive


def _transcripts(path: Path, folder: Path) -> Path:
    """What to ingest: the path, or the texts of a BEIR folder or a SQuAD file, written as transcripts."""
    from eval.questions.formats import write_transcripts

    if path.suffix.lower() != ".json" and not (path / "corpus.jsonl").is_file():
        return path
    texts = folder / "transcripts" / path.stem
    texts.mkdir(parents=True, exist_ok=True)
    write_transcripts(path, texts)
    return texts


def archive_of_run(run: Run, path: Path, url: str | None) -> Archive:
    """The archive that a run asked, or the one in its own folder."""
    from rag.archive import open_archive

    own = (path if path.is_dir() else path.parent) / "archive"
    return open_archive(url or (own if own.is_dir() else run.archive.url), create=False)


def new_folder(sets: Sequence[Path], retrieval: str) -> Path:
    """Where a run goes if no folder is named: `runs/NAME-RETRIEVAL-TIME`."""
    return Path("runs") / f"{sets[0].stem}-{retrieval}-{datetime.now():%Y%m%d-%H%M%S}"
