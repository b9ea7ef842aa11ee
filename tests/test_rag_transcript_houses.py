"""The layouts of committees, courts, parliaments, newspapers, companies and recorded meetings."""

from __future__ import annotations

from made_conversations import SAID, said_in, written

from rag.transcript import parse


def test_titles_and_names_with_a_period_are_speakers_where_paragraphs_begin() -> None:
    text = (
        "    The Chairman. The committee will come to order. I thank\n"
        "Mr. Arden. He has come far to be here with us today.\n"
        "    Mr. Arden. Thank you. It came from the north, over the old\n"
        "wall.\n"
        "    The Chairman. Who was told of it, Mr. Arden?\n"
        "    Mr. Arden. Everybody was told. Ms. Brandt. The mayor. All.\n"
        "    Ms. Brandt [continuing]. I was not.\n"
        "    Mr. Arden. You were, Ms. Brandt.\n"
    )
    assert [(speaker, " ".join(said.split())) for speaker, said in said_in(text)] == [
        (
            "The Chairman",
            "The committee will come to order. I thank Mr. Arden. He has come far to be here with us today.",
        ),
        ("Mr. Arden", "Thank you. It came from the north, over the old wall."),
        ("The Chairman", "Who was told of it, Mr. Arden?"),
        ("Mr. Arden", "Everybody was told. Ms. Brandt. The mayor. All."),
        ("Ms. Brandt", "I was not."),
        ("Mr. Arden", "You were, Ms. Brandt."),
    ]


def test_a_newspapers_name_above_its_questions_does_not_say_the_answers() -> None:
    text = "".join(
        f"**{'Daily Post' if number < 3 else 'Evening Sun'}: {said}**\n\n" if name == "Ilse Brandt" else f"{said}\n\n"
        for number, (name, said) in enumerate(SAID)
    )
    papers = ["Daily Post", "", "Daily Post", "", "Evening Sun", ""]
    assert said_in(text) == [(paper, said) for paper, (_, said) in zip(papers, SAID, strict=True)]


def test_a_title_and_a_company_behind_a_name_are_no_part_of_it() -> None:
    text = (
        "ILSE BRANDT, ANALYST, NORTH BANK: Where from?\n\nTOM ARDEN, CHIEF EXECUTIVE, ARDEN & SONS: From the north.\n\n"
        "BRANDT: And?\n\nARDEN: We ran.\n"
    )
    assert [speaker for speaker, _ in said_in(text)] == ["ILSE BRANDT", "TOM ARDEN"] * 2


def test_numbered_lines_of_a_court_keep_lawyers_questions_and_answers_apart() -> None:
    text = (
        " 1            THE COURT:  Good morning.\n"
        " 2            MR. SMITH:  Good morning, Your Honor.\n"
        " 3       BY MR. SMITH:\n"
        " 4       Q.   Did you see the wall?\n"
        " 5       A.   I did, on the Monday.\n"
        " 6       Q.   And who came?\n"
        " 7       A.   Nobody.\n"
        " 8            MS. JONES:  Objection.\n"
        " 9            THE COURT:  Sustained.\n"
        "10       BY MR. SMITH:\n"
        "11       Q.   Who was told?\n"
        "12       A.   Everybody.\n"
    )
    assert said_in(text) == [
        ("THE COURT", "Good morning."),
        ("MR. SMITH", "Good morning, Your Honor."),
        ("Q", "Did you see the wall?"),
        ("A", "I did, on the Monday."),
        ("Q", "And who came?"),
        ("A", "Nobody."),
        ("MS. JONES", "Objection."),
        ("THE COURT", "Sustained."),
        ("Q", "Who was told?"),
        ("A", "Everybody."),
    ]


def test_french_parliaments_set_offices_and_names_before_a_period() -> None:
    text = (
        "M. le président. La parole est à M. Jean Dupont.\n\n"
        "M. Jean Dupont. Monsieur le ministre, pourquoi ?\n\n"
        "Mme Marie Durand, ministre des travaux. Parce que.\n\n"
        "M. Jean Dupont. Merci.\n\n"
        "M. le président. La parole est à Mme la ministre.\n\n"
        "Mme Marie Durand, ministre des travaux. Je vous en prie.\n"
    )
    assert said_in(text) == [
        ("M. le président", "La parole est à M. Jean Dupont."),
        ("M. Jean Dupont", "Monsieur le ministre, pourquoi ?"),
        ("Mme Marie Durand", "Parce que."),
        ("M. Jean Dupont", "Merci."),
        ("M. le président", "La parole est à Mme la ministre."),
        ("Mme Marie Durand", "Je vous en prie."),
    ]


def test_the_head_of_a_meetings_recording_names_nobody() -> None:
    text = (
        "Weekly-20240312-Meeting Recording\n\nMarch 12, 2024, 2:00PM\n\n32m 10s\n\nTom Arden started transcription\n\n"
        + written("{name}   0:0{n}\n{said}\n\n")
        + "Tom Arden stopped transcription\n"
    )
    assert said_in(text) == SAID
    assert parse(text, source="a.txt").date == "2024-03-12"
