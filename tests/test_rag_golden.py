"""Real transcripts in many layouts against what a person reads in them: `tests/golden/<file>.json`, checked by eye.

A golden file holds title, date, place and, for each speaker, the role and the number of turns; the speaker without a name is
what is said by nobody known. `order` is a digest of who speaks turn by turn. No word of the transcripts is in it. The
transcripts stand outside the project.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from conftest import ROOT
from outside import not_here, parsed

from rag import readers
from rag.types import Document

GOLDEN = Path(__file__).resolve().parent / "golden"
DATA = ROOT.parent / "shared" / "data"


def read(path: Path) -> Document:
    text, hints = readers.read(path)
    return parsed(text, path.name, hints)


def layout(name: str) -> Path:
    found = sorted((DATA / "layouts").rglob(name))
    if not found:
        not_here("../shared/data/layouts")
    return found[0]


def order_of(document: Document) -> str:
    """A digest of the sequence of speakers, a turn each."""
    speakers = "\n".join(turn.speaker for turn in document.turns)
    return hashlib.sha256(speakers.encode()).hexdigest()[:16]


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_transcript_is_read_as_a_person_reads_it(golden: Path) -> None:
    expected = json.loads(golden.read_text(encoding="utf-8"))
    document = read(layout(golden.stem))
    turns = Counter(turn.speaker for turn in document.turns)
    roles = {turn.speaker: turn.role for turn in document.turns}
    assert {
        "title": document.title,
        "date": document.date,
        "place": document.place,
        "language": document.language,
        "speakers": {name: [roles[name], count] for name, count in turns.items()},
        "order": order_of(document),
    } == expected


def test_every_layout_has_a_golden_file() -> None:
    files = [path.name for path in (DATA / "layouts").rglob("*.*") if path.is_file()]
    if not files:
        not_here("../shared/data/layouts")
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(files)


def test_the_congressional_record_page_agrees_with_the_json_beside_it() -> None:
    page = read(layout("CREC-2005-07-20-pt1-PgS8560.htm"))
    record = json.loads(layout("CREC-2005-07-20-pt1-PgS8560.json").read_text(encoding="utf-8"))
    speeches = [(item["speaker"], item["text"]) for item in record["content"] if item["kind"] == "speech"]
    # A page number inside a speech parts it into turns of one speaker.
    said = [
        (speaker, "\n".join(page.text[turn.start : turn.end] for turn in turns))
        for speaker, turns in groupby(page.turns, key=lambda turn: turn.speaker)
        if speaker
    ]
    assert [speaker for speaker, _ in said] == [speaker for speaker, _ in speeches]
    for (speaker, ours), (_, theirs) in zip(said, speeches, strict=True):
        assert ours.split() == theirs.split(f"{speaker}. ", 1)[1].split()


# A line that begins with a label, as one would search for it in an editor: "Q", or capitals and a colon.
LABEL = re.compile(r"^[^\S\n]*(?:\*\*)?(?P<label>Q(?=[^\S\n])|[A-ZÀ-Þ][A-ZÀ-Þ .,'’-]+(?=:))(?:\*\*)?:?(?:\*\*)?", re.M)


@pytest.mark.parametrize("folder", ["press_conferences", "press_briefings"])
def test_every_label_line_of_the_press_conferences_opens_a_turn_and_none_stands_inside_one(folder: str) -> None:
    files = sorted((DATA / folder).glob("*.md"))
    if not files:
        not_here(f"../shared/data/{folder}")
    missed, inside, total = [], [], 0
    for file in files:
        document = read(file)
        body = document.text.index("\n---", 4)
        turns = {turn.start for turn in document.turns}
        for match in LABEL.finditer(document.text, body):
            total += 1
            said = re.compile(r"[\s\xa0]*").match(document.text, match.end())
            assert said is not None
            if said.end() not in turns:
                missed.append((file.name, match["label"]))
            if any(turn.start <= match.start() < turn.end for turn in document.turns):
                inside.append((file.name, match["label"]))
    assert inside == []
    assert len(missed) <= 0.01 * total, missed[:10]
