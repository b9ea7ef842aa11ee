"""A whole ingest against sentence-transformers with FAISS, in one run: `python -m eval.benchmarks.speed_ingest FOLDER`.

The peer gets the passages that onrecord has read and split, encodes them and writes a flat index. An ingest reads and parses
the files, splits them, encodes passages, sentences and questions, and writes the database and both indexes. The ways take
turns; what is printed are medians. Processor time, with that of child processes, depends little on what else the machine
does; the time that passes is shown beside it. Loading a model's weights and graph is left out, compiling it is not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from embeddings.precision import BFLOAT16, FLOAT32, is_installed, processor_has_bfloat16
from rag.archive import open_archive
from rag.readers.folders import transcripts_under

REPEATS = 5
Seconds = tuple[float, float]  # of the processor, and as they pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.speed_ingest", description="Measure an ingest.")
    parser.add_argument("folder", type=Path, help="transcripts")
    parser.add_argument("--files", type=int, default=None, metavar="N", help="only the first N of them")
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N")
    given = parser.parse_args(arguments)
    files = transcripts_under([given.folder])[0][: given.files]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        texts = _passages(Path(name) / "first", files)
        ways = _ways(Path(name), files, texts)
        times = {way: [] for way in ways}  # type: dict[str, list[Seconds]]
        for repeat in range(given.repeats):
            for way, prepare in ways.items():
                times[way].append(_timed(prepare(repeat)))
    packages = ("sentence-transformers", "torch", "faiss-cpu", "onnxruntime", *(["openvino"] if is_installed() else []))
    print(f"{len(texts)} passages of {len(files)} files, {os.cpu_count()} processors, {given.repeats} rounds")
    print(", ".join(f"{package} {version(package)}" for package in packages))
    for line in table(times, len(texts)):
        print(line)


def table(times: dict[str, list[Seconds]], passages: int) -> list[str]:
    """A line for each way, with passages a second and the ratio to the first way.

    >>> print(*table({"peer": [(2.0, 4.0)], "ours": [(1.0, 3.0)]}, 8), sep="\\n")
    peer                                  4.0 a processor second, 1.00 ×;     2.0 a second, 1.00 ×
    ours                                  8.0 a processor second, 2.00 ×;     2.7 a second, 1.33 ×
    """
    rates = {way: [passages / median(kind) for kind in zip(*each, strict=True)] for way, each in times.items()}
    first = next(iter(rates.values()))
    return [
        f"{way:<34}{cpu:7.1f} a processor second, {cpu / first[0]:.2f} ×; {wall:7.1f} a second, {wall / first[1]:.2f} ×"
        for way, (cpu, wall) in rates.items()
    ]


def _passages(folder: Path, files: Sequence[Path]) -> list[str]:
    archive = open_archive(folder)
    archive.ingest(files)
    return [passage.text for document in archive.documents() for passage in archive.passages(document.id)]


def _ways(
    folder: Path, files: Sequence[Path], texts: Sequence[str]
) -> dict[str, Callable[[int], Callable[[], object]]]:
    """What is compared: a function from the number of the round, which makes ready, to what is timed."""

    def ingest(precision: str) -> Callable[[int], Callable[[], object]]:
        def prepare(repeat: int) -> Callable[[], object]:
            archive = open_archive(folder / f"{precision}-{repeat}", precision=precision)
            _ = archive.encoder
            return lambda: archive.ingest(files)

        return prepare

    ways = {"sentence-transformers + FAISS": _peer(folder, texts), "onrecord ingest, float32": ingest(FLOAT32)}
    if is_installed() and processor_has_bfloat16():
        ways["onrecord ingest, bfloat16"] = ingest(BFLOAT16)
    return ways


def _peer(folder: Path, texts: Sequence[str]) -> Callable[[int], Callable[[], object]]:
    from embeddings.models import locate
    from embeddings.sentence_transformer import load_sentence_transformer

    model: Any = load_sentence_transformer(locate(), device="cpu")
    model.encode(texts[:16], show_progress_bar=False)

    def prepare(repeat: int) -> Callable[[], object]:
        return lambda: _encode_and_write(model, texts, folder / f"peer-{repeat}.faiss")

    return prepare


def _encode_and_write(model: Any, texts: Sequence[str], path: Path) -> None:
    import faiss

    rows = model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    faiss.write_index(index, str(path))


def _timed(act: Callable[[], object]) -> Seconds:
    cpu, wall = sum(os.times()[:4]), perf_counter()
    act()
    return sum(os.times()[:4]) - cpu, perf_counter() - wall


if __name__ == "__main__":
    main()
