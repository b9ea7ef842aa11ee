"""Slack exports: messages under the names of their authors, which another file of the export may hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.readers.child import read_file
from rag.readers.json import read
from rag.transcript import parse

MESSAGES: list[dict[str, Any]] = [
    {"type": "message", "user": "U1", "text": "When does <@U2>'s kiln go on? &lt;soon&gt;", "ts": "1893456000.000200"},
    {"type": "message", "subtype": "channel_join", "user": "U2", "text": "<@U2> has joined", "ts": "1893456005.000200"},
    {
        "type": "message",
        "user": "U2",
        "text": "See <https://example.org|the plan> in <#C1|clay>.",
        "ts": "1893456010.000200",
    },
    {"type": "message", "user": "U2", "text": "Not before noon", "ts": "1893456012.000200"},
    {"type": "message", "user": "U1", "text": "<!here> good", "ts": "1893456020.000200"},
]
USERS = [
    {"id": "U1", "name": "ann", "profile": {"real_name": "Ann Reed", "display_name": "ann"}},
    {"id": "U2", "name": "bo", "real_name": "Bo Lind"},
]
SAID = [
    ("Ann Reed", "When does @Bo Lind's kiln go on? <soon>"),
    ("Bo Lind", "See the plan in #clay.\n\nNot before noon"),
    ("Ann Reed", "@here good"),
]


def turns(text: str, hints: Any) -> list[tuple[str, str]]:
    return [(turn.speaker, text[turn.start : turn.end]) for turn in parse(text, source="a.json", hints=hints).turns]


def test_the_users_of_an_export_are_found_in_the_folder_above_its_channels(tmp_path: Path) -> None:
    (tmp_path / "kiln").mkdir()
    (tmp_path / "users.json").write_text(json.dumps(USERS))
    (tmp_path / "kiln" / "2030-01-01.json").write_text(json.dumps(MESSAGES))
    text, hints = read_file(tmp_path / "kiln" / "2030-01-01.json", "2030-01-01.json")
    assert turns(text, hints) == SAID
    assert (hints.date, hints.notes) == ("2030-01-01", ("entries left out that are no speech: 1 channel_join",))


def test_users_in_the_file_itself_are_enough() -> None:
    assert turns(*read(json.dumps({"users": USERS, "messages": MESSAGES}).encode(), "a.json")) == SAID


def test_who_has_no_name_is_shown_by_the_id_and_a_note_says_so() -> None:
    text, hints = read(json.dumps(MESSAGES).encode(), "a.json")
    assert [who for who, _ in turns(text, hints)] == ["U1", "U2", "U1"]
    assert hints.notes[-1] == "no name is known for U1, U2; put users.json of the export beside the file"
