"""Finds documents that are nearly the same, and paragraphs that many documents have. It reports them and removes
none.

A document is known by the smallest hashes of its runs of five words (a bottom-k sketch); the share of common ones
among the smallest of two documents together estimates the Jaccard similarity of their runs. A duplicate interview
would produce duplicate quotes; a paragraph that many documents have is a page's, not a speaker's.

Broder, On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from rag.types import Document

RUN = 5
SKETCH = 128
ALIKE = 0.6  # from this share of common runs on, two documents count as nearly the same
_LEAST_RUNS = 50
_BOILERPLATE_CHARS = 60
_BOILERPLATE_DOCUMENTS, _BOILERPLATE_SHARE = 3, 0.1


@dataclass(frozen=True, slots=True)
class Sketch:
    """What of a document is compared with others."""

    document_id: str
    source: str
    path: str
    hashes: np.ndarray  # (at most SKETCH,) uint64, rising; empty for a very short document
    paragraphs: dict[int, str]  # hash → the paragraph's beginning, of what is said


def sketch_of(document: Document) -> Sketch:
    """A document's sketch."""
    said = [document.text[turn.start : turn.end] for turn in document.turns]
    known: dict[str, int] = {}
    # Scripts that set no words apart are compared by their characters.
    words = re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+", " ".join(said).lower())
    codes = np.fromiter((known.setdefault(word, crc32(word.encode())) for word in words), np.uint64, len(words))
    hashes = np.zeros(0, np.uint64)
    if len(codes) >= RUN + _LEAST_RUNS:
        runs = np.zeros(len(codes) - RUN + 1, np.uint64)
        for offset in range(RUN):  # 64-bit FNV-like mixing; overflow wraps as it should
            runs = (runs ^ codes[offset : offset + len(runs)]) * np.uint64(0x9E3779B97F4A7C15)
            runs ^= runs >> np.uint64(29)
        hashes = np.unique(runs)[:SKETCH]
    paragraphs = {
        crc32(" ".join(text.lower().split()).encode()): text
        for turn in said
        for paragraph in re.split(r"\n\s*\n", turn)
        if len(text := " ".join(paragraph.split())) >= _BOILERPLATE_CHARS
    }
    return Sketch(
        document.id, document.source, document.path, hashes, {key: text[:80] for key, text in paragraphs.items()}
    )


def similarity(one: Sketch, other: Sketch) -> float:
    """Estimated Jaccard similarity of two documents' runs of words, 0.0 if one is too short to tell."""
    if not len(one.hashes) or not len(other.hashes):
        return 0.0
    together = np.union1d(one.hashes, other.hashes)[: min(SKETCH, max(len(one.hashes), len(other.hashes)))]
    common = np.intersect1d(one.hashes, other.hashes, assume_unique=True)
    return float(np.isin(together, common, assume_unique=True).mean())


def duplicate_notes(fresh: Sequence[tuple[str, Sketch]], others: Sequence[Sketch]) -> list[tuple[str, str]]:
    """(path, note) for new documents that are nearly the same as another one, and for paragraphs that many documents share.

    `fresh` are the (path, sketch) of new documents, `others` the sketches of what the archive had before.
    """
    if not fresh:
        return []
    new = {sketch.document_id: sketch for _, sketch in fresh}
    paths = {sketch.path for _, sketch in fresh}
    # What a file held before is no second document.
    others = [sketch for sketch in others if sketch.document_id not in new and sketch.path not in paths]
    by_hash: dict[int, list[Sketch]] = {}
    for sketch in others:
        _enter(by_hash, sketch)
    notes: list[tuple[str, str]] = []
    for path, sketch in fresh:
        if found := _most_similar(sketch, by_hash):
            share, other = found
            notes.append(
                (
                    path,
                    f"nearly the same as {other.source} (about {share:.0%} of its runs of {RUN} words); "
                    "remove one of them, or both will answer",
                )
            )
        _enter(by_hash, sketch)
    return notes + _boilerplate([*others, *new.values()])


def _enter(by_hash: dict[int, list[Sketch]], sketch: Sketch) -> None:
    for value in sketch.hashes.tolist():
        by_hash.setdefault(value, []).append(sketch)


def _most_similar(sketch: Sketch, by_hash: Mapping[int, Sequence[Sketch]]) -> tuple[float, Sketch] | None:
    """The most similar document and its similarity; None if none is nearly the same."""
    near: dict[int, Sketch] = {}
    met: Counter[int] = Counter()
    for value in sketch.hashes.tolist():
        for other in by_hash.get(value, []):
            near[id(other)] = other
            met[id(other)] += 1
    found = [
        (similarity(sketch, near[key]), near[key]) for key, count in met.items() if count >= 0.3 * len(sketch.hashes)
    ]
    found = [(share, other) for share, other in found if share >= ALIKE and other.document_id != sketch.document_id]
    return max(found, key=lambda pair: pair[0]) if found else None


def _boilerplate(sketches: list[Sketch]) -> list[tuple[str, str]]:
    """Paragraphs that many documents have, the most frequent three of them."""
    counts = Counter(key for sketch in sketches for key in sketch.paragraphs)
    least = max(_BOILERPLATE_DOCUMENTS, _BOILERPLATE_SHARE * len(sketches))
    texts = {key: text for sketch in sketches for key, text in sketch.paragraphs.items() if counts[key] >= least}
    often = [(key, count) for key, count in counts.most_common(3) if count >= least]
    return [
        (
            "the archive",
            f"the same paragraph stands in {count} of {len(sketches)} documents, and is taken for something said: “{texts[key]}…”",
        )
        for key, count in often
    ]
