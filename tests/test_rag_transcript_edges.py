"""What surrounds the turns: title, date and place above the first, and what a page adds below the last."""

from __future__ import annotations

import pytest
from conftest import transcript
from made_conversations import turns_of

from rag.transcript import parse


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Talk with Ann Reed, Town Hall, Oslo, 3 May 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed\nOslo, May 3, 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed\n2024-05-03", ("2024-05-03", None)),
        ("Talk with Ann Reed\nDate: 3 May 2024\nPlace: Oslo", ("2024-05-03", "Oslo")),
        ("Gespräch mit Ann Reed, Oslo, 3. Mai 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed, spring 2024", (None, None)),
        ("Talk with Ann Reed on the 45 May 2024", (None, None)),
    ],
)
def test_date_and_place_are_found_above_the_first_turn_or_not_at_all(
    head: str, expected: tuple[str | None, str | None]
) -> None:
    text = transcript(
        ("Question", "On 1 June 2020?"),
        ("Ann Reed", "On 2 June 2020, Bergen."),
        ("Question", "?"),
        ("Ann Reed", "!"),
        head=head,
    )
    document = parse(text, source="talk.txt")
    assert (document.date, document.place) == expected


def test_front_matter_gives_title_date_and_place() -> None:
    text = "---\ntitle: The Talk\ndate: 2024-05-03\nplace: Oslo\n---\n\nQuestion: Why?\n\nAnn Reed: So.\n"
    document = parse(text, source="a.md")
    assert (document.title, document.date, document.place) == ("The Talk", "2024-05-03", "Oslo")


def test_a_date_in_the_file_name_is_the_last_resort() -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."))
    assert parse(text, source="2024-05-03_talk.txt").date == "2024-05-03"


@pytest.mark.parametrize(
    "furniture",
    [
        "Related articles\n\nA storm is coming to the coast of the north. Read it now.",
        "## See also\n\n- [Another talk](x)\n- [A third](y)",
        "Read more\n\nHarbour opens\n\nThe new harbour was opened on Monday by …",
        "Other News\n\nStorm over the coast\n\nThe wind took the roofs of …",
        "Share this\n\nFacebook\n\nTwitter",
    ],
)
def test_page_furniture_after_the_last_answer_is_left_out(furniture: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So.\n\nAnd that was all.")) + "\n" + furniture + "\n"
    document = parse(text, source="a.txt")
    assert text[document.turns[-1].start : document.turns[-1].end] == "So.\n\nAnd that was all."


@pytest.mark.parametrize(
    "written",
    [
        "3 May 2024", "3rd May 2024", "May 3, 2024", "May 3rd, 2024", "Friday, 3 May 2024", "2024-05-03",
        "2024-05-03T10:00:00Z", "03.05.2024", "3 мая 2024", "3. Mai 2024", "le 3 mai 2024", "3 de mayo de 2024",
        "2024年5月3日",
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."), head=f"A talk\nOslo, {written}")
    assert parse(text, source="talk.txt").date == "2024-05-03"


@pytest.mark.parametrize(
    "written",
    [
        "May 2024",
        "2024",
        "3 May",
        "31 February 2024",
        "2024-13-01",
        "2024-02-30",
        "05/03/2024",
        "12.2024",
        "Room 20240503",
    ],
)
def test_what_is_no_full_date_gives_none(written: str) -> None:
    text = transcript(("Question", "On 1 June 2020?"), ("Ann Reed", "On 2 June 2020."), head=f"A talk\n{written}")
    assert parse(text, source="talk.txt").date is None


@pytest.mark.parametrize(
    "head",
    ["---\n: bad: [\n---\n", "---\n- a\n- b\n---\n", "---\ntitle:\n---\n", "---\ndate: .inf\n---\n", "---\nno end\n"],
)
def test_front_matter_that_says_nothing_changes_no_turn(head: str) -> None:
    document = parse(f"{head}\nQuestion: Why?\n\nAnn Reed: So.\n", source="a.md")
    assert [document.text[turn.start : turn.end] for turn in document.turns] == ["Why?", "So."]
    assert document.date is None


@pytest.mark.parametrize(
    "furniture",
    [
        "Check Also\n\nHarbour master retires\n\nAfter forty years at the …",
        "---\n\nSubscribe to our newsletter",
        "***\n\nFollow us on Facebook",
        "Tags: harbour, storm",
        "Filed under: Politics",
        "Advertisement",
        "You may also like\n\nTen best harbours\n\nThe coast is long and …",
        "Previous article\n\nHarbour opens\n\nNext article\n\nStorm",
        "About the author\n\nJo Field writes about boats.",
        "Sign up for our newsletter\n\nGet the best stories each week.",
        "Leave a Reply\n\nYour email address will not be published.",
        "Related Articles:\n\nHarbour opens\n\nStorm",
        "© 2024 The Courier. All rights reserved.",
        "#harbour #storm",
    ],
)
def test_further_page_furniture_is_left_out_and_makes_no_speaker(furniture: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So.\n\nAnd that was all.")) + "\n" + furniture + "\n"
    assert turns_of(text) == [
        ("Question", "interviewer", "Why?"),
        ("Ann Reed", "respondent", "So.\n\nAnd that was all."),
    ]
    document = parse(text, source="a.txt")
    assert text[slice(*document.left_out[-1].span)].strip() == furniture


@pytest.mark.parametrize(
    "answer",
    [
        "Three things matter\n\nPeace, bread and land, as they used to say in our town.",
        "We made a list\n\n- rain\n- wind\n- fog",
        "Thank you all\n\nGood night",
        "Well —\n\nno",
        "Yes.\n\nMore than that I cannot say",
    ],
)
def test_short_paragraphs_of_the_last_answer_are_no_furniture(answer: str) -> None:
    assert turns_of(transcript(("Question", "Why?"), ("Ann Reed", answer)))[-1] == ("Ann Reed", "respondent", answer)


@pytest.mark.parametrize("date", ["2024-02-30", "2024-13-45", "0000-00-00"])
def test_an_impossible_date_in_front_matter_is_no_date(date: str) -> None:
    document = parse(f"---\ndate: {date}\n---\n\nQuestion: Why?\n\nAnn Reed: So.\n", source="a.md")
    assert (document.date, len(document.turns)) == (None, 2)


@pytest.mark.parametrize(
    "answer",
    [
        "We did it.\n\nAlso in March we closed the mill.\n\nThe budget was 40 million.",
        "More about that in a minute.\n\nShare this with your neighbours.\n\nTags are cheap.",
        "So.\n\nSign up early, I told them.\n\nSubscribe to nothing you cannot cancel.",
        "My priorities are these:\n\n- Housing for all\n\n- Schools",
        "I will read it to you.\n\nThe harbour lies\n\nunder the wind\n\nand nobody comes",
        "I will say it plainly.\n\nNo\n\nNever",
        "First part.\n\n***\n\nThen came the flood",
    ],
)
def test_sentences_lists_and_poems_at_the_end_of_the_last_answer_are_kept(answer: str) -> None:
    assert turns_of(transcript(("Question", "Why?"), ("Ann Reed", answer)))[-1][2] == answer


def test_a_date_in_a_sentence_of_the_introduction_is_not_the_documents() -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."), head="A talk\n\nAnn was born on 3 May 1961.")
    assert parse(text, source="a.txt").date is None


def test_rules_around_the_first_turns_are_no_front_matter() -> None:
    text = (
        "---\n"
        + transcript(("Tom Hale", "Where?"), ("Anna Reed", "In town, as ever."))
        + "\n---\n\n"
        + transcript(("Tom Hale", "And?"), ("Anna Reed", "The same, as ever."))
    )
    assert [speaker for speaker, _, _ in turns_of(text)] == ["Tom Hale", "Anna Reed"] * 2
