"""The transcripts in files and folders that a user names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rag.readers import READABLE, SUFFIXES
from rag.readers.columns import TEXT_NAMES, ranked

ARCHIVE_FILE = "archive.sqlite"  # what makes a folder an archive


def transcripts_under(paths: Iterable[str | Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """The files to read, in order, and (path, reason) for what cannot be.

    In a folder only files with a transcript's suffix count; a file named by the user is read whatever its name.
    """
    files: list[Path] = []
    failed: list[tuple[str, str]] = []
    for given in paths:
        path = Path(given).expanduser()
        if path.is_dir():
            found = sorted(
                file
                for file in path.rglob("*")
                if file.is_file()
                and file.suffix.lower() in SUFFIXES
                and file.stem.lower() != "readme"
                and not _is_data(file)
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
                and not _is_in_archive(file, path)
            )
            if not found:
                failed.append(
                    (str(given), f"no transcript in this folder; onrecord reads {', '.join(sorted(READABLE))}")
                )
            files += found
        elif path.exists():
            files.append(path)
        else:
            failed.append((str(given), "there is no such file or folder; check the path"))
    return list(dict.fromkeys(file.resolve() for file in files)), failed


def passed_over(paths: Iterable[str | Path], read: Iterable[Path]) -> dict[str, int]:
    """How many files of each suffix lie in the folders of `paths` and are not among those `read`; hidden ones do not count."""
    known = set(read)
    counts: Counter[str] = Counter()
    for folder in (Path(given).expanduser() for given in paths):
        for file in folder.rglob("*") if folder.is_dir() else ():
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if not hidden and file.is_file() and file.resolve() not in known and not _is_in_archive(file, folder):
                counts[file.suffix.lower() or "without a suffix"] += 1
    return dict(sorted(counts.items()))


def _is_in_archive(file: Path, folder: Path) -> bool:
    """Whether a file belongs to an archive that lies in the folder: its manifests are no transcripts."""
    inside = file.relative_to(folder).parents
    return any((folder / part / ARCHIVE_FILE).is_file() for part in inside)


def _is_data(file: Path) -> bool:
    """Whether JSON Lines in a folder are records of something else than speech: their first has no words of anybody."""
    if file.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            first = json.loads(lines.readline(65_536) or "null")
    except (OSError, ValueError, RecursionError):
        return False  # to be read, and refused with its reason
    return not isinstance(first, dict) or "question" in first or not ranked(list(first), TEXT_NAMES)
