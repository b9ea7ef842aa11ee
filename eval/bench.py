"""Speed and answer quality, measured in one run: `make bench`.

Speed is a ratio or a median, since machines differ and are shared; nothing here fails. Quality is printed for dense
alone, BM25 alone and their fusion side by side, over the bundled sets and over every set in `tests/sets` whose source is
found.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from eval.questions import Question, load_questions
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.calibration import DEFAULT_CALIBRATION
from rag.followups import build_query
from rag.reading import read
from rag.retrieval import BM25, DENSE, FUSION, Weights, retrieve
from rag.types import Scope

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "eval" / "sets"
OUTSIDE = [ROOT.parent / "shared" / folder for folder in ("corpus", "data/layouts/bitcoin")]
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the answerable questions, but the last, which is one of the unanswerable."""

    questions: int
    recall_at_1: float
    recall_at_5: float
    first_quote: float
    all_quotes: float
    wrongly_refused: float
    refused: float


def measure_quality(archive: Archive, questions: Sequence[Question], weights: Weights) -> Quality:
    """Retrieval and reading over a question set; a question without a result counts as missed."""
    hits_1 = hits_5 = first = any_quote = wrongly = refused = 0
    answerable = [question for question in questions if question.answerable]
    for question in questions:
        query = build_query(question.question, question.history, speakers=archive.speakers())
        candidates = retrieve(archive, query, scope=Scope(), weights=weights)
        evidence = read(archive, query, candidates)
        silent = evidence.confidence < DEFAULT_CALIBRATION.threshold
        if not question.answerable:
            refused += silent
            continue
        passages = [candidate.stored.passage for candidate in candidates[:5]]
        relevant = [question.is_relevant(passage.source, passage.start, passage.end) for passage in passages]
        holds = [question.is_answered_by(quote.text) for quote in evidence.quotes]
        hits_1 += any(relevant[:1])
        hits_5 += any(relevant)
        first += any(holds[:1])
        any_quote += any(holds)
        wrongly += silent
    count, others = max(len(answerable), 1), max(len(questions) - len(answerable), 1)
    return Quality(
        questions=len(questions),
        recall_at_1=hits_1 / count,
        recall_at_5=hits_5 / count,
        first_quote=first / count,
        all_quotes=any_quote / count,
        wrongly_refused=wrongly / count,
        refused=refused / others,
    )


def main() -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _print_speed(folder)
        print()
        _print_quality(folder)


def _print_speed(folder: Path) -> None:
    source = next((path for path in OUTSIDE if path.is_dir()), BUNDLED)
    print(f"speed, on {source.name}")
    archive = open_archive(folder / "speed")
    archive.ingest([source])
    _print_ingest(folder, source, archive)
    assistant = Assistant(archive)
    asked = [question.question for path in sorted(BUNDLED.glob("*.jsonl")) for question in load_questions([path])]
    times: list[float] = []
    for question in asked:
        with _timed(times):
            assistant.ask(question)
    times.sort()
    print(
        f"  warm ask        p50 {1000 * statistics.median(times):.1f} ms, p95 {1000 * times[int(0.95 * len(times))]:.1f} ms"
    )
    for label, words in (
        ("cold ask", ["ask", asked[0], "--archive", str(folder / "speed")]),
        ("--help", ["--help"]),
    ):
        runs = [_run_child(words) for _ in range(REPEATS)]
        seconds = statistics.median(run[0] for run in runs)
        print(f"  {label:<15} median {seconds:.2f} s, peak {max(run[1] for run in runs):.0f} MB, of {REPEATS} runs")


def _print_ingest(folder: Path, source: Path, archive: Archive) -> None:
    from embeddings.models import locate
    from embeddings.sentence_transformer import load_sentence_transformer

    texts = [passage.text for document in archive.documents() for passage in archive.passages(document.id)]
    model = load_sentence_transformer(locate(archive.encoder.name), device="cpu")
    model.encode(texts[:16], show_progress_bar=False)
    encode_s: list[float] = []
    ingest_s: list[float] = []
    onnx_s: list[float] = []
    for repeat in range(REPEATS):
        with _timed(encode_s):
            model.encode(texts, batch_size=32, show_progress_bar=False)
        with _timed(onnx_s):
            archive.encoder.encode_passages(texts)
        fresh = open_archive(folder / f"ingest-{repeat}")
        _ = fresh.encoder  # loading the model is measured by the cold ask
        with _timed(ingest_s):
            fresh.ingest([source])
    encode, onnx, ingest = (len(texts) / statistics.median(times) for times in (encode_s, onnx_s, ingest_s))
    print(
        f"  passages/s      SentenceTransformer.encode {encode:.0f}, onnx {onnx:.0f} ({onnx / encode:.2f} ×), whole ingest {ingest:.0f} ({ingest / encode:.2f} ×)"
    )


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    started = perf_counter()
    yield
    times.append(perf_counter() - started)


# A child's peak counts from its parent's size at the fork, so a small process in between starts and measures it.
_LAUNCHER = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = os.wait4(child.pid, 0)[2] if hasattr(os, "wait4") else child.wait() and None
seconds = time.perf_counter() - started
print(seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10) if usage else 0.0)
"""


def _run_child(words: Sequence[str]) -> tuple[float, float]:
    """Wall seconds and peak resident megabytes of one `onrecord` process; 0 MB where the system does not tell."""
    command = [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "rag", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _print_quality(folder: Path) -> None:
    print("quality                                       n    R@1   R@5   first  all    wrongly  refused")
    print("                                                               quote  quotes refused  unanswerable")
    for label, sources, sets in _sets():
        archive = open_archive(folder / f"quality-{label}")
        archive.ingest(sources)
        questions = load_questions(sets)
        for name, weights in (("dense", DENSE), ("BM25", BM25), ("fusion", FUSION)):
            _print_row(f"{label[:32]:<33}{name:<10}", measure_quality(archive, questions, weights))
        answerable = [question for question in questions if question.answerable]
        paraphrases = [question for question in answerable if "paraphrase" in question.tags]
        others = [question for question in questions if question not in paraphrases]
        _print_row(f"{'  paraphrases only':<33}{'fusion':<10}", measure_quality(archive, paraphrases, FUSION))
        _print_row(f"{'  without paraphrases':<33}{'fusion':<10}", measure_quality(archive, others, FUSION))


def _print_row(label: str, quality: Quality) -> None:
    print(
        f"{label} {quality.questions:>3}  {quality.recall_at_1:>5.3f} {quality.recall_at_5:>5.3f}  {quality.first_quote:>5.3f}  "
        f"{quality.all_quotes:>5.3f}  {quality.wrongly_refused:>5.3f}    {quality.refused:>5.3f}"
    )


def _sets() -> Iterator[tuple[str, list[Path], list[Path]]]:
    """(label, transcripts, question sets): the bundled ones together, then each outside set with its own source."""
    yield "bundled", [BUNDLED], sorted(BUNDLED.glob("*.jsonl"))
    for path in sorted((ROOT / "tests" / "sets").glob("*.jsonl")):
        named = {gold.source for question in load_questions([path]) for gold in question.relevant}
        folders = [folder for folder in (BUNDLED, *OUTSIDE) if folder.is_dir()]
        found = [file for folder in folders for file in sorted(folder.iterdir()) if file.name in named]
        if found:
            yield path.stem, found, [path]


if __name__ == "__main__":
    main()
