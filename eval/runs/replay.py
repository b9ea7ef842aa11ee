"""Recorded variants of a model, replayed: what a model would search with, measured without one.

A file has one JSON object a line: {"question": "…", "history": ["…"], "variants": ["…", …]}, `history` only where there is
one. The same code searches them as if a model had just proposed them, and quotes are chosen without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.questions.model import Question
from eval.questions.record import shown
from rag.errors import InputError

Asked = tuple[str, tuple[str, ...]]  # a question and those before it


class RecordedVariants:
    """A generator that only proposes, and proposes what was recorded: nothing for a question that was not.

    >>> recorded = RecordedVariants({("Why?", ()): ("Why did it sink?", "It was old.")})
    >>> recorded.variants("Why?", []), recorded.variants("Why?", ["Who?"])
    (('Why did it sink?', 'It was old.'), ())
    """

    def __init__(self, recorded: Mapping[Asked, tuple[str, ...]]) -> None:
        self._recorded = dict(recorded)

    def variants(self, question: str, history: Sequence[str]) -> Sequence[str]:
        """What was recorded for a question asked after these."""
        return self._recorded.get((question.strip(), tuple(history)), ())

    def knows(self, question: Question) -> bool:
        """Whether anything was recorded for a question."""
        return (question.question.strip(), question.history) in self._recorded


def load_variants(path: Path, questions: Iterable[Question] = ()) -> RecordedVariants:
    """The recorded variants of a file. Raises InputError for a line that is none, and if none fits the `questions`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the variants cannot be read ({error})") from error
    recorded = RecordedVariants(
        dict(_entry(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip())
    )
    asked = list(questions)
    if asked and not any(map(recorded.knows, asked)):
        raise InputError(f"{path}: it has variants for none of the {len(asked):,} questions; give those of this set")
    return recorded


def _entry(line: str, place: str) -> tuple[Asked, tuple[str, ...]]:
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: no JSON: {error}") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
        raise InputError(f"{place}: expected an object with a question and its variants, found {shown(fields)}")
    for name in ("history", "variants"):
        texts = fields.get(name, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputError(f"{place}: {name}: expected a list of texts, found {shown(texts)}")
    return (fields["question"].strip(), tuple(fields.get("history", []))), tuple(fields.get("variants", []))
