"""All statements on a matter, by date, beside the few that an answer shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from ui.statements import more_statements

NOTHING = {"speaker": [], "document": [], "after": None, "before": None, "role": []}


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The same matter in three talks, and another matter in each."""
    folder = tmp_path_factory.mktemp("statements")
    for day, price in (("3 May 2024", "nine"), ("2 January 2023", "four"), ("9 June 2025", "twelve")):
        said = transcript(
            ("Question", "What will the harbour wall cost?"), ("Ann Reed", f"The harbour wall costs {price} million."),
            ("Question", "Who paints the boats?"), ("Ann Reed", "My brother paints all of them in the winter months."),
            head=f"Title: Talk of {day}\nDate: {day}",
        )  # fmt: skip
        Path(folder / f"{price}.txt").write_text(said, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest(sorted(folder.glob("*.txt")))
    return archive


def asked(talks: Archive, **changed: Any) -> list[dict[str, Any]]:
    return more_statements(
        talks, {"query": "What does the harbour wall cost?", "filters": NOTHING, "shown": [], **changed}
    )


def test_statements_come_by_date_with_their_question_and_others_stay_out(talks: Archive) -> None:
    found = asked(talks)
    assert [(each["when"], each["words"], each["asked"]) for each in found] == [
        ("2 January 2023", "The harbour wall costs four million.", "What will the harbour wall cost?"),
        ("3 May 2024", "The harbour wall costs nine million.", "What will the harbour wall cost?"),
        ("9 June 2025", "The harbour wall costs twelve million.", "What will the harbour wall cost?"),
    ]
    for each in found:
        assert talks.document(each["id"]).text[each["start"] : each["end"]] == each["words"]


def test_what_is_shown_already_and_what_the_filters_leave_out_is_not_listed(talks: Archive) -> None:
    first = asked(talks)[0]
    shown = [[first["id"], first["start"] + 3, first["start"] + 4]]
    assert [each["when"] for each in asked(talks, shown=shown)] == ["3 May 2024", "9 June 2025"]
    assert [each["when"] for each in asked(talks, filters={**NOTHING, "after": "2025"})] == ["9 June 2025"]
