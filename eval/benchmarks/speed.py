"""Speed, measured in one run: `make bench`.

Speed is a ratio or a median, since machines differ and are shared; nothing here fails.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from eval.questions.bundled import bundled_folder, bundled_sets
from eval.questions.load import load_questions
from rag import readers
from rag.answer.support import verify
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.evidence.calibration import DEFAULT_CALIBRATION
from rag.generators import GenerationRequest
from rag.passages import passages_of
from rag.query.build import build_query
from rag.readers.folders import transcripts_under
from rag.readers.text import read_text
from rag.rerankers import HEURISTIC, load_reranker
from rag.rerankers.late import LateReranker
from rag.rerankers.loading import graph_folder
from rag.rerankers.weights import TRAINED_SHA256
from rag.retrieval.fusion import retrieve
from rag.transcript import parse
from rag.types import Answer, Scope

REPEATS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.speed", description="Measure speed.")
    parser.add_argument(
        "--source",
        type=Path,
        default=bundled_folder(),
        metavar="DIR",
        help="what is ingested and asked; default: bundled",
    )
    parser.add_argument(
        "--transcripts",
        type=Path,
        nargs="*",
        default=[],
        metavar="DIR",
        help="folders to parse, beside the bundled one",
    )
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        _print_speed(Path(name), given.source)
        print()
        _print_parsing(Path(name), [bundled_folder(), *given.transcripts])


def _print_speed(folder: Path, source: Path) -> None:
    print(f"speed, on {source.name}")
    archive = open_archive(folder / "speed")
    archive.ingest([source])
    _print_ingest(folder, source, archive)
    asked = [question.question for question in load_questions(bundled_sets())]
    _print_answering(archive, asked)
    _print_writing(archive, asked)
    _print_commands(folder / "speed", asked[0])


def _print_commands(archive: Path, question: str) -> None:
    """Whole processes, from their start to their end."""
    ask = ["ask", question, "--archive", str(archive)]
    for label, words in (
        ("cold ask", ask),
        ("… heuristic", [*ask, "--reader", "heuristic"]),
        ("--help", ["--help"]),
    ):
        runs = [_run_child(words) for _ in range(REPEATS)]
        seconds = statistics.median(run[0] for run in runs)
        print(f"  {label:<15} median {seconds:.2f} s, peak {max(run[1] for run in runs):.0f} MB, of {REPEATS} runs")


def _print_answering(archive: Archive, asked: Sequence[str]) -> None:
    """Warm answers by reranker: without a model, and with one to which each passage is new, or known from before."""
    known = load_reranker()
    if known is None:
        return
    reading: list[float] = []
    anew = LateReranker(graph_folder(TRAINED_SHA256), remembered=0)
    for question in asked:
        query = build_query(question)
        with archive.snapshot() as snapshot:
            found = [candidate.stored for candidate in retrieve(snapshot, query, scope=Scope())[:10]]
        with _timed(reading):
            anew.score(query, found)
    print(f"  trained reader  {_p50(reading)} for 10 passages")
    for label, reader in (("warm ask", anew), ("… again", known), ("… heuristic", HEURISTIC)):
        assistant = Assistant(archive, reader=reader)
        times: list[float] = []
        for question in asked:
            with _timed(times):
                assistant.ask(question)
        print(f"  {label:<15} {_p50(times)}, p95 {1000 * sorted(times)[int(0.95 * len(times))]:.1f} ms")


def _print_writing(archive: Archive, asked: Sequence[str]) -> None:
    """What is added to a model's own time: until the first piece arrives, and for checking 200 words."""
    delays: list[float] = []
    written: list[float] = []

    class Model:
        """Says 200 words of the passages that it was shown."""

        numbering = "sentences"

        def generate(self, request: GenerationRequest) -> Iterator[str]:
            written.append(perf_counter())
            yield "Well: "
            words = 0
            for number, numbered in enumerate(request.passages * 5, start=1):
                if words < 200:
                    text = numbered.sentences[0].text
                    words += len(text.split())
                    yield f"{text.rstrip('.')} [{(number - 1) % len(request.passages) + 1}.1]. "

    always = replace(DEFAULT_CALIBRATION, threshold=0.0)
    assistant = Assistant(archive, generator=Model(), calibration=always)
    checks: list[float] = []
    for question in asked[: 4 * REPEATS]:
        for number, piece in enumerate(assistant.stream(question)):
            if number == 0:
                delays.append(perf_counter() - written[-1])
            if isinstance(piece, Answer):
                with archive.snapshot() as snapshot, _timed(checks):
                    verify(
                        snapshot, piece.text, piece.markers, piece.citations, [hit.passage for hit in piece.passages]
                    )
    print(f"  first piece     {_p50(delays)} after the model's; 200 words are checked in {_p50(checks)}")


def _p50(seconds: Sequence[float]) -> str:
    return f"p50 {1000 * statistics.median(seconds):.1f} ms"


def _print_parsing(folder: Path, places: Sequence[Path]) -> None:
    """Parsing and splitting without a model, on one core; the best of five a file, since others use the machine too."""
    print("reading, without encoding")
    for place in places:
        texts = [(path.name, read_text(path)) for path in transcripts_under([place])[0]]
        size = seconds = 0.0
        for name, text in texts:
            times: list[float] = []
            for _ in range(REPEATS):
                with _timed(times):
                    passages_of(parse(text, source=name), count_tokens=lambda text: len(text) // 4, max_tokens=256)
            size += len(text.encode()) / 1e6
            seconds += min(times)
        if texts:
            print(f"  {place.name:<20} {size / seconds:5.1f} MB/s, {len(texts)} files of {size:.2f} MB")
    path = folder / "long.pdf"
    write_pdf(path, pages=500)
    times = []
    with _timed(times):
        text, hints = readers.read(path)
        parse(text, source=path.name, hints=hints)
    print(f"  {'a PDF of 500 pages':<20} {times[0]:5.1f} s, {len(text) / 1e6:.2f} MB of text, {len(hints.pages)} pages")


def write_pdf(path: Path, *, pages: int) -> None:
    """A PDF with 44 lines a page: two people talk, under a running head."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject(
        {NameObject("/F"): DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})}
    )
    text = (bundled_folder() / "hearing.md").read_text(encoding="utf-8")
    words = [re.sub(r"[^A-Za-z]", "", word) for word in text.split()]
    for number in range(pages):
        lines = ["Hearing of the Committee", ""]
        for row in range(42):
            first = (number * 42 + row) * 11 % (len(words) - 11)
            label = ("John Reed: ", "Ann Field: ")[row // 7 % 2] if row % 7 == 0 else ""
            lines.append(label + " ".join(words[first : first + 11]) + "." * (row % 7 == 6))
        shown = "".join(
            f"BT /F 11 Tf 1 0 0 1 60 {770 - 16 * row} Tm ({line}) Tj ET\n" for row, line in enumerate(lines)
        )
        content = DecodedStreamObject()
        content.set_data(shown.encode("ascii"))
        page = writer.add_blank_page(width=612, height=792)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(content)
    writer.write(path)


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
        f"  passages/s      SentenceTransformer.encode {encode:.0f}, onnx {onnx:.0f} ({onnx / encode:.2f} ×), "
        f"whole ingest {ingest:.0f} ({ingest / encode:.2f} ×)"
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
    """Wall seconds and peak resident megabytes of one `onrecord` process; 0 MB if the system does not tell."""
    command = [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "rag", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    main()
