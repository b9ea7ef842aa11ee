"""Printed labels → canonical names and roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.transcript.roles import assign_roles
from rag.transcript.speakers import talking_to_each_other, who_is_who


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        (["Anna Reed", "A. Reed", "A.B. Reed", "REED", "Ms. Reed"], [0, 0, 0, 0, 0]),
        (["Anna Reed", "Adam Reed", "A. Reed"], [0, 1, 2]),
        (["Anna Reed", "B. Reed"], [0, 1]),
        (["Mr. Reed", "Ms. Reed"], [0, 1]),
        (["Chief Engineer Tom Reed", "T. Reed", "J. Reed"], [0, 0, 1]),
        (["Hon. Ann Reed (North, Ind.)", "Hon. Ann Reed"], [0, 0]),
        (["THE PRESIDENT", "The President"], [0, 0]),
        (["Question", "Q"], [0, 1]),
        (["Анна Рид", "А. Рид"], [0, 0]),
    ],
)
def test_labels_are_one_person_only_where_all_that_they_say_agrees(labels: list[str], groups: list[int]) -> None:
    names = who_is_who(labels).names
    numbers: dict[str, int] = {}
    expected: dict[int, int] = {}
    for label, group in zip(labels, groups, strict=True):
        number = numbers.setdefault(names[label], len(numbers))
        assert expected.setdefault(group, number) == number, label
    assert len(numbers) == len(expected)


def test_the_fullest_spelling_stands_for_the_speaker() -> None:
    assert set(who_is_who(["A. REED", "Anna Reed", "Reed"]).names.values()) == {"Anna Reed"}


def test_who_is_labelled_as_asking_asks_and_everybody_else_answers() -> None:
    said = [("Q", "Go on."), ("Ann Reed", "Where?"), ("Q", "There."), ("Jo Field", "Why?")]
    assert assign_roles(said) == {"Q": "interviewer", "Ann Reed": "respondent", "Jo Field": "respondent"}


def test_where_everybody_asks_the_one_who_says_most_answers() -> None:
    said = [("Ann Reed", "Why?"), ("Jo Field", "Because it was so, and it will be so, is it not?")] * 3
    assert assign_roles(said)["Jo Field"] == "respondent"


@given(
    st.permutations(["Anna Reed", "Adam Reed", "A. Reed", "A.B. Stone", "Stone", "Question", "Ms. Field", "Jo Field"])
)
def test_who_is_one_person_does_not_depend_on_who_speaks_first(labels: list[str]) -> None:
    assert people(labels) == people(sorted(labels))


@given(st.lists(st.text(alphabet="ABab. éЖ,-(", min_size=1, max_size=12), min_size=1, max_size=6, unique=True))
def test_every_label_gets_a_name_and_a_name_stands_for_itself(labels: list[str]) -> None:
    names = who_is_who(labels).names
    assert list(names) == labels
    again = who_is_who([*labels, *names.values()]).names
    assert all(again[name] == again[label] for label, name in names.items())


@pytest.mark.parametrize(
    "labels",
    [["Ann Reed", "Anne Reed"], ["A. Reed", "B. Reed"], ["Ann Reed", "Ann Read"], ["Mr. A. Reed", "Ms. A. Reed"]],
)
def test_in_doubt_two_labels_stay_two_people(labels: list[str]) -> None:
    assert len(set(who_is_who(labels).names.values())) == 2


def test_a_name_that_fits_mr_and_ms_of_one_surname_joins_the_same_one_in_any_order() -> None:
    assert people(["Anna Reed", "Ms. Reed", "Mr. Reed"]) == people(["Anna Reed", "Mr. Reed", "Ms. Reed"])


def people(labels: list[str]) -> set[frozenset[str]]:
    """Which labels are one person."""
    names = who_is_who(labels).names
    return {frozenset(label for label in labels if names[label] == name) for name in names.values()}


_NAMES = st.sampled_from(["Ann Reed", "REED", "Ms. Field", "Guest", "The Speaker", "Witness", "Voice", "Jo Field"])
_WORDS = st.sampled_from("Adam Bo Clara Dov Esra Finn".split())


@given(_NAMES, _WORDS, _WORDS, st.sampled_from(["{name} ({word})", "{name}, {word}", "{name} {word}", "{word} {name}"]))
def test_one_printed_word_that_differs_keeps_two_labels_two_people(name: str, one: str, other: str, form: str) -> None:
    first, second = form.format(name=name, word=one), form.format(name=name, word=other)
    assert len(people([first, second])) == (1 if one == other else 2)


@given(
    _NAMES, st.integers(1, 99), st.integers(1, 99), st.sampled_from(["{name} {n}", "{name} No. {n}", "{name} ({n})"])
)
def test_numbers_keep_people_apart(name: str, one: int, other: int, form: str) -> None:
    assert len(people([form.format(name=name, n=one), form.format(name=name, n=other)])) == (1 if one == other else 2)


@given(
    st.sampled_from(["Administrator", "Speaker", "Attorney General", "Regional Officer", "President", "Harbour Master"])
)
def test_a_rank_makes_another_office(office: str) -> None:
    for rank in ("Deputy", "Vice", "Acting", "Assistant"):
        assert len(people([f"The {office}", f"The {rank} {office}"])) == 2
        assert len(people([f"{office} Reed", f"{rank} {office} Reed"])) == 2


@given(st.sampled_from("Anna Boris Clara".split()), st.sampled_from("Reed Major Judge Brandt Ulloa".split()))
def test_a_label_that_only_says_less_is_the_same_person(first: str, last: str) -> None:
    full = f"{first} {last}"
    shorter = [f"{first[0]}. {last}", f"{full} (continuing)", full.upper(), f"{full}, Member"]
    if last not in ("Major", "Judge"):  # alone those are titles
        shorter += [last.upper(), f"{last}, {first}", f"{last} [by telephone]"]
    for label in shorter:
        assert len(people([full, label])) == 1, label


@pytest.mark.parametrize(
    "labels",
    [
        ["John Major", "Elton John"],
        ["Paul Judge", "Mike Paul"],
        ["Smith, John", "Smith, Jane"],
        ["Dr. Brown", "Mr. Brown"],
        ["Senator Brown", "Mr. Brown"],
        ["Director Brown", "Commissioner Brown"],
        ["John Smith, Sr.", "John Smith, Jr."],
        ["Station 1 (Kaman)", "Station 1 (Popov)"],
        ["Presenter", "Presenter 2"],
        ["Minister of Works", "Minister of Health"],
        ["Counsel for the Crown", "Counsel for the Defence"],
        ["AR", "AR/MM", "MM"],
        ["MM", "WH", "MM, WH"],
    ],
)
def test_namesakes_and_offices_stay_apart(labels: list[str]) -> None:
    assert len(people(labels)) == len(labels)


def test_an_office_that_names_its_holder_in_brackets_is_that_person() -> None:
    office = "The Secretary of State for Ferries, Harbours and Waterways (Ms Wilma Haig)"
    assert people([office, "Ms Haig", "Mr Dell", "Mr Hanno Dell (Loring) (North)"]) == {
        frozenset([office, "Ms Haig"]),
        frozenset(["Mr Dell", "Mr Hanno Dell (Loring) (North)"]),
    }


def test_a_district_in_brackets_is_no_holder_of_an_office() -> None:
    labels = ["Ms. Jo Field (Don Valley East, Ind.)", "Ms. Jo Field", "Ms. Field"]
    assert set(who_is_who(labels).names.values()) == {"Ms. Jo Field"}
    assert who_is_who(labels[:2]).notes == ()


def test_labels_that_answer_each_other_are_two_people() -> None:
    said = [("Reed", "Who came?"), ("Ann Reed", "I did.")]
    assert len(set(who_is_who(["Reed", "Ann Reed"], talking_to_each_other(said)).names.values())) == 2


def test_the_commonest_of_the_full_spellings_is_shown() -> None:
    labels = ["Lena Mackie"] * 3 + ["Lena Mackie Mackie", "Mackie", "Mackie", "Mackie", "Mackie"]
    assert set(who_is_who(labels).names.values()) == {"Lena Mackie"}


def test_people_with_several_labels_are_told_in_one_note_and_a_difference_of_case_is_not() -> None:
    assert who_is_who(["A. Reed", "REED", "Ann Reed", "JO FIELD", "Jo Field"]).notes == (
        "“A. Reed”, “Ann Reed” and “REED” are read as one person, Ann Reed",
    )
    assert who_is_who(["JO FIELD", "Jo Field"]).notes == ()


def test_what_tells_two_people_apart_is_shown() -> None:
    assert set(who_is_who(["Station 1 (Kaman)", "Station 1 (Popov)"]).names.values()) == {
        "Station 1 (Kaman)",
        "Station 1 (Popov)",
    }


def test_grouping_labels_grows_with_their_number_and_no_faster() -> None:
    names = who_is_who([f"{chr(65 + n % 26)}{chr(97 + n // 26 % 26)}{n} Reed" for n in range(20_000)]).names
    assert len(set(names.values())) == 20_000


@pytest.mark.parametrize(
    "labels",
    [("Host 1", "Host 2"), ("Moderator", "Moderator 2"), ("Press", "Reporter"), ("Interviewer 1", "Interviewer 2")],
)
def test_where_all_would_ask_nobody_does(labels: tuple[str, str]) -> None:
    said = [(labels[0], "It burned."), (labels[1], "So I heard."), (labels[0], "In the frost.")]
    assert set(assign_roles(said).values()) == {"respondent"}


def test_a_single_a_answers_only_where_there_is_a_q() -> None:
    assert assign_roles([("A", "Who saw it?"), ("B", "My aunt."), ("A", "Where?"), ("B", "From the bridge.")]) == {
        "A": "interviewer",
        "B": "respondent",
    }
    assert assign_roles([("Q", "Who saw it?"), ("A", "My aunt?")]) == {"Q": "interviewer", "A": "respondent"}


@pytest.mark.parametrize("mark", ["?", "？", "؟", "՞", "⁇", "❓"])
def test_a_question_mark_of_any_script_asks(mark: str) -> None:
    said = [
        ("Ann", f"Where{mark}"),
        ("Jo", "Here, as we always were."),
        ("Ann", f"Who{mark}"),
        ("Jo", "I and my aunt."),
    ]
    assert assign_roles(said) == {"Ann": "interviewer", "Jo": "respondent"}


def test_a_bench_of_justices_asks_in_statements_and_one_justice_alone_answers() -> None:
    bench = [("Justice Tarn", "There was a letter."), ("Ms. Brook", "It came late."), ("Justice Fell", "It came.")]
    assert assign_roles([*bench, bench[1]]) == {
        "Justice Tarn": "interviewer",
        "Ms. Brook": "respondent",
        "Justice Fell": "interviewer",
    }
    nominee = [
        ("Ms. Brook", "Why?"),
        ("Justice Tarn", "I wrote so."),
        ("Ms. Brook", "When?"),
        ("Justice Tarn", "In May."),
    ]
    assert assign_roles(nominee)["Justice Tarn"] == "respondent"


def test_who_welcomes_and_thanks_asks() -> None:
    said = [
        ("Ann Reed", "Welcome to the harbour hour. Our guest knows every boat."),
        ("Jo Field", "I know most of them, and those I do not know are not worth the rope that they hang on."),
        ("Ann Reed", "Tell us about the first."),
        ("Jo Field", "The first was my father's, and it sank on the day when it was paid, as he told everybody."),
        ("Ann Reed", "Thank you for joining us."),
    ]
    assert assign_roles(said) == {"Ann Reed": "interviewer", "Jo Field": "respondent"}
