"""The interviews that come with the package, and their questions."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def bundled_folder() -> Path:
    """The folder that holds the bundled interviews, a question set beside each."""
    return Path(str(files("eval").joinpath("sets")))


def bundled_sets() -> list[Path]:
    """The bundled question sets.

    >>> [path.name for path in bundled_sets()]
    ['hearing.jsonl', 'long-interview.jsonl', 'podcast.jsonl', 'press-conference.jsonl']
    """
    return sorted(bundled_folder().glob("*.jsonl"))
