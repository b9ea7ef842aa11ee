"""Printed labels → canonical names and roles."""

from __future__ import annotations

import pytest

from rag.speakers import assign_roles, canonical_names


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
