"""Ways to search for a follow-up question, side by side: `python -m eval.benchmarks.followups`.

Every question of a set that has a history is searched in four ways: the literal question, the question before joined to
it, both with equal weights, and as `rag.query.build` does it. If a set gives the question in full, as `resolved`, that
is a fifth way, which shows what retrieval itself can do. Sets whose transcripts are not found are left out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from eval.benchmarks.sources import transcripts_of
from eval.questions.bundled import bundled_folder, bundled_sets
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from rag.archive import Archive, open_archive
from rag.query.build import build_query
from rag.rerankers import DEFAULT_RERANKER, Reranker, load_reranker
from rag.retrieval.fusion import retrieve
from rag.retrieval.rerank import rerank
from rag.types import Query, Scope

PARTS = ("tune", "checked", "held-out")
DEPTH = 5

Way = Callable[[Question, Sequence[str]], Query]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions."""

    success_1: float
    success_5: float
    recall_5: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.followups", description="Measure ways to search a follow-up."
    )
    parser.add_argument(
        "--reader", default=DEFAULT_RERANKER, metavar="NAME", help="heuristic leaves the order as found"
    )
    parser.add_argument(
        "--questions", type=Path, nargs="*", default=[], metavar="FILE", help="sets beside the bundled ones"
    )
    parser.add_argument(
        "--sources", type=Path, nargs="*", default=[], metavar="DIR", help="where their transcripts are"
    )
    parser.add_argument(
        "--conversations",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="files in the form of mt-rag-benchmark",
    )
    given = parser.parse_args(arguments)
    reader = load_reranker(given.reader)
    print(f"{'set':<24}{'n':>4}  {'way':<12}{'Success@1':>10}{'Success@5':>10}{'R@5':>7}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        cases = chain(
            _bundled(Path(name)),
            _resolved(Path(name), given.questions, [bundled_folder(), *given.sources]),
            _conversations(Path(name), given.conversations),
        )
        for label, archive, questions, resolved in cases:
            for way, make in (WAYS | {"resolved": _as(resolved)} if resolved else WAYS).items():
                found = figures(archive, questions, make, reader=reader)
                print(
                    f"{label:<24}{len(questions):>4}  {way:<12}"
                    f"{found.success_1:>10.3f}{found.success_5:>10.3f}{found.recall_5:>7.3f}"
                )


def figures(archive: Archive, questions: Sequence[Question], way: Way, *, reader: Reranker | None = None) -> Figures:
    """What one way of searching finds for questions whose answers are known."""
    first = five = recall = 0.0
    for question in questions:
        with archive.snapshot() as snapshot:
            query = way(question, snapshot.speakers)
            candidates = retrieve(snapshot, query, scope=Scope())
        if reader is not None:
            candidates = rerank(reader, query, candidates)
        passages = [hit.stored.passage for hit in candidates[:DEPTH]]
        hits = [question.is_relevant(p.source, p.start, p.end) for p in passages]
        found = [any(gold.overlaps(p.source, p.start, p.end) for p in passages) for gold in question.relevant]
        first += any(hits[:1])
        five += any(hits)
        recall += sum(found) / len(found)
    n = len(questions)
    return Figures(first / n, five / n, recall / n)


def _literal(question: Question, speakers: Sequence[str]) -> Query:
    return build_query(question.question, speakers=speakers)


def _joined(question: Question, speakers: Sequence[str]) -> Query:
    named = _literal(question, speakers).speakers
    return Query(question.question, ((f"{question.history[-1]} {question.question}", 1.0),), named)


def _equal(question: Question, speakers: Sequence[str]) -> Query:
    literal, joined = _literal(question, speakers), _joined(question, speakers)
    return Query(question.question, literal.variants + joined.variants, literal.speakers)


def _fused(question: Question, speakers: Sequence[str]) -> Query:
    return build_query(question.question, question.history, speakers=speakers)


WAYS: dict[str, Way] = {"literal": _literal, "joined": _joined, "equal": _equal, "fused": _fused}


def _as(resolved: dict[str, str]) -> Way:
    return lambda question, speakers: build_query(resolved[question.id], speakers=speakers)


_Case = tuple[str, Archive, list[Question], dict[str, str]]  # label, archive, questions, their full forms by id


def _bundled(folder: Path) -> Iterator[_Case]:
    archive = open_archive(folder / "bundled")
    archive.ingest([bundled_folder()])
    yield "bundled", archive, [question for question in load_questions(bundled_sets()) if question.history], {}


def _resolved(folder: Path, sets: Sequence[Path], sources: Sequence[Path]) -> Iterator[_Case]:
    """Each set whose transcripts are found, part by part."""
    for path in sets:
        questions = load_questions([path])
        transcripts = transcripts_of(questions, sources)
        if not transcripts:
            continue
        archive = open_archive(folder / path.stem)
        archive.ingest(transcripts)
        resolved = {row["id"]: row["resolved"] for row in map(json.loads, path.read_text("utf-8").splitlines())}
        for part in PARTS:
            label = f"{path.stem.removeprefix('followups-')}, {part}"
            yield label, archive, [question for question in questions if part in question.tags], resolved


def _conversations(folder: Path, files: Sequence[Path]) -> Iterator[_Case]:
    for path in files:
        archive = open_archive(folder / path.stem)
        yield "conversations", archive, list(_turns(path, archive, folder / f"{path.stem}-pages")), {}


def _turns(path: Path, archive: Archive, pages: Path) -> Iterable[Question]:
    """The turns after the first that have passages, each passage as an answer in a transcript of its own."""
    content = json.loads(path.read_text("utf-8"))
    pages.mkdir()
    sources: dict[str, str] = {}  # text → file; the set has some passages twice
    source_of: dict[str, str] = {}
    for number, page in enumerate(content["documents"]):
        text = " ".join(page["text"].split())
        source_of[page["document_id"]] = source = sources.setdefault(text, f"{number}.txt")
        (pages / source).write_text(f"Question: What is on the page?\n\nAnn Reed: {text}\n", "utf-8")
    archive.ingest([pages])
    lengths = {document.source: len(document.text) for document in archive.documents()}
    for task in content["tasks"]:
        *history, asked = [turn["text"] for turn in task["input"] if turn["speaker"] == "user"]
        named = sorted({source_of[context["document_id"]] for context in task["contexts"]})
        if history and named:
            gold = tuple(Gold(source, 0, lengths[source]) for source in named)
            yield Question(task["task_id"], asked.strip(), True, tuple(history), gold)


if __name__ == "__main__":
    main()
