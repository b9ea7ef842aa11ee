"""What `onrecord ask` prints for people: what the question was taken to ask for, and quotes by date as on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.cli.printing import MOST_MEANT, print_answer
from rag.types import Answer, Understood

YEARS = {"2024": "four", "2025": "seven", "2026": "nine"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """What the pier costs, said each year."""
    folder = tmp_path_factory.mktemp("years")
    for year, price in YEARS.items():
        talk = transcript(
            ("Question", "What does the pier cost?"), ("Ann Reed", f"The pier costs {price} million crowns."),
            head=f"Interview with Ann Reed, 3 March {year}",
        )  # fmt: skip
        (folder / f"{year}.txt").write_text(talk, encoding="utf-8")
    opened = open_archive(folder / "archive")
    opened.ingest(sorted(folder.glob("*.txt")))
    return opened


@pytest.fixture(scope="module")
def answer(archive: Archive) -> Answer:
    """An answer whose closest match is the newest one."""
    found = Assistant(archive).ask("What does the pier cost?")
    by_year = {(citation.date or "")[:4]: citation for citation in found.citations}
    cited = tuple(replace(by_year[year], marker=n) for n, year in enumerate(("2026", "2024", "2025"), start=1))
    text = "\n\n".join(said(year, marker) for marker, year in enumerate(("2026", "2024", "2025"), start=1))
    return replace(found, text=text, citations=cited)


def said(year: str, marker: int) -> str:
    return f"On 3 March {year}, Ann Reed: “The pier costs {YEARS[year]} million crowns.” [{marker}]"


def printed(answer: Answer, capsys: pytest.CaptureFixture[str], **how: str) -> list[str]:
    print_answer(answer, **how)  # type: ignore[arg-type]
    return [line for line in capsys.readouterr().out.splitlines() if line]


def test_quotes_of_several_days_are_printed_by_date_and_the_closest_is_named(
    answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(answer, capsys)
    first = lines.index("By date; the closest match is [1]:")
    assert lines[first + 1 : first + 4] == [
        said("2024", 2),
        said("2025", 3),
        said("2026", 1),
    ]


def test_the_closest_match_comes_first_where_that_is_wanted(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(answer, capsys, order="relevance")
    first = lines.index("The closest match first:")
    assert [line[-3:] for line in lines[first + 1 : first + 4]] == ["[1]", "[2]", "[3]"]


def test_quotes_of_one_day_and_a_text_that_a_model_wrote_have_no_other_order(
    archive: Archive, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Assistant(archive).ask("What does the pier cost in March 2026?")
    assert {citation.date for citation in one.citations} == {"2026-03-03"}
    assert not any(line.startswith(("By date", "The closest match first")) for line in printed(one, capsys))
    prose = replace(answer, text="The pier costs nine million [1], and once four [2].")
    assert "The pier costs nine million [1], and once four [2]." in printed(prose, capsys)


def test_two_quotes_of_one_speaker_and_day_stay_under_their_heading(
    answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    best, *others = answer.citations
    again = replace(best, marker=2, quote="It is a long one.", start=best.end + 1, end=best.end + 18)
    older = replace(others[0], marker=3)
    text = (
        f"On 3 March 2026, Ann Reed: “{best.quote}” [1] “It is a long one.” [2]\n\n"
        f"On 3 March 2024, Ann Reed: “{older.quote}” [3]"
    )
    lines = printed(replace(answer, text=text, citations=(best, again, older)), capsys)
    first = lines.index("By date; the closest match is [1]:")
    assert lines[first + 1 : first + 3] == text.split("\n\n")[::-1]


def test_what_the_question_was_taken_to_ask_for_is_printed_first(
    archive: Archive, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Assistant(archive).ask("What did Ann Reed say about the pier in March 2025?")
    assert printed(asked, capsys)[0] == "Looked first at: Ann Reed; March 2025"
    literal = Assistant(archive).ask("What did Ann Reed say about the pier in March 2025?", understand=False)
    assert not any(line.startswith("Looked first at") for line in printed(literal, capsys))
    many = replace(answer, understood=Understood(speakers=tuple(f"Ann {n}" for n in range(MOST_MEANT + 2))))
    assert printed(many, capsys)[0].endswith(f"Ann {MOST_MEANT - 1}; 2 more")


def test_a_silence_says_where_it_was_looked_first(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    silent = Assistant(archive).ask("What did Ann Reed say about tungsten and Napoleon in March 2025?")
    assert silent.status == "not_on_record"
    assert printed(silent, capsys)[0] == "Looked first at: Ann Reed; March 2025"
