"""A BEIR folder (Thakur et al. 2021), also with TREC qrels: gold is a whole document of the corpus.

    corpus.jsonl    {"_id": "MED-10", "title": "…", "text": "…"}
    queries.jsonl   {"_id": "PLAIN-2", "text": "…"}
    qrels/test.tsv  query-id, corpus-id, score under a heading; or qrels.tsv, qrels.txt: query 0 document relevance

If `qrels/` holds `test.tsv`, other files in it are ignored, as in published figures. Queries without a relevant
document are left out, as in trec_eval: an unjudged query is not an unanswerable one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.questions.formats.contract import parse_lines
from eval.questions.formats.transcripts import canonical, file_name_of
from eval.questions.record import Fault, Record, shown
from rag.errors import InputError

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"


def is_set(folder: Path) -> bool:
    """Whether a folder holds a corpus, queries and qrels."""
    return (folder / CORPUS).is_file() and (folder / QUERIES).is_file() and bool(_qrel_files(folder))


def read(folder: Path) -> Iterator[Record | Fault]:
    """A record for each query with a relevant document, in the order of the queries."""
    lengths: dict[str, int] = {}
    for line in _objects(folder / CORPUS):
        if isinstance(line, Fault):
            yield line
        else:
            lengths[line[1]["_id"]] = len(_text_of(line[1]))
    queries: dict[str, tuple[str, Any]] = {}
    for line in _objects(folder / QUERIES):
        if isinstance(line, Fault):
            yield line
        elif line[1]["_id"] in queries:
            yield Fault(line[0], "_id", f"{line[1]['_id']!r} is also the id of {queries[line[1]['_id']][0]}")
        else:
            queries[line[1]["_id"]] = (line[0], line[1]["text"])
    gold: dict[str, dict[str, str]] = {}  # query → document → place
    for judged in _qrels(folder):
        if isinstance(judged, Fault):
            yield judged
            continue
        place, query, document = judged
        if query not in queries:
            yield Fault(place, "query-id", f"{query!r} is not in {QUERIES}")
        elif not lengths.get(document):
            what = "is empty" if document in lengths else "is not"
            yield Fault(place, "corpus-id", f"{document!r} {what} in {CORPUS}")
        else:
            gold.setdefault(query, {})[document] = place
    for query, (place, text) in queries.items():
        if query in gold:
            ranges = [{"source": file_name_of(d), "start": 0, "end": lengths[d]} for d in gold[query]]
            fields = {"id": query, "question": text, "answerable": True, "relevant": ranges}
            yield Record(place, fields, tuple(gold[query].values()))


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(file name, text) of each document. Raises InputError for a line that is no document."""
    for line in _objects(folder / CORPUS):
        if isinstance(line, Fault):
            raise InputError(str(line))
        yield file_name_of(line[1]["_id"]), _text_of(line[1])


def _text_of(document: dict[str, Any]) -> str:
    """The title above the text, since transcripts are read with their titles there."""
    title = document.get("title")
    return canonical(f"{title}\n\n{document['text']}" if isinstance(title, str) and title.strip() else document["text"])


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]] | Fault]:
    """(place, object) of each line with `_id` and `text`."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        yield Fault(str(path), "", f"cannot be read: {error}")
        return
    for line in parse_lines(str(path), content):
        if isinstance(line, Fault):
            yield line
            continue
        place, value = line
        if not isinstance(value, dict):
            yield Fault(place, "", f"expected an object, found {shown(value)}")
            continue
        wrong = [name for name in ("_id", "text") if not isinstance(value.get(name), str)]
        yield from (Fault(place, name, f"expected a text, found {shown(value.get(name))}") for name in wrong)
        if not wrong:
            yield place, value


def _qrel_files(folder: Path) -> list[Path]:
    test = folder / "qrels" / "test.tsv"
    if test.is_file():
        return [test]
    if (folder / "qrels").is_dir():
        return sorted(file for file in (folder / "qrels").iterdir() if file.suffix in {".tsv", ".txt", ".qrels"})
    return [folder / name for name in ("qrels.tsv", "qrels.txt", "qrels", "test.qrels") if (folder / name).is_file()][
        :1
    ]


def _qrels(folder: Path) -> Iterator[tuple[str, str, str] | Fault]:
    """(place, query, document) of each relevant pair; a relevance of 0 or less means that it is not."""
    for path in _qrel_files(folder):
        try:
            lines = path.read_bytes().decode("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            yield Fault(str(path), "", f"cannot be read: {error}")
            continue
        for number, line in enumerate(lines, start=1):
            place = f"{path}:{number}"
            cells = line.split("\t") if "\t" in line else line.split()
            if not line.strip() or (number == 1 and not _is_number(cells[-1])):
                continue  # the heading
            if len(cells) not in (3, 4) or not _is_number(cells[-1]):
                yield Fault(place, "", f"expected query, document and relevance, found {shown(line)}")
            elif float(cells[-1]) > 0:
                yield place, cells[0].strip(), cells[-2].strip()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
