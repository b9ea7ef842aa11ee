"""Answer quality for dense alone, BM25 alone and their fusion, side by side: `make bench`.

The bundled sets are measured together, and every other set whose transcripts are found by itself. Nothing here fails.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.benchmarks.sources import transcripts_of
from eval.measures import summarise
from eval.questions.bundled import bundled_folder, bundled_sets
from eval.questions.load import load_questions
from eval.questions.model import Question
from eval.runs.model import RETRIEVALS, RunSettings
from eval.runs.run import run
from rag.archive import Archive, open_archive

QUALITY = ("Success@1", "Success@5", "R@5", "first_quote", "all_quotes", "wrongly_refused", "refused")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.quality", description="Measure answers.")
    parser.add_argument(
        "--questions", type=Path, nargs="*", default=[], metavar="FILE", help="sets to measure beside the bundled ones"
    )
    parser.add_argument(
        "--sources", type=Path, nargs="*", default=[], metavar="DIR", help="where their transcripts are"
    )
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _print_quality(Path(folder), given.questions, given.sources)


def _print_quality(folder: Path, questions: Sequence[Path], folders: Sequence[Path]) -> None:
    print(f"{'quality':<42} {'n':>5}  " + "  ".join(QUALITY))
    for label, sources, sets in _sets(questions, folders):
        archive = open_archive(folder / label)
        archive.ingest(sources)
        asked = load_questions(sets)
        for retrieval in RETRIEVALS:
            _print_row(label, archive, asked, retrieval)
        paraphrases = [question for question in asked if question.answerable and "paraphrase" in question.tags]
        others = [question for question in asked if question not in paraphrases]
        for part, some in (("  paraphrases only", paraphrases), ("  without paraphrases", others)):
            if some:
                _print_row(part, archive, some, "fusion")


def _print_row(label: str, archive: Archive, questions: Sequence[Question], retrieval: str) -> None:
    done = run(archive, questions, settings=RunSettings(retrieval))
    values = {name: f"{value:.3f}" for name, value in summarise([row.measures for row in done.rows]).items()}
    shown = "  ".join(f"{values.get(name, '–'):>{len(name)}}" for name in QUALITY)
    print(f"{label[:32]:<33}{retrieval:<10}{len(questions):>4}  {shown}")


def _sets(files: Sequence[Path], folders: Sequence[Path]) -> Iterator[tuple[str, list[Path], list[Path]]]:
    """(label, transcripts, question sets): the bundled ones together, then each other set with its own source."""
    yield "bundled", [bundled_folder()], bundled_sets()
    for path in files:
        if found := transcripts_of(load_questions([path]), [bundled_folder(), *folders]):
            yield path.stem, found, [path]


if __name__ == "__main__":
    main()
