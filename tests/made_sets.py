"""Question sets of several formats, written to files, for tests of reading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.questions.formats import read_records
from eval.questions.record import Fault
from rag.readers.text import read_text
from rag.transcript import parse
from rag.types import Document


def kept(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8", newline="")
    return path


def lines(*objects: Any) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def faults_in(path: Path) -> list[str]:
    return [str(read).removeprefix(f"{path}") for read in read_records(path) if isinstance(read, Fault)]


def parsed(paths: list[Path]) -> list[Document]:
    return [parse(read_text(path), source=path.name) for path in paths]


CORPUS = [
    {"_id": "d1", "title": "On ferries", "text": "The ferry stopped in May."},
    {"_id": "a/../b c", "title": "", "text": "Nobody paid."},
    {"_id": "d3", "text": "Nothing of interest."},
    {"_id": "d4", "title": "", "text": ""},
]
QUERIES = [
    {"_id": "7", "text": "When did it stop?"},
    {"_id": "8", "text": "Who paid?"},
    {"_id": "9", "text": "Unjudged?"},
]
QRELS = "query-id\tcorpus-id\tscore\n7\td1\t2\n7\td3\t0\n8\ta/../b c\t1\n8\td3\t1\n"


def beir(folder: Path, qrels: str = QRELS, name: str = "qrels/test.tsv") -> Path:
    kept(folder / "corpus.jsonl", lines(*CORPUS))
    kept(folder / "queries.jsonl", lines(*QUERIES))
    kept(folder / name, qrels)
    return folder


CONTEXT = "\ufeffThe ferry stopped in May.\r\nNobody paid for it."


def squad(*qas: Any, context: str = CONTEXT) -> dict[str, Any]:
    return {
        "version": "v2.0",
        "data": [{"title": "On the ferries", "paragraphs": [{"context": context, "qas": list(qas)}]}],
    }


MAY = {"text": "May", "answer_start": 22}
CSV = """id,question,answerable,source,start,end,answers,history,tags
q1,"When did it stop, and why?",true,hearing.txt,120,180,in May|since May,Who ran it?|And where?,lexical|date
q1,,,talks/podcast.md,900,950,,,
q2,Who paid?,no,,,,,,
"""


def few_of(bundled: Path, folder: Path) -> Path:
    """A bundled set of fourteen questions: its first ten that are answered in the record, and four that are not."""
    asked = bundled.read_text(encoding="utf-8").splitlines()
    answerable, others = (
        [line for line in asked if json.loads(line)["answerable"] is wanted] for wanted in (True, False)
    )
    return kept(folder / bundled.name, "".join(f"{line}\n" for line in [*answerable[:10], *others[:4]]))
