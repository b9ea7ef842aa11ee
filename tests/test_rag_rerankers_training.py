"""Training the default reranker: its examples, its tokens, and a run that is resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_weights import small_model

import rag.rerankers.training.train
from embeddings.encoders import load_encoder
from embeddings.models import locate
from embeddings.types import Encoder
from rag.rerankers.training.data import Example, split_by_article, squad_examples, squad_paragraphs, talk_examples
from rag.rerankers.training.ship import RESULT, SMALL, ship
from rag.rerankers.training.tokens import Recipe, encode
from rag.rerankers.training.train import train
from rag.rerankers.weights import load, unpack
from rag.text.sentences import question_tail
from rag.transcript import parse

PASSAGE = "The bridge took two years. It was paid for by the county of Aldwark. Nobody was hurt."
OTHER = "We have not decided anything about the school yet. Ask me again in May."


SQUAD = """{"data": [{"title": "Bridges", "paragraphs": [
 {"context": "It cost four million.", "qas": [
  {"id": "1", "question": "What did it cost?", "answers": [{"text": "four million", "answer_start": 8}]},
  {"id": "2", "question": "Who built it?", "answers": [], "is_impossible": true}]},
 {"context": "It fell in May.", "qas": []}]}]}"""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_squad_gives_answers_with_their_place_among_near_passages(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "squad.json").write_text(SQUAD, encoding="utf-8")
    paragraphs = squad_paragraphs(tmp_path / "squad.json")
    # The unanswerable question teaches nothing, and what two files have is asked once.
    assert list(squad_examples(paragraphs + paragraphs, encoder)) == [
        Example("What did it cost?", "It cost four million.", ((8, 20),), ("It fell in May.",))
    ]


def test_talks_give_the_answer_that_follows_a_question_among_the_nearest_others(encoder: Encoder) -> None:
    told = "We will open the gates in May when the last of the seals has been tested twice by a diver."
    well = "Let me begin by thanking everybody who has come out here today in this terrible weather of ours."
    school = "The school stays where it is and nobody has asked for anything else in all those long years."
    gates_too = "Gates are opened by hand in May, and in June by the motor, as they were in my father's time."
    document = parse(f"Q: When?\n\nAnn Reed: {told}\n", source="talk.txt")
    gates, moved = "When will you open the gates of the barrier?", "What happens to the school by the river?"
    pairs = [(gates, well), (gates, told), (moved, school), ("", gates_too), ("Why?", "It rained.")]
    first, second = sorted(
        talk_examples([document], lambda _: pairs, encoder, seed=0), key=lambda example: example.question != gates
    )
    assert first == Example(gates, told, None, (gates_too, school))
    assert (second.question, second.passage) == (moved, school)
    assert set(second.others) == {told, well, gates_too}
    assert question_tail(gates) == gates


def test_articles_kept_apart_are_the_same_for_the_same_seed() -> None:
    titles = [str(number) for number in range(20)]
    apart = split_by_article(titles, held_out=0.1, seed=3)
    assert len(apart) == 2
    assert apart == split_by_article(reversed(titles), held_out=0.1, seed=3)


RECIPE = Recipe(base="", epochs=1, batch_size=3, checkpoint_every=2, warmup=0.0, learning_rate=1e-3)


def test_examples_know_the_tokens_of_each_sentence_and_which_hold_the_answer() -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(locate().folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    start = PASSAGE.index("Aldwark")
    example = Example("Who " * 80 + "paid?", PASSAGE, ((start, start + 7),), (OTHER,))
    found = encode(tokenizer, example, replace(RECIPE, max_question_tokens=8, max_tokens=16))
    assert tokenizer.decode(found.question) == "who who who who paid?"
    # The second sentence is read as far as it goes, and does not hold the answer any more.
    assert [tokenizer.decode(found.passage[a:z]) for a, z in found.sentences] == [
        "the bridge took two years.",
        "it was paid for by the county of",
    ]
    assert found.gold == []
    assert all(len(ids) <= 16 for ids in (found.passage, *found.others))
    whole = encode(tokenizer, example, RECIPE)
    assert [tokenizer.decode(whole.passage[a:z]) for a, z in whole.sentences] == [
        "the bridge took two years.",
        "it was paid for by the county of aldwark.",
        "nobody was hurt.",
    ]
    assert whole.gold == [1]


def test_a_training_that_was_stopped_goes_on_to_the_same_weights_and_ships_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.numpy import load_file

    base = small_model(tmp_path / "base", "BertModel")
    examples = [
        Example(
            "What did it cost?", f"Nobody knew. It cost {number} million.", ((21, 21 + len(str(number))),), (OTHER,)
        )
        for number in range(12)
    ]
    recipe = replace(RECIPE, base=str(base))
    train(recipe, examples, tmp_path / "whole")
    loss = rag.rerankers.training.train.late_interaction_loss
    seen = []

    def stop_at_third(network: Any, batch: Any, *rest: Any) -> Any:
        seen.append(batch)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return loss(network, batch, *rest)

    monkeypatch.setattr(rag.rerankers.training.train, "late_interaction_loss", stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, examples, tmp_path / "stopped")
    monkeypatch.undo()
    train(recipe, examples, tmp_path / "stopped")
    whole, stopped = load_file(tmp_path / "whole" / RESULT), load_file(tmp_path / "stopped" / RESULT)
    assert whole.keys() == stopped.keys()
    start = load_file(base / "model.safetensors")
    assert all(np.allclose(whole[name], stopped[name], atol=1e-5) for name in whole)
    moved = [name for name in start if f"base.{name}" in whole and not np.allclose(start[name], whole[f"base.{name}"])]
    assert moved
    passage_bias, sentence_bias = ship(recipe, examples, tmp_path / "whole")
    small, metadata = load(tmp_path / "whole" / SMALL)
    assert (float(metadata["even"]), float(metadata["even_sentence"])) == (passage_bias, sentence_bias)
    again = unpack(small, {f"base.{name}": value for name, value in start.items()})
    assert {name: float(np.abs(again[name] - whole[name]).max()) for name in whole} == pytest.approx(
        dict.fromkeys(whole, 0.0), abs=1e-3
    )
