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
from pathlib import Path
from time import perf_counter

from eval.figures import figures_of
from eval.questions import Question, load_questions
from eval.run import RETRIEVALS, RunSettings, run
from rag.archive import Archive, open_archive
from rag.assistant import Assistant

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "eval" / "sets"
OUTSIDE = [ROOT.parent / "shared" / folder for folder in ("corpus", "data/layouts/bitcoin")]
REPEATS = 5
QUALITY = ("Success@1", "Success@5", "R@5", "first_quote", "all_quotes", "wrongly_refused", "refused")


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
    print(f"{'quality':<42} {'n':>5}  " + "  ".join(QUALITY))
    for label, sources, sets in _sets():
        archive = open_archive(folder / f"quality-{label}")
        archive.ingest(sources)
        questions = load_questions(sets)
        for retrieval in RETRIEVALS:
            _print_row(label, archive, questions, retrieval)
        answerable = [question for question in questions if question.answerable]
        paraphrases = [question for question in answerable if "paraphrase" in question.tags]
        others = [question for question in questions if question not in paraphrases]
        for part, asked in (("  paraphrases only", paraphrases), ("  without paraphrases", others)):
            if asked:
                _print_row(part, archive, asked, "fusion")


def _print_row(label: str, archive: Archive, questions: Sequence[Question], retrieval: str) -> None:
    done = run(archive, questions, settings=RunSettings(retrieval))
    values = {figure.name: f"{figure.value:.3f}" for figure in figures_of(done, resamples=0)}
    shown = "  ".join(f"{values.get(name, '–'):>{len(name)}}" for name in QUALITY)
    print(f"{label[:32]:<33}{retrieval:<10}{len(questions):>4}  {shown}")


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
