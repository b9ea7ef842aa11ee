"""Files and folders of questions → records in the contract's form; one file per format.

    contract      .jsonl     one question a line, gold as character ranges: the form that all others are read into
    csv           .csv .tsv  one gold range a row
    beir          a folder   corpus.jsonl, queries.jsonl, qrels; also with TREC qrels
    squad         .json      SQuAD 1.1 and 2.0, XQuAD
    ragas         .json(l)   user_input and reference_contexts, gold as text

The content decides the format, not the name, so that a renamed file is still read. A fault takes the place of what
could not be read, and reading goes on after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.questions.formats import beir, contract, csv_rows, ragas, squad
from eval.questions.formats.transcripts import write_texts
from eval.questions.record import Fault, Record
from rag.errors import InputError
from rag.types import Document

NO_SET = (
    "is no question set; onrecord reads one JSON object a line, CSV with a heading, SQuAD and ragas JSON, and folders "
    "with corpus.jsonl, queries.jsonl and qrels"
)


def read_records(path: Path, *, documents: Sequence[Document] | None = None) -> Iterator[Record | Fault]:
    """The questions of one file or folder, unchecked, and a fault for each part that is no question."""
    if path.is_dir():
        yield from beir.read(path) if beir.is_set(path) else [Fault(str(path), "", NO_SET)]
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        yield Fault(str(path), "", f"cannot be read: {error.strerror or error}")
        return
    except UnicodeDecodeError as error:
        yield Fault(str(path), "", f"is not UTF-8 (byte {error.start}); save it as UTF-8")
        return
    yield from _read_text(str(path), path, text, documents)


def write_transcripts(path: Path, folder: Path) -> list[Path]:
    """Write the texts that a BEIR folder or a SQuAD file is about as transcripts into `folder`; the files, in order.

    Their names and offsets are those of the gold that `read_records` gives. Raises InputError for the first
    fault, and for other formats, which are about transcripts that exist already.
    """
    if path.is_dir() and beir.is_set(path):
        return write_texts(beir.texts(path), folder)
    if path.is_file():
        content = _whole_json(path.read_bytes().decode("utf-8-sig", "replace"))
        if squad.is_set(content):
            return write_texts(squad.texts(str(path), content), folder)
    raise InputError(f"{path} brings no texts of its own; give a BEIR folder or a SQuAD file")


def _read_text(name: str, path: Path, text: str, documents: Sequence[Document] | None) -> Iterator[Record | Fault]:
    start = text.lstrip()[:1]
    if not start:
        return
    if path.suffix.lower() in {".csv", ".tsv"} or (start not in "{[" and csv_rows.is_set(text)):
        yield from csv_rows.read(name, text)
        return
    content = _whole_json(text)
    if squad.is_set(content):
        yield from squad.read(name, content)
        return
    if content is not None:
        rows = (
            ragas.rows_of(content) if ragas.is_columns(content) else content if isinstance(content, list) else [content]
        )
        numbered = [
            (f"{name}:{n}" if isinstance(content, dict) else f"{name}[{n - 1}]", row) for n, row in enumerate(rows, 1)
        ]
        # A file that is one object is a set of one line, and any list of objects may be a set.
        if not numbered or not _is_question(numbered[0][1]):
            yield Fault(name, "", NO_SET)
            return
        lines: list[tuple[str, Any] | Fault] = list(numbered)
    elif path.suffix.lower() == ".jsonl" or start == "{":
        lines = list(contract.parse_lines(name, text))
    else:
        yield Fault(name, "", NO_SET)
        return
    first = next((line[1] for line in lines if not isinstance(line, Fault)), None)
    yield from ragas.read(path, lines, documents) if ragas.is_row(first) else contract.read(lines)


def _is_question(row: Any) -> bool:
    return ragas.is_row(row) or (isinstance(row, dict) and "question" in row)


def _whole_json(text: str) -> Any:
    """The JSON value that a file is; None if it is not one value."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
