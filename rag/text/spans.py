"""Half-open character ranges."""

from __future__ import annotations


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A range without white space around it."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, start + len(piece.strip()))
