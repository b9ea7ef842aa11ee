"""The transcripts that a question set is about, found by name among folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.questions.model import Question


def transcripts_of(questions: Iterable[Question], folders: Sequence[Path]) -> list[Path]:
    """The files in the folders whose names the gold of these questions gives, folder by folder."""
    named = {gold.source for question in questions for gold in question.relevant}
    return [file for folder in folders for file in sorted(folder.iterdir()) if file.name in named]
