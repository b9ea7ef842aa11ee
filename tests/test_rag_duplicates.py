"""Nearly the same document twice, and the same paragraph in many."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conftest import FAKE_ENCODER, transcript

from rag.archive import open_archive
from rag.transcript import parse
from rag.transcript.duplicates import similarity, sketch_of
from rag.types import Document

WORDS = [f"{a}{b}" for a in "bal cor din fes gul har kem lon mir".split() for b in "a en ist ora um".split()]


def words(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(WORDS) for _ in range(count)]


def document(said: list[str], name: str = "a.txt") -> Document:
    return parse(transcript(("Question", "Why?"), ("Ann Reed", " ".join(said) + ".")) * 2, source=name)


def test_a_document_is_like_itself_and_like_no_other() -> None:
    one, other = sketch_of(document(words(1, 2000))), sketch_of(document(words(2, 2000)))
    assert similarity(one, one) == 1.0
    assert similarity(one, other) == 0.0


@pytest.mark.parametrize(("share", "expected"), [(0.9, 0.82), (0.5, 0.33)])
def test_similarity_is_about_the_share_of_common_runs(share: float, expected: float) -> None:
    # Of n runs each, share · n are common: the Jaccard similarity is share / (2 - share).
    common = words(3, int(4000 * share))
    one = sketch_of(document(common + words(4, 4000 - len(common))))
    other = sketch_of(document(common + words(5, 4000 - len(common))))
    assert similarity(one, other) == pytest.approx(expected, abs=0.12)


def test_a_document_too_short_to_tell_is_like_none() -> None:
    short = sketch_of(document(["boats", "come", "in"]))
    assert similarity(short, short) == 0.0


def test_a_second_version_and_a_paragraph_in_many_files_are_told_at_ingest(tmp_path: Path) -> None:
    notice = "We have said it before and we shall say it again: the harbour stays open to all who bring a boat here."
    for number in range(4):
        text = transcript(("Question", "Why?"), ("Ann Reed", " ".join(words(number, 400)) + f".\n\n{notice}"))
        (tmp_path / f"talk{number}.txt").write_text(text, encoding="utf-8")
    folder = tmp_path / "archive"
    report = open_archive(folder, encoder=FAKE_ENCODER).ingest([tmp_path / f"talk{number}.txt" for number in range(4)])
    assert [note for path, note in report.notes if path == "the archive"] == [
        f"the same paragraph stands in 4 of 4 documents, and is taken for something said: “{notice[:80]}…”"
    ]
    again = (tmp_path / "talk2.txt").read_text(encoding="utf-8").replace("Why?", "Why so, then?")
    (tmp_path / "corrected.txt").write_text(again, encoding="utf-8")
    report = open_archive(folder, encoder=FAKE_ENCODER).ingest([tmp_path / "corrected.txt"])
    assert next(note.split(" (")[0] for _, note in report.notes) == "nearly the same as talk2.txt"
    assert open_archive(folder, encoder=FAKE_ENCODER).ingest([tmp_path / "corrected.txt"]).notes == []
