"""Everything that is wrong with question sets, by line and field.

A figure measured on broken gold means nothing, and looks like any other. So a set is compared with the documents that
it is about before it is run, and all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from eval.questions.load import read_questions
from eval.questions.model import Question, fold
from eval.questions.record import Fault, Record, shown
from rag.types import Document

__all__ = ["Fault", "validate"]


def validate(paths: Iterable[str | Path], documents: Iterable[Document]) -> list[Fault]:
    """Every fault of the sets, in the order of their lines; none if they are sound."""
    held = _Held(documents)
    faults: list[Fault] = []
    for record, read in read_questions(paths, documents=held.documents):
        if isinstance(read, Fault):
            faults.append(read)
        elif record is not None:
            faults += _faults_of(read, record, held)
    return faults


class _Held:
    """The documents by file name, and their texts as answers are compared with them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = list(documents)
        self.by_source: dict[str, list[Document]] = {}
        for document in self.documents:
            self.by_source.setdefault(document.source, []).append(document)
        self._folded: dict[str, str] = {}

    def folded(self, source: str) -> str:
        if source not in self._folded:
            self._folded[source] = "\n".join(fold(document.text) for document in self.by_source[source])
        return self._folded[source]


def _faults_of(question: Question, record: Record, held: _Held) -> Iterator[Fault]:
    if question.answerable and not question.relevant:
        yield Fault(record.place, "relevant", "an answerable question needs the range that answers it")
    if not question.answerable:
        if question.relevant:
            yield Fault(record.place, "relevant", "an unanswerable question has no range that answers it")
        if question.answers:
            yield Fault(record.place, "answers", "an unanswerable question has no answers")
    known = []
    for number, gold in enumerate(question.relevant):
        field, place = f"relevant[{number}]", record.place_of_gold(number)
        if gold.source not in held.by_source:
            yield Fault(place, f"{field}.source", _unknown(gold.source, list(held.by_source)))
            continue
        known.append(gold.source)
        texts = [document.text for document in held.by_source[gold.source]]
        longest = max(map(len, texts))
        if gold.end > longest:
            part = "start" if gold.start >= longest else "end"
            offset = gold.start if part == "start" else gold.end
            yield Fault(place, f"{field}.{part}", f"{offset} is outside {gold.source}, which has {longest} characters")
        elif not any(text[gold.start : gold.end].strip() for text in texts):
            yield Fault(
                place, field, f"there is nothing but white space in {gold.source} from {gold.start} to {gold.end}"
            )
    # If a source is unknown, so is the text that should hold the answers.
    if question.answerable and known and len(known) == len(question.relevant):
        for number, answer in enumerate(question.answers):
            if not any(fold(answer) in held.folded(source) for source in dict.fromkeys(known)):
                named = ", ".join(dict.fromkeys(known))
                yield Fault(record.place, f"answers[{number}]", f"{shown(answer)} is not in {named}")


def _unknown(source: str, sources: Sequence[str]) -> str:
    near = get_close_matches(source, sources, n=1)
    return f"there is no document {shown(source)}" + (f"; did you mean {near[0]!r}?" if near else "")
