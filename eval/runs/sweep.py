"""The same questions under several settings, side by side: retrieval, passages, model, generator, reranker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eval.questions.model import Question
from eval.runs.model import Run, RunSettings
from eval.runs.run import Progress, run
from rag.archive import Archive, open_archive
from rag.errors import InputError
from rag.rerankers import DEFAULT_RERANKER


@dataclass(frozen=True, slots=True)
class Variant:
    """One column of a sweep. Without an encoder it is the archive's own."""

    settings: RunSettings
    encoder: str | None = None

    @property
    def label(self) -> str:
        """What the column is called: the settings that are not the usual ones.

        >>> Variant(RunSettings("dense", 5)).label
        'dense k=5'
        """
        s = self.settings
        unusual = [s.generator] if s.generator != "extractive" else []
        unusual += [s.reader] if s.reader != DEFAULT_RERANKER else []
        parts = [s.retrieval, f"k={s.k}", *unusual, self.encoder or ""]
        return " ".join(part for part in parts if part)


def variants(
    retrievals: Sequence[str],
    ks: Sequence[int],
    generators: Sequence[str],
    encoders: Sequence[str | None],
    readers: Sequence[str] = (DEFAULT_RERANKER,),
) -> list[Variant]:
    """Every combination, in the order given.

    >>> [variant.label for variant in variants(["dense", "bm25"], [5, 10], ["extractive"], [None])]
    ['dense k=5', 'dense k=10', 'bm25 k=5', 'bm25 k=10']
    """
    found = [
        Variant(RunSettings(retrieval, k, generator, reader), encoder)
        for encoder, retrieval, k, generator, reader in product(encoders, retrievals, ks, generators, readers)
    ]
    return list(dict.fromkeys(found))


def sweep(
    archive: Archive,
    questions: Sequence[Question],
    wanted: Sequence[Variant],
    *,
    sets: Sequence[Path] = (),
    progress: Progress | None = None,
) -> list[tuple[Variant, Run]]:
    """One run for each variant. For a model that is not the archive's own, the texts go into a temporary archive."""
    runs = []
    for encoder in dict.fromkeys(variant.encoder for variant in wanted):
        with _archive_for(archive, encoder) as asked:
            for variant in wanted:
                if variant.encoder == encoder:
                    made = run(asked, questions, settings=variant.settings, sets=sets, progress=progress)
                    runs.append((variant, made))
    return runs


@contextmanager
def _archive_for(archive: Archive, encoder: str | None) -> Iterator[Archive]:
    from embeddings.models import canonical_name

    if encoder is None or canonical_name(encoder) == archive.encoder.name:
        yield archive
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-sweep-", ignore_cleanup_errors=True) as name:
        # Canonical text is read back unchanged, so the gold's offsets hold. Names may repeat: each file has a folder.
        for number, document in enumerate(archive.documents()):
            folder = Path(name) / "texts" / str(number)
            folder.mkdir(parents=True)
            (folder / document.source).write_text(document.text, encoding="utf-8", newline="\n")
        made = open_archive(Path(name) / "archive", encoder=encoder)
        report = made.ingest([file for file in (Path(name) / "texts").rglob("*") if file.is_file()])
        if report.failed:
            path, reason = report.failed[0]
            raise InputError(f"{Path(path).name} cannot be encoded with {encoder!r}: {reason}")
        yield made
