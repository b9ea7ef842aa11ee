"""Rerankers on questions about one paragraph each: `python -m eval.benchmarks.rerankers FILE --reader trained`.

FILE is in the form of SQuAD 2.0, whose paragraphs do not answer every question. Each reranker gives a text and a score
for every question; below a threshold, chosen on other articles, it says that there is no answer. Exact match and F1 are
those of Rajpurkar et al. (2016, 2018). A reranker that only chooses sentences gives the whole sentence, which lowers
its F1, so all of them are compared by whether the chosen sentence holds the answer.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.measures.abstention import auroc
from eval.measures.squad import exact_match, token_f1
from eval.statistics import bootstrap_interval
from rag.archive import open_archive
from rag.errors import InputError, OnrecordError
from rag.evidence.question_terms import question_terms, remembered_stems
from rag.evidence.score import score_sentences
from rag.query.build import build_query
from rag.rerankers import HEURISTIC, Reranker, load_reranker
from rag.rerankers.training.data import KEPT_APART, Paragraph, squad_paragraphs
from rag.retrieval.fusion import retrieve
from rag.storage.protocol import Snapshot
from rag.types import Filters

TUNED_ON = 400  # questions of other articles that choose the threshold
MOST_PASSAGES = 1_000


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of one question. `answers` is empty if the paragraph has none."""

    answers: tuple[str, ...]
    text: str
    score: float
    in_sentence: bool  # the chosen sentence holds an answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.rerankers", description="Measure readers on SQuAD-like files."
    )
    parser.add_argument("file", type=Path, help="a SQuAD 2.0 file")
    parser.add_argument("--reader", action="append", metavar="NAME", help="heuristic, trained, a model (repeatable)")
    parser.add_argument(
        "--articles", nargs="+", metavar="TITLE", help="measure on these; default: those kept from training"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="the first N questions only")
    given = parser.parse_args(arguments)
    try:
        _print(given.file, given.reader or [HEURISTIC], given.articles, given.limit)
    except OnrecordError as error:
        print(f"onrecord: {error}", file=sys.stderr)
        return 1
    return 0


def _print(file: Path, readers: Sequence[str], articles: Sequence[str] | None, limit: int | None) -> None:
    paragraphs = squad_paragraphs(file)
    titles = {paragraph.article for paragraph in paragraphs}
    chosen = set(articles) if articles else titles & KEPT_APART
    if not chosen:
        raise InputError(
            f"{file} has none of the articles that the trained reader never saw; name some with --articles"
        )
    if unknown := chosen - titles:
        raise InputError(f"{file} has no article {sorted(unknown)[0]!r}; it has {', '.join(sorted(titles)[:5])} …")
    measured = [paragraph for paragraph in paragraphs if paragraph.article in chosen]
    others = [paragraph for paragraph in paragraphs if paragraph.article not in chosen]
    if not others:
        raise InputError(
            "every article is measured on, and none is left to choose the threshold on; name fewer with --articles"
        )
    print(f"{', '.join(sorted(chosen))}: {sum(len(paragraph.questions) for paragraph in measured)} questions")
    print(
        f"{'reader':<12}{'F1':>22}{'EM':>7}{'HasAns':>13}{'NoAns':>7}{'no-answer F1':>14}{'sentence':>22}{'AUROC':>7}"
    )
    for name in readers:
        reader = load_reranker(name)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            # Evenly from all of the others: neighbours ask about the same things.
            step = max(1, sum(len(paragraph.questions) for paragraph in others) // TUNED_ON)
            tuning = read_all(others[::step], reader, Path(folder) / "tuning", limit=TUNED_ON)
            reads = read_all(measured, reader, Path(folder) / "measured", limit=limit)
        threshold = best_threshold(tuning)
        figures = figures_of(reads, threshold)
        f1 = _with_interval(_scores(reads, threshold)[0])
        sentence = _with_interval([float(read.in_sentence) for read in reads if read.answers])
        print(
            f"{name[-11:]:<12}{f1:>22}{figures['em']:>7.3f}{figures['has_em']:>6.3f}/{figures['has_f1']:.3f}"
            f"{figures['no_em']:>7.3f}{figures['no_answer_f1']:>14.3f}{sentence:>22}{figures['auroc']:>7.3f}"
        )


def read_all(
    paragraphs: Sequence[Paragraph], reader: Reranker | None, folder: Path, *, limit: int | None
) -> list[Read]:
    """Every question put to its own paragraph. An article becomes a talk, each of its paragraphs an answer."""
    by_article: dict[str, dict[str, Paragraph]] = {}
    for paragraph in paragraphs:
        by_article.setdefault(paragraph.article, {})[_plain(paragraph.text)] = paragraph
    files = folder / "texts"
    files.mkdir(parents=True)
    for number, texts in enumerate(by_article.values()):
        turns = (f"Interviewer: And then?\n\nReader: {text}\n" for text in texts)
        (files / f"{number}.txt").write_text("\n".join(turns), "utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest([files])
    documents = {document.source: document.id for document in archive.documents()}
    asked = [
        (documents[f"{number}.txt"], text, question, tuple(paragraph.text[a:z] for a, z in spans))
        for number, texts in enumerate(by_article.values())
        for text, paragraph in texts.items()
        for _, question, spans in paragraph.questions
        if f"{number}.txt" in documents
    ]
    with archive.snapshot() as snapshot:
        return [_read(snapshot, reader, *one) for one in asked[:limit]]


def _read(
    snapshot: Snapshot, reader: Reranker | None, document: str, text: str, question: str, answers: tuple[str, ...]
) -> Read:
    query = build_query(question)
    found = retrieve(snapshot, query, scope=snapshot.resolve(Filters(document=(document,))), depth=MOST_PASSAGES)
    candidates = [candidate for candidate in found if candidate.stored.passage.text in text]
    if not candidates:
        return Read(answers, "", 0.0, False)
    if reader is None:
        stems_of = remembered_stems(snapshot)
        terms = question_terms(snapshot, query, stems_of)
        scored = [
            (float(each), candidate.stored, number)
            for candidate in candidates
            for number, each in enumerate(score_sentences(candidate, terms, stems_of))
        ]
        score, chosen, number = max(scored, key=lambda item: item[0])
        said = sentence = chosen.passage.text[slice(*chosen.spans[number])]
    else:
        stored = [candidate.stored for candidate in candidates]
        results = reader.score(query, stored)
        best = max(range(len(results)), key=lambda n: float(results[n].sentences.max(initial=-np.inf)))
        passage, result = stored[best].passage.text, results[best]
        sentence = passage[slice(*stored[best].spans[int(result.sentences.argmax())])]
        said = passage[slice(*result.span)] if result.span else sentence
        score = float(result.sentences.max())
    return Read(answers, said, score, any(_plain(answer) in sentence for answer in answers))


def _plain(text: str) -> str:
    return " ".join(text.split())


def best_threshold(reads: Sequence[Read]) -> float:
    """The score below which saying "no answer" gives the best mean F1.

    >>> best_threshold([Read(("May",), "May", 2.0, True), Read((), "June", 1.0, False), Read((), "July", 0.0, False)])
    1.5
    """
    ordered = sorted(reads, key=lambda read: read.score)
    given = np.asarray([token_f1(read.text, read.answers) if read.answers else 0.0 for read in ordered])
    silent = np.asarray([float(not read.answers) for read in ordered])
    # For each n: the first n are refused, and the rest are answered.
    totals = np.concatenate([[0.0], silent.cumsum()]) + given.sum() - np.concatenate([[0.0], given.cumsum()])
    n = int(totals.argmax())
    scores = [ordered[0].score - 1.0, *(read.score for read in ordered), ordered[-1].score + 1.0]
    return (scores[n] + scores[n + 1]) / 2


def figures_of(reads: Sequence[Read], threshold: float) -> dict[str, float]:
    """The means, and how well "no answer" was said: F1 of its precision and recall.

    >>> reads = [Read(("May",), "in May", 2.0, True), Read((), "June", 1.0, False)]
    >>> found = {name: round(value, 2) for name, value in figures_of(reads, 1.5).items()}
    >>> found["f1"], found["em"], found["has_f1"], found["has_em"]
    (0.83, 0.5, 0.67, 0.0)
    >>> found["no_em"], found["no_answer_f1"], found["sentence"], found["auroc"]
    (1.0, 1.0, 1.0, 1.0)
    """
    f1, em = _scores(reads, threshold)
    has = np.asarray([bool(read.answers) for read in reads])
    said = np.asarray([read.score < threshold for read in reads])
    both, either = float((said & ~has).sum()), float(said.sum() + (~has).sum())
    held = [float(read.in_sentence) for read in reads if read.answers]
    found = auroc([read.score for read in reads], has)
    return {
        "f1": float(f1.mean()),
        "em": float(em.mean()),
        "has_f1": float(f1[has].mean()) if has.any() else 0.0,
        "has_em": float(em[has].mean()) if has.any() else 0.0,
        "no_em": float(em[~has].mean()) if (~has).any() else 0.0,
        "no_answer_f1": 2 * both / either if either else 0.0,
        "sentence": float(np.mean(held)) if held else 0.0,
        "auroc": found if found is not None else 0.0,
    }


def _scores(reads: Sequence[Read], threshold: float) -> tuple[np.ndarray, np.ndarray]:
    rows = []
    for read in reads:
        silent = read.score < threshold
        if silent or not read.answers:
            rows.append((float(silent and not read.answers),) * 2)
        else:
            rows.append((token_f1(read.text, read.answers), exact_match(read.text, read.answers)))
    f1, em = np.asarray(rows).T
    return f1, em


def _with_interval(values: Sequence[float] | np.ndarray) -> str:
    low, high = bootstrap_interval(values)
    return f"{np.mean(values):.3f} ({low:.3f}–{high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
