"""What lies beside the project in ../shared: real transcripts, question sets and hostile files that it may not hold itself.

A clone without ../shared skips the tests that need it. In CI, a part that is missing from ../shared fails its test: a test
that never runs proves nothing.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from rag.transcript import parse
from rag.types import Document, Hints

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"
NO_HINTS = Hints()


def not_here(what: str) -> NoReturn:
    """Skip the running test for want of `what`; fail it where CI is set and ../shared is there."""
    if os.environ.get("CI") and SHARED.is_dir():
        pytest.fail(f"{what} is not on this machine, but ../shared is: in CI all of it must be there")
    pytest.skip(f"{what} is not on this machine")


def files_in(folder: str, pattern: str = "*.*") -> list[Path]:
    """The files under ../shared/`folder`, sorted; skips or fails the running test if there are none."""
    found = sorted(path for path in (SHARED / folder).rglob(pattern) if path.is_file())
    return found or not_here(f"../shared/{folder}")


@cache
def parsed(text: str, source: str, hints: Hints = NO_HINTS) -> Document:
    """The document of a transcript, parsed once a session: several tests look at the same two hundred."""
    return parse(text, source=source, hints=hints)
