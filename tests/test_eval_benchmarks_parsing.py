"""The measure of parses against gold: whose words stand under a wrong name, and what confidence says of it."""

import json
from pathlib import Path

from eval.benchmarks.parsing import Parsed, Said, measure, read_gold, table_of, wrong_share
from rag.transcript import parse

SOUND = "Ida Holt: Who rang the bell?\n\nNed Farr: I rang it.\n\nIda Holt: Why?\n\nNed Farr: It was noon.\n"
GOLD = [
    Said("Ida Holt", "Who rang the bell?", 15),
    Said("Ned Farr", "I rang it.", 8),
    Said("Ida Holt", "Why?", 4),
    Said("Ned Farr", "It was noon.", 10),
]


def test_words_under_a_name_that_is_mostly_somebody_elses_are_wrong() -> None:
    document = parse(SOUND, source="a.txt")
    assert wrong_share(document, GOLD) == 0.0
    assert wrong_share(document, [*GOLD[:3], Said("Lou Ames", "It was noon.", 8)]) == 8 / 35  # of two names under one


def test_turns_that_begin_alike_are_each_found_in_their_own_place() -> None:
    text = SOUND.replace("It was noon.", "I rang it.").replace("Why?", "I rang it.")
    again = [GOLD[0], *(Said(name, "I rang it.", 8) for name in ("Ned Farr", "Ida Holt", "Ned Farr"))]
    assert wrong_share(parse(text, source="a.txt"), again) == 0.0


def test_both_kinds_of_gold_are_read_and_the_file_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SOUND)
    rows = [{"speaker": said.speaker, "begins": said.begins, "chars": said.chars} for said in GOLD]
    (tmp_path / "a.txt.turns.json").write_text(json.dumps(rows))
    (tmp_path / "b.txt").write_text(SOUND)
    (tmp_path / "b.right.json").write_text(json.dumps({"turns": [["", "all of it"]]}))
    measured = {file.name: measure(file, gold) for file, gold in read_gold(tmp_path)}
    assert measured["a.txt"] == Parsed(f"{tmp_path.name}/a.txt", 1.0, 0.0, False)
    assert measured["b.txt"] == Parsed(f"{tmp_path.name}/b.txt", 1.0, 1.0, False)  # nobody speaks, says the gold


def test_the_table_counts_wrong_parses_in_bands_of_confidence() -> None:
    parses = [Parsed("a", 0.95, 0.0, False), Parsed("b", 1.0, 0.02, False), Parsed("c", 0.5, 0.1, True)]
    assert list(table_of(parses)) == [
        "confidence      parses   wrong    share  words wrong  untold",
        "0.90 to 1.00         2       1    50.0%        1.00%       1",
        "0.85 to 0.90         0       0     0.0%        0.00%       0",
        "0.60 to 0.85         0       0     0.0%        0.00%       0",
        "0.55 to 0.60         0       0     0.0%        0.00%       0",
        "0.30 to 0.55         1       1   100.0%       10.00%       0",
        "0.00 to 0.30         0       0     0.0%        0.00%       0",
    ]
