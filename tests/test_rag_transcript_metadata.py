"""Title, date, place and front matter: found in many forms, and never invented."""

from __future__ import annotations

import time

import pytest
from conftest import transcript

from rag.text.dates import find_date
from rag.text.numbers import numbers_in
from rag.transcript import parse
from rag.transcript.metadata import read_front_matter
from rag.transcript.venues import place_beside_date
from rag.types import Document, Hints

SAID = transcript(("Jo Field", "Who came?"), ("Ann Reed", "I came."), ("Jo Field", "When?"), ("Ann Reed", "In May."))


def read(head: str, source: str = "a.txt", title: str = "") -> Document:
    return parse(f"{head}\n\n{SAID}", source=source, hints=Hints(title=title))


@pytest.mark.parametrize(
    "written",
    [
        "20th, May, 2031",
        "20 de mayo, 2031",
        "May, 20th, 2031",
        "2031/05/20",
        "20310520 Harbour talk",
        "the 20th of May 2031",
    ],
)
def test_a_date_is_read_in_further_forms(written: str) -> None:
    assert read(f"A talk\n\n{written}").date == "2031-05-20"


@pytest.mark.parametrize("written", ["20/05/2031", "Room 20310520", "20310520123456", "2031/05/20/7", "203105201"])
def test_what_could_be_another_day_or_no_day_is_no_date(written: str) -> None:
    assert find_date(written) is None


def test_a_date_in_numerals_of_another_script_ends_where_it_is_printed() -> None:
    assert find_date("二〇二四年五月十日") == ("2024-05-10", 0, 9)
    assert find_date("Auguſt 4, 1776") == ("1776-08-04", 0, 14)


def test_the_title_that_a_format_declares_is_searched_for_a_date_and_a_place() -> None:
    document = read("Welcome", title="Talk of the Governor, Oslo, 28 June 2031 | Harbour News")
    assert (document.date, document.place) == ("2031-06-28", "Oslo")


def test_a_heading_with_a_full_stop_has_a_date_and_a_sentence_about_another_day_has_none() -> None:
    assert read("Interview with Ann Reed, Oslo, 2 June 1998.").date == "1998-06-02"
    assert read("Ann Reed was born in Oslo on 2 June 1998.").date is None


def test_a_data_sheet_behind_many_lines_is_read() -> None:
    terms = "\n".join(
        f"{n}. Nobody may copy more than {n} pages of this document without asking." for n in range(2, 30)
    )
    assert read(f"{terms}\n\nName: Ann Reed\nDate of interview: 10 October 2031").date == "2031-10-10"


@pytest.mark.parametrize(
    "head",
    [
        "Press Conference, 3 May 2024", "Board Meeting, 3 May 2024", "Day Two, 3 May 2024", "Day One—3 May 2024",
        "Ines Toll, 3 May 2024", "Ann Reed, 3 May 2024", "Reed, 3 May 2024", "Prime Minister, 3 May 2024",
        "Minutes, 3 May 2024", "Interview: 3 May 2024", "Ann Reed and Bo Lind, 3 May 2024", "Friday, 3 May 2024",
        "Sitzung, 3. Mai 2024", "Conferencia de prensa, 3 de mayo de 2024",
    ],
)  # fmt: skip
def test_an_occasion_a_person_and_an_office_are_no_place(head: str) -> None:
    assert read(head).place is None


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("Oslo, 3 May 2024", "Oslo"),
        ("A talk, Upper Hall, 3 May 2024", "Upper Hall"),
        ("3 May 2024, Oslo Town Hall", "Oslo Town Hall"),
        ("A talk | 3 May 2024 | Bergen", "Bergen"),
        ("Berlin, Freitag, den 3. Mai 2024", "Berlin"),
        ("A talk\n\nKhar Yalla, 3 May 2024\n\nIt was held in Khar Yalla.", "Khar Yalla"),
    ],
)
def test_a_place_stands_beside_a_comma_and_a_date(head: str, place: str) -> None:
    assert read(head).place == place


@pytest.mark.parametrize(
    "line", ["10,712 words", "©", "[00:01:57]", "<?xml version='1.0'?>", ".", "Ann: Nope.", "12 pages"]
)
def test_a_count_a_stamp_a_tag_and_an_utterance_are_no_title(line: str) -> None:
    assert read(line, source="harbour_talk.txt").title == "harbour talk"
    if line != "Ann: Nope.":  # under a label nothing stands above the first turn
        assert read(f"{line}\n\nThe harbour", source="a.txt").title == "The harbour"


def test_a_conversation_between_rules_is_no_front_matter() -> None:
    assert read_front_matter("---\nTom Hale: Where?\nAnna Reed: In town.\n---\n\nTom Hale: And?\n") == ({}, 0)


def test_front_matter_may_have_blank_lines_and_further_keys_for_the_date() -> None:
    meta, body = read_front_matter("---\ntitle: A talk\nsummary: |\n  One.\n\n  Two.\n---\nAnn: Yes.")
    assert (meta["title"], body) == ("A talk", 48)
    for key in ("publish_date", "Publish-Date", "recorded_at", "interview_date", "date published", "pubDate"):
        assert read(f"---\ntitle: A talk\n{key}: 2031-05-20\n---").date == "2031-05-20"
    for key in ("updated", "modified_date", "birth_date", "accessed"):
        assert read(f"---\ntitle: A talk\n{key}: 2031-05-20\n---").date is None


def test_the_date_of_the_conversation_comes_before_that_of_its_page() -> None:
    assert read("---\npublished: 2031-06-01\nrecorded_on: 2031-05-20\n---").date == "2031-05-20"


@pytest.mark.parametrize(
    "bomb",
    [
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
        + "title: *a8\n",
        "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9)),
        "title: " + "[" * 5000 + "\n",
    ],
)
def test_front_matter_that_grows_when_it_is_written_out_costs_nothing(bomb: str) -> None:
    before = time.process_time()
    document = read(f"---\n{bomb}---", source="a.md")
    assert time.process_time() - before < 2
    assert len(document.title) <= 1000


def test_parts_of_millions_have_their_value() -> None:
    assert numbers_in("half a million") == {"500000": "half a million"}
    assert numbers_in("one and a half million") == {"1500000": "one and a half million"}
    assert numbers_in("a quarter of a million") == {"250000": "a quarter of a million"}
    assert numbers_in("$3m") == {"3000000": "$3m"}
    assert numbers_in("3 m wide") == {"3": "3"}


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2-May-2031", "2031-05-02"),
        ("2031.05.20", "2031-05-20"),
        ("2031. 5. 20.", "2031-05-20"),
        ("the 2nd day of May, 2031", "2031-05-02"),
        ("Tuesday, the second of May, A.D. 2031", "2031-05-02"),
        ("den 2 maj 2031", "2031-05-02"),
        ("令和13年5月2日", "2031-05-02"),
        ("平成元年5月2日", "1989-05-02"),
        ("中華民國120年5月2日", "2031-05-02"),
        ("version 2031.05.20.1", None),
    ],
)
def test_a_day_is_read_in_words_by_its_era_and_with_points(written: str, date: str | None) -> None:
    found = find_date(written)
    assert (found[0] if found else None) == date


@pytest.mark.parametrize(
    "head",
    [
        "Security Council\nFriday, 2 May 2031, 10 a.m.\nNew York",
        "2 May 2031, 14.30 Uhr",
        "Interview Date: 2 May 2031.",
        "Name: Ann Reed\nDate of Birth: 3 May 1930\nDate of Interview: 2 May 2031",
        "Ann Reed, born 3 May 1930\n\nRecorded on 2 May 2031",
        "Geboren: 3. Mai 1930\nDatum: 2. Mai 2031",
    ],
)
def test_the_day_is_the_conversations_with_its_hour_and_not_the_day_somebody_was_born(head: str) -> None:
    document = read(head)
    assert document.date == "2031-05-02"
    assert [turn.speaker for turn in document.turns] == ["Jo Field", "Ann Reed", "Jo Field", "Ann Reed"]


def test_a_day_of_birth_alone_is_no_date_and_no_title() -> None:
    document = read("Date of birth: 3 May 1930", source="reed.txt")
    assert (document.date, document.title) == (None, "reed")


def test_a_title_that_is_a_link_is_what_the_link_shows() -> None:
    assert read("# [A talk about the tide](https://example.org/v), part 2").title == "A talk about the tide, part 2"


@pytest.mark.parametrize(
    "line",
    [
        "Інтерв’ю, 3 травня 2024 року",
        "Интервью, 3 мая 2024",
        "Wywiad, 3 maja 2024",
        "Toespraak, 3 mei 2024",
        "Intervju, 3 maj 2024",
    ],
)
def test_the_word_for_an_occasion_before_a_date_is_no_place_in_any_language(line: str) -> None:
    assert place_beside_date(line) == ""
