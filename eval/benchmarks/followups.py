"""Ways to search for a follow-up, side by side: `python -m eval.benchmarks.followups`.

Four ways over every question of a set that has a history: the literal question, the question before joined to it, both
with equal weights, and what `rag.query.build` makes of them. A fifth, where a set gives it as `resolved`, is the question
as a person would have put it in full: about what retrieval itself can do. Sets whose source is not found are left out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.speed import BUNDLED, OUTSIDE, ROOT
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from rag.archive import Archive, open_archive
from rag.query.build import build_query
from rag.rerankers import DEFAULT_RERANKER, Reranker, load_reranker
from rag.retrieval.fusion import retrieve
from rag.retrieval.rerank import rerank
from rag.types import Query, Scope

SETS = ROOT / "tests" / "sets"
CONVERSATIONS = ROOT.parent / "shared" / "data" / "conversations"  # in the form of mt-rag-benchmark
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
    reader = load_reranker(parser.parse_args(arguments).reader)
    print(f"{'set':<24}{'n':>4}  {'way':<12}{'Success@1':>10}{'Success@5':>10}{'R@5':>7}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        for label, archive, questions, resolved in _cases(Path(name)):
            for way, make in (WAYS | {"resolved": _as(resolved)} if resolved else WAYS).items():
                found = figures(archive, questions, make, reader=reader)
                print(
                    f"{label:<24}{len(questions):>4}  {way:<12}"
                    f"{found.success_1:>10.3f}{found.success_5:>10.3f}{found.recall_5:>7.3f}"
                )


def figures(archive: Archive, questions: Sequence[Question], way: Way, *, reader: Reranker | None = None) -> Figures:
    """What one way of searching finds for questions whose answers are known."""
    speakers = archive.speakers()
    first = five = recall = 0.0
    for question in questions:
        query = way(question, speakers)
        candidates = retrieve(archive, query, scope=Scope())
        if reader is not None:
            candidates = rerank(reader, query, candidates)
        passages = [hit.stored.passage for hit in candidates[:DEPTH]]
        hits = [question.is_relevant(p.source, p.start, p.end) for p in passages]
        found = [
            any(p.source == gold.source and gold.start < p.end and p.start < gold.end for p in passages)
            for gold in question.relevant
        ]
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


def _cases(folder: Path) -> Iterator[tuple[str, Archive, list[Question], dict[str, str]]]:
    """(label, archive, questions with a history, their full forms by id)."""
    files = [file for place in (BUNDLED, *OUTSIDE) if place.is_dir() for file in sorted(place.iterdir())]
    bundled = open_archive(folder / "bundled")
    bundled.ingest([BUNDLED])
    yield "bundled", bundled, [q for q in load_questions(sorted(BUNDLED.glob("*.jsonl"))) if q.history], {}
    for path in sorted(SETS.glob("followups-*.jsonl")):
        questions = load_questions([path])
        named = {gold.source for question in questions for gold in question.relevant}
        sources = [file for file in files if file.name in named]
        if not sources:
            continue
        archive = open_archive(folder / path.stem)
        archive.ingest(sources)
        resolved = {row["id"]: row["resolved"] for row in map(json.loads, path.read_text("utf-8").splitlines())}
        for part in PARTS:
            yield (
                f"{path.stem.removeprefix('followups-')}, {part}",
                archive,
                [q for q in questions if part in q.tags],
                resolved,
            )
    for path in sorted(CONVERSATIONS.glob("*.json")) if CONVERSATIONS.is_dir() else []:
        archive = open_archive(folder / path.stem)
        yield "conversations", archive, list(_conversations(path, archive, folder / f"{path.stem}-pages")), {}


def _conversations(path: Path, archive: Archive, pages: Path) -> Iterable[Question]:
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
