"""A run on disk: one folder with `run.json`, from which every table, report and comparison can be made again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from eval.runs.model import ArchiveFacts, RetrievedPassage, Row, Run, RunSettings, SetFacts, TextRange
from rag.errors import InputError
from rag.rerankers import HEURISTIC
from rag.text.files import write_whole

RUN_FILE, REPORT_FILE = "run.json", "report.html"
VERSION = 1


def save_run(run: Run, folder: Path) -> Path:
    """Write `run.json` into a folder, which is created if it is missing; returns the file's path.

    Raises InputError if it cannot be written.
    """
    content = {"version": VERSION, **asdict(run)}
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / RUN_FILE, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise InputError(
            f"the run cannot be written to {folder} ({error.strerror or error}); give another folder with --out"
        ) from error
    return folder / RUN_FILE


def load_run(path: Path) -> Run:
    """A run by its folder or its `run.json`. Raises InputError if there is none, or if it is damaged."""
    file = path / RUN_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"there is no run in {path}; run: onrecord eval run QUESTIONS --out {path}")
    try:
        content = json.loads(file.read_bytes())
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']!r}, not {VERSION}")
        return Run(
            # The first runs had no reranker, and do not name one.
            settings=RunSettings(**{"reader": HEURISTIC, **content["settings"]}),
            archive=ArchiveFacts(**content["archive"]),
            sets=tuple(SetFacts(**each) for each in content["sets"]),
            questions_sha256=str(content["questions_sha256"]),
            versions=dict(content["versions"]),
            started=str(content["started"]),
            seconds=float(content["seconds"]),
            rows=tuple(_row_from(fields) for fields in content["rows"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{file} is no run of this version ({type(error).__name__}: {error}); run it again") from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder's files."""
    digest = hashlib.sha256()
    if path.is_file():
        digest.update(path.read_bytes())
    else:
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _row_from(fields: dict[str, Any]) -> Row:
    row = Row(
        **{
            **fields,
            **{name: tuple(fields[name]) for name in ("history", "answers", "tags")},
            **{name: tuple(TextRange(**each) for each in fields[name]) for name in ("gold", "quotes")},
            "passages": tuple(RetrievedPassage(**each) for each in fields["passages"]),
        }
    )
    if not all(isinstance(value, int | float) and isfinite(value) for value in row.measures.values()):
        raise ValueError(f"question {row.id!r} has a measure that is no number")
    return row
