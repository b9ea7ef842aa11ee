"""Small files whose answers are facts, and what an archive of them holds."""

from __future__ import annotations

from pathlib import Path

from conftest import FAKE_ENCODER, transcript

from rag.archive import Archive

ENCODER = FAKE_ENCODER


def write(folder: Path, name: str, fact: str, speaker: str = "Ann Reed", head: str = "") -> Path:
    """A file in which a speaker says what was seen in the harbour."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    said = (
        ("Question", "What happened?"),
        (speaker, f"We saw {fact} in the harbour."),
        ("Question", "And then?"),
        (speaker, "We went home."),
    )
    path.write_text(transcript(*said, head=head), encoding="utf-8")
    return path


def contents(archive: Archive) -> dict[str, str]:
    """Source → what was seen in the harbour."""
    return {d.source: d.text.partition("saw ")[2].partition(" in the")[0] for d in archive.documents()}


def best(archive: Archive, query: str) -> list[tuple[str, str]]:
    """(source, text) of the passage that fits best."""
    return [(hit.passage.source, hit.passage.text) for hit in archive.search(query, k=1)]
