"""ragas test sets: the gold is given as text, which is searched for in the transcripts.

Both generations of names are read, `user_input`, `reference`, `reference_contexts` and `question`, `ground_truth`,
`contexts`, as a list, as columns or one a line. A reference is usually written by a model and not said by a speaker. It
becomes an answer only if a transcript holds it word for word; otherwise a quote is judged by its place. A row with an
empty list of contexts is unanswerable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.questions.record import Fault, Record, shown
from rag.errors import InputError
from rag.readers.text import SUFFIXES, read_text
from rag.types import Document

_ASKED, _REFERENCE, _CONTEXTS = (
    ("user_input", "question"),
    ("reference", "ground_truth", "ground_truths"),
    ("reference_contexts", "contexts"),
)
_OTHERS = (*_REFERENCE, *_CONTEXTS, "retrieved_contexts", "response")


def is_row(value: Any) -> bool:
    """Whether an object is a row of a ragas set, and not a question in the contract's form."""
    if not isinstance(value, Mapping) or "answerable" in value or "relevant" in value:
        return False
    return "user_input" in value or ("question" in value and any(name in value for name in _OTHERS))


def is_columns(value: Any) -> bool:
    """Whether an object holds a set column by column: each a list, or an object with the row's number as key."""
    return (
        is_row(value)
        and isinstance(value, dict)
        and all(isinstance(column, list | dict) for column in value.values())
        and bool(
            {len(column) for column in value.values()} == {len(next(iter(value.values())))}
            and not _is_conversation(value.get("user_input"))
        )
    )


def rows_of(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Columns as rows.

    >>> rows_of({"question": ["Why?", "When?"], "ground_truth": ["So.", "Now."]})
    [{'question': 'Why?', 'ground_truth': 'So.'}, {'question': 'When?', 'ground_truth': 'Now.'}]
    """
    values = [column.values() if isinstance(column, Mapping) else column for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def read(
    path: Path, lines: Iterable[tuple[str, Any] | Fault], documents: Sequence[Document] | None
) -> Iterator[Record | Fault]:
    """A record for each row whose contexts are found."""
    texts = _texts(path, documents)
    for number, line in enumerate(lines, start=1):
        if isinstance(line, Fault):
            yield line
        elif not isinstance(line[1], Mapping):
            yield Fault(line[0], "", f"no question: expected an object, found {shown(line[1])}")
        else:
            yield from _record(f"{path.stem}-{number}", *line, texts)


def _record(name: str, place: str, row: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Record | Fault]:
    asked_as, contexts_as = _first(row, _ASKED), _first(row, _CONTEXTS)
    history, question = _conversation(row.get(asked_as))
    contexts = row.get(contexts_as)
    contexts = [contexts] if isinstance(contexts, str) else contexts
    if not isinstance(contexts, list) or not all(isinstance(context, str) and context.strip() for context in contexts):
        yield Fault(
            place,
            contexts_as,
            "is missing" if contexts is None else f"expected a list of texts, found {shown(contexts)}",
        )
        return
    ranges: list[dict[str, Any]] = []
    for number, context in enumerate(contexts):
        found = [
            {"source": source, "start": start, "end": end}
            for source, text in texts.items()
            for start, end in _places(context, text)
        ]
        if not found:
            where = (
                f"none of the {len(texts)} transcripts holds"
                if texts
                else "there is no transcript beside the set to hold"
            )
            yield Fault(place, f"{contexts_as}[{number}]", f"{where} {shown(context)}")
        ranges += found
    if contexts and not ranges:
        return
    references = row.get(_first(row, _REFERENCE))
    references = references if isinstance(references, list) else [references]
    yield Record(
        place,
        {
            "id": str(row.get("id") or name),
            **({"question": question} if question is not None else {}),
            "answerable": bool(contexts),
            "history": history,
            "relevant": ranges,
            "answers": [
                text
                for text in references
                if isinstance(text, str) and text.strip() and any(text in texts[gold["source"]] for gold in ranges)
            ],
        },
    )


def _conversation(asked: Any) -> tuple[list[Any], Any]:
    """(earlier questions, the question) of a text, or of a list of messages."""
    if not _is_conversation(asked):
        return [], asked
    said = [message["content"] for message in asked if message.get("type", message.get("role")) in {"human", "user"}]
    return said[:-1], said[-1] if said else None


def _is_conversation(asked: Any) -> bool:
    return isinstance(asked, list) and all(isinstance(message, dict) and "content" in message for message in asked)


def _first(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((name for name in names if row.get(name) is not None), names[0])


def _places(context: str, text: str) -> list[tuple[int, int]]:
    """The ranges at which a context is found: character for character, or else with other white space."""
    context = context.strip()
    exact = re.escape(context)
    if context not in text:
        exact = r"\s+".join(re.escape(word) for word in context.split())
    return [match.span() for match in re.finditer(exact, text)]


def _texts(path: Path, documents: Sequence[Document] | None) -> dict[str, str]:
    """source → text of what can be quoted: the documents given, or else the transcripts beside the set."""
    if documents is not None:
        return {document.source: document.text for document in documents}
    texts = {}
    for folder in (path.parent, path.parent / "transcripts"):
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            if file.is_file() and file.suffix.lower() in SUFFIXES:
                try:
                    texts[file.name] = read_text(file)
                except InputError:  # a file that is no transcript holds no gold
                    continue
    return texts
