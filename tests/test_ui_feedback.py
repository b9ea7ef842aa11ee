"""Thumbs up and down, with the whole exchange, in a file beside the archive."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

from ui_answers import answer, citation

from rag.archive import open_archive
from rag.types import Filters
from ui.conversations import Exchange, from_json
from ui.feedback import FILE, MAX_COMMENT_CHARS, note_feedback


def test_feedback_is_one_line_of_json_with_the_whole_exchange(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    exchange = Exchange("Wann?", Filters(after="2024"), answer("“Im Mai”\u2028 [1]", [citation()]))
    note_feedback(archive, exchange, helpful=True)
    note_feedback(archive, exchange, helpful=False, comment="  too\nlong " + "x" * 3000)
    note_feedback(archive, Exchange("Why?", error="no"), helpful=False, comment="half \ud800")
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text(encoding="utf-8").removesuffix("\n").split("\n")]
    assert [line["helpful"] for line in lines] == [True, False, False]
    assert [line["comment"][:12] for line in lines] == ["", "too\nlong xxx", "half ?"]
    assert len(lines[1]["comment"]) == MAX_COMMENT_CHARS
    assert [from_json([line])[0] for line in lines] == [exchange, exchange, Exchange("Why?", error="no")]
    assert {datetime.fromisoformat(line["time"]).utcoffset() for line in lines} == {datetime.min - datetime.min}


def test_feedback_of_many_at_once_is_not_mixed(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)

    def note(number: int) -> None:
        for _ in range(20):
            note_feedback(archive, Exchange(f"Q{number}" * 500), helpful=True)

    threads = [threading.Thread(target=note, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    questions = [json.loads(line)["question"] for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines()]
    assert sorted(questions) == sorted(f"Q{number}" * 500 for number in range(8) for _ in range(20))
