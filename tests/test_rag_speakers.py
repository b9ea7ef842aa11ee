"""Printed labels → canonical names and roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.transcript.roles import assign_roles
from rag.transcript.speakers import canonical_names


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
    names = canonical_names(labels)
    numbers: dict[str, int] = {}
    expected: dict[int, int] = {}
    for label, group in zip(labels, groups, strict=True):
        number = numbers.setdefault(names[label], len(numbers))
        assert expected.setdefault(group, number) == number, label
    assert len(numbers) == len(expected)


def test_the_fullest_spelling_stands_for_the_speaker() -> None:
    assert set(canonical_names(["A. REED", "Anna Reed", "Reed"]).values()) == {"Anna Reed"}


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
    names = canonical_names(labels)
    assert list(names) == labels
    again = canonical_names([*labels, *names.values()])
    assert all(again[name] == again[label] for label, name in names.items())


@pytest.mark.parametrize(
    "labels",
    [["Ann Reed", "Anne Reed"], ["A. Reed", "B. Reed"], ["Ann Reed", "Ann Read"], ["Mr. A. Reed", "Ms. A. Reed"]],
)
def test_in_doubt_two_labels_stay_two_people(labels: list[str]) -> None:
    assert len(set(canonical_names(labels).values())) == 2


def test_a_name_that_fits_mr_and_ms_of_one_surname_joins_the_same_one_in_any_order() -> None:
    assert people(["Anna Reed", "Ms. Reed", "Mr. Reed"]) == people(["Anna Reed", "Mr. Reed", "Ms. Reed"])


def people(labels: list[str]) -> set[frozenset[str]]:
    """Which labels are one person."""
    names = canonical_names(labels)
    return {frozenset(label for label in labels if names[label] == name) for name in names.values()}
