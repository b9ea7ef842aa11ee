"""Archives written by earlier versions open: what they do not hold takes its default."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

from made_storages import ENCODER, staged, talk

from rag.json_forms import document_to_json
from rag.storage.folder import DATABASE
from rag.storage.local import LocalStorage
from rag.storage.rows import digest_of
from rag.types import Document, LeftOut


def doubtful() -> Document:
    document = talk("a.txt", ("Ann Reed", "The gates are shut."))
    return replace(document, turns=tuple(replace(turn, certain=turn.speaker != "Ann Reed") for turn in document.turns))


def stored(folder: Path, document: Document) -> None:
    storage = LocalStorage(folder, encoder=ENCODER)
    storage.commit([staged(document)], encoder=ENCODER)
    storage.close()


def test_labels_doubts_and_reasons_are_read_back(tmp_path: Path) -> None:
    stored(tmp_path, doubtful())
    assert list(LocalStorage(tmp_path).documents()) == [doubtful()]


def test_documents_without_labels_and_reasons_are_read_with_their_defaults(tmp_path: Path) -> None:
    document = doubtful()
    stored(tmp_path, document)
    with sqlite3.connect(tmp_path / DATABASE) as database:
        body = json.loads(database.execute("SELECT body FROM documents").fetchone()[0])
        body["turns"] = [turn[:5] for turn in body["turns"]]
        body["left_out"] = [[start, end] for start, end, _ in body["left_out"]]
        old = json.dumps(body).encode()
        database.execute("UPDATE documents SET body = ?, digest = ?", (old, digest_of(document.id.encode(), old)))
    assert list(LocalStorage(tmp_path).documents()) == [
        replace(
            document,
            turns=tuple(replace(turn, label="", certain=True) for turn in document.turns),
            left_out=(LeftOut(0, 4, ""),),
        )
    ]


def test_json_says_as_what_a_speaker_is_printed_and_why_something_is_left_out() -> None:
    form = document_to_json(doubtful())
    assert form["left_out"] == [{"start": 0, "end": 4, "why": "header"}]
    assert form["turns"][1] == {
        "speaker": "Ann Reed",
        "role": "respondent",
        "start": 51,
        "end": 70,
        "seconds": None,
        "label": "Ann Reed",
        "certain": False,
    }
