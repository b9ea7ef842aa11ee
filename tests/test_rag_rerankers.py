"""Rerankers: their exported graphs, their weights, their scores, and what becomes of candidates."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rag.rerankers.training.train
from embeddings.encoders import load_encoder
from embeddings.models import locate, sha256_of
from embeddings.types import EmbeddingError, Encoder
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.evidence.select import extract_evidence
from rag.query.build import build_query
from rag.rerankers import RerankScores, is_made, load_reranker, loading
from rag.rerankers.cross import CrossReranker
from rag.rerankers.export import MAX_DIFFERENCE, write
from rag.rerankers.late import REMEMBERED, LateReranker, max_sim
from rag.rerankers.loading import graph_folder
from rag.rerankers.protocol import RERANK_DEPTH, UNSCORED
from rag.rerankers.training.data import Example, split_by_article, squad_examples, squad_paragraphs, talk_examples
from rag.rerankers.training.train import RESULT, SMALL, Recipe, encode, ship, train
from rag.rerankers.weights import TRAINED_SHA256, WEIGHTS, load, unpack
from rag.retrieval.fusion import retrieve
from rag.retrieval.rerank import rerank
from rag.storage.sqlite import StoredPassage
from rag.text.sentences import question_tail, split_sentences
from rag.transcript import parse
from rag.types import Passage, Query, Scope, Span

PASSAGE = "The bridge took two years. It was paid for by the county of Aldwark. Nobody was hurt."
OTHER = "We have not decided anything about the school yet. Ask me again in May."


def stored(text: str, spans: Sequence[Span] | None = None, *, asked: str = "") -> StoredPassage:
    """A passage as a reader gets it."""
    passage = Passage("p", "d", "a.txt", "Ann", "respondent", asked, 0, len(text), text)
    none = np.zeros(0, np.float32)
    found = tuple(spans if spans is not None else split_sentences(text))
    return StoredPassage(0, "Ann", json.dumps(asdict(passage)).encode(), none, none, found, none)


def small_model(folder: Path, kind: str, *, labels: int = 1) -> Path:
    """A model with random weights and the default model's tokenizer."""
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=labels
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    shutil.copy(locate().folder / "tokenizer.json", folder / "tokenizer.json")
    return folder


def torch_scores(folder: Path, kind: str, question: str, passage: str) -> Any:
    import torch
    import transformers
    from tokenizers import Tokenizer

    model = getattr(transformers, kind).from_pretrained(str(folder)).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    found = tokenizer.encode(question, passage)
    with torch.no_grad():
        return model(input_ids=torch.tensor([found.ids]), token_type_ids=torch.tensor([found.type_ids]))


def test_a_cross_encoder_in_a_folder_gives_torchs_scores(tmp_path: Path) -> None:
    folder = small_model(tmp_path / "model", "BertForSequenceClassification")
    write(str(folder), tmp_path / "graph")
    reader = CrossReranker(tmp_path / "graph")
    results = reader.score(build_query("Who paid?"), [stored(PASSAGE, [(0, 26)]), stored(OTHER, [(0, 20)])])
    for result, passage in zip(results, (PASSAGE, OTHER), strict=True):
        wanted = torch_scores(folder, "BertForSequenceClassification", "Who paid?", passage).logits.item()
        assert result.relevance == pytest.approx(wanted, abs=MAX_DIFFERENCE)
        assert result.span is None
        assert result.sentences.tolist() == [UNSCORED]  # it has no opinion on them


def test_an_extractive_readers_sentences_are_scored_by_their_best_span_against_no_answer(tmp_path: Path) -> None:
    folder = small_model(tmp_path / "model", "BertForQuestionAnswering", labels=2)
    write(str(folder), tmp_path / "graph")
    spans = split_sentences(PASSAGE)
    (result,) = CrossReranker(tmp_path / "graph").score(build_query("Who paid?"), [stored(PASSAGE)])
    scores = torch_scores(folder, "BertForQuestionAnswering", "Who paid?", PASSAGE)
    start, end = scores.start_logits[0].numpy(), scores.end_logits[0].numpy()
    # [CLS] who paid ? [SEP] the bridge took two years . it …: the first sentence is tokens 5 to 10
    best = max(start[a] + end[z] for a in range(5, 11) for z in range(a, 11))
    assert result.sentences[0] == pytest.approx(best - start[0] - end[0], abs=MAX_DIFFERENCE)
    assert result.relevance == result.sentences.max()
    assert result.span is not None
    first, last = spans[int(result.sentences.argmax())]
    assert first <= result.span[0] < result.span[1] <= last


def test_models_that_are_no_readers_are_refused_with_a_sentence(tmp_path: Path) -> None:
    three = small_model(tmp_path / "three", "BertForSequenceClassification", labels=3)
    with pytest.raises(EmbeddingError, match="gives 3 labels; a reader needs a cross-encoder with one score"):
        write(str(three), tmp_path / "graph")
    plain = small_model(tmp_path / "plain", "BertModel")
    with pytest.raises(EmbeddingError, match="is a BertModel; a reader is a cross-encoder"):
        write(str(plain), tmp_path / "graph")
    assert not (tmp_path / "graph").exists()


def test_a_damaged_graph_is_refused(tmp_path: Path) -> None:
    folder = small_model(tmp_path / "model", "BertForSequenceClassification")
    write(str(folder), tmp_path / "graph")
    content = bytearray((tmp_path / "graph" / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "graph" / "model.onnx").write_bytes(content)
    with pytest.raises(EmbeddingError, match="is damaged; delete the folder"):
        CrossReranker(tmp_path / "graph")


def trained(query: Query, *passages: StoredPassage) -> list[RerankScores]:
    reader = load_reranker("trained")
    assert reader is not None
    return reader.score(query, passages)


def test_the_trained_reader_knows_the_passage_that_answers_and_the_place_in_it() -> None:
    assert sha256_of(WEIGHTS) == TRAINED_SHA256
    assert WEIGHTS.stat().st_size < 12_000_000
    reader = load_reranker("trained")
    assert reader is not None
    assert reader.fingerprint == TRAINED_SHA256
    answering, other = trained(build_query("Who paid for the bridge?"), stored(PASSAGE), stored(OTHER))
    assert answering.relevance > 0 > other.relevance
    assert int(answering.sentences.argmax()) == 1
    assert answering.sentences.max() > other.sentences.max()


def test_the_trained_readers_graph_gives_torchs_scores() -> None:
    import torch
    from tokenizers import Tokenizer

    from rag.rerankers.network import LateNetwork

    small, metadata = load(WEIGHTS)
    network = LateNetwork(locate().folder).eval()
    base = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    network.load_state_dict({n: torch.from_numpy(v) for n, v in unpack(small, base).items()}, strict=False)
    tokenizer = Tokenizer.from_file(str(locate().folder / "tokenizer.json"))
    tokenizer.no_padding()

    def read(text: str) -> tuple[Any, Any]:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            vectors, weights = network(ids, torch.ones_like(ids))
        return vectors[0, 1:-1].numpy(), weights[0, 1:-1].numpy()

    (asked, weights), (told, _) = read("Who paid for the bridge?"), read(PASSAGE)
    score = float((asked @ told.T).max(axis=1) @ (weights / weights.sum()))
    (result,) = trained(build_query("Who paid for the bridge?"), stored(PASSAGE))
    scale = network.log_scale.exp().item()
    assert result.relevance == pytest.approx(scale * (score - float(metadata["even"])), abs=scale * 1e-3)


def test_an_answer_is_read_behind_the_question_that_it_answers() -> None:
    query = build_query("What became of the toll gate?")
    alone, behind = trained(query, stored("It rusts."), stored("It rusts.", asked="And what became of the toll gate?"))
    assert behind.relevance > alone.relevance
    assert behind.sentences[0] > alone.sentences[0]


def test_a_long_question_before_an_answer_leaves_room_for_it() -> None:
    query, ending = build_query("What became of the toll gate?"), "and what became of the toll gate?"
    long, short = trained(
        query, stored("It rusts.", asked="well " * 900 + ending), stored("It rusts.", asked="well " * 80 + ending)
    )
    assert long == short


@pytest.mark.parametrize("text", ["", " ", "\ufffd", "\u200b\u200b"])
def test_a_passage_without_anything_to_read_is_no_fault(text: str) -> None:
    nothing, other = trained(build_query("Who paid?"), stored(text, [(0, len(text))]), stored(PASSAGE))
    assert (nothing.relevance, nothing.sentences.tolist()) == (UNSCORED, [UNSCORED])
    assert other.relevance > UNSCORED


def test_of_a_text_that_is_cut_off_the_mark_at_its_end_is_no_word() -> None:
    passage = "It rained. " * 400
    spans = split_sentences(passage)
    (result,) = trained(build_query("Did it rain?"), stored(passage, spans))
    read = int((result.sentences > UNSCORED).sum())
    # [CLS], three tokens a sentence and [SEP]: the last sentence that begins is not read whole.
    assert read == (512 - 2) // 3


def test_the_name_of_whoever_speaks_is_no_word_to_look_for() -> None:
    question = "What did Ann Reed say about the bridge?"
    talks_of_her = "Ann Reed came late and Ann Reed left early."
    named = Query(question, ((question, 1.0),), speakers=("Ann Reed",))
    plain = Query(question, ((question, 1.0),))
    (without,), (with_name,) = trained(named, stored(talks_of_her)), trained(plain, stored(talks_of_her))
    assert without.relevance < with_name.relevance
    only_a_name = Query("Ann Reed?", (("Ann Reed?", 1.0),), speakers=("Ann Reed",))
    assert np.isfinite(trained(only_a_name, stored(talks_of_her))[0].relevance)


def test_the_legs_of_a_query_count_by_their_weights() -> None:
    one, other = "Who paid for the bridge?", "When did it rain?"
    scores = {}
    for share in (0.0, 0.25, 1.0):
        (result,) = trained(Query(one, ((one, 1 - share), (other, share))), stored(PASSAGE))
        scores[share] = result.relevance
    assert scores[0.25] == pytest.approx(0.75 * scores[0.0] + 0.25 * scores[1.0], abs=1e-3)


def test_a_passage_that_was_read_before_is_read_as_it_was_and_no_question_is_remembered() -> None:
    assert load_reranker("trained") is not None
    reader = LateReranker(graph_folder(TRAINED_SHA256))
    query = build_query("Who paid for the bridge?")
    first = reader.score(query, [stored(PASSAGE), stored(OTHER)])
    other_first = LateReranker(graph_folder(TRAINED_SHA256)).score(query, [stored(OTHER)])
    again = reader.score(query, [stored(OTHER), stored(f"{OTHER} Or in June."), stored(PASSAGE)])
    assert [first[0].relevance, first[1].relevance] == [again[2].relevance, again[0].relevance]
    assert other_first[0].relevance == first[1].relevance
    assert set(reader._remembered) == {PASSAGE, OTHER, f"{OTHER} Or in June."}
    reader.score(query, [stored(f"It cost {number} million.") for number in range(REMEMBERED)])
    assert len(reader._remembered) == REMEMBERED
    assert PASSAGE not in reader._remembered


@given(
    arrays(np.float64, (3, 5), elements=st.floats(-1, 1)),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    st.permutations(range(5)),
)
def test_a_score_does_not_depend_on_the_order_of_words_and_only_grows_with_them(
    cosines: Any, weights: list[float], order: list[int]
) -> None:
    shares = np.asarray(weights) / sum(weights)
    score = max_sim(cosines, shares)
    assert score == pytest.approx(sum(w * max(row) for w, row in zip(shares, cosines.tolist(), strict=True)))
    assert max_sim(cosines[:, order], shares) == pytest.approx(score)
    assert max_sim(cosines[:, :3], shares) <= score + 1e-12


def test_where_the_trained_reader_cannot_be_made_sentences_are_chosen_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path))
    monkeypatch.setattr(loading, "run_module", lambda *_: "no torch here")
    with caplog.at_level(logging.WARNING):
        assert load_reranker("trained") is None
    assert "the trained reader cannot be used, sentences are chosen without it: no torch here" in caplog.text
    folder = small_model(tmp_path / "model", "BertForSequenceClassification")
    with pytest.raises(EmbeddingError, match="no torch here"):
        load_reranker(str(folder))


def test_of_a_question_longer_than_the_model_reads_the_end_counts() -> None:
    def relevance(question: str) -> float:
        return trained(Query(question, ((question, 1.0),)), stored(PASSAGE))[0].relevance

    ending = "Well, " * 600 + "who paid for the bridge?"
    assert relevance("Well, " * 700 + "who paid for the bridge?") == relevance(ending)
    assert relevance("who paid for the bridge? " + "Well, " * 600) < relevance(ending)


def test_a_passage_longer_than_the_model_reads_has_no_score_for_what_was_not_read() -> None:
    passage = "It rained. " * 400 + "The county paid for the bridge."
    (result,) = trained(build_query("Who paid for the bridge?"), stored(passage))
    assert np.isfinite(result.sentences).all()
    assert result.sentences[-1] == UNSCORED


class Backwards:
    """A reader that likes best what was retrieved last."""

    name = "backwards"
    fingerprint = "b"

    def score(self, query: Query, passages: Sequence[StoredPassage]) -> list[RerankScores]:
        return [
            RerankScores(float(number), np.zeros(len(stored.spans), np.float32), None)
            for number, stored in enumerate(passages)
        ]


def test_a_reader_orders_the_first_candidates_and_leaves_the_rest_behind_them(bundled: Archive) -> None:
    query = build_query("When will the gates move?")
    before = retrieve(bundled, query, scope=Scope())
    after = rerank(Backwards(), query, before, relevance=10.0)
    ids = [candidate.stored.passage.id for candidate in before]
    assert [candidate.stored.passage.id for candidate in after] == ids[:RERANK_DEPTH][::-1] + ids[RERANK_DEPTH:]
    assert after[0].rerank_scores is not None
    assert after[-1].rerank_scores is None
    assert [candidate.score for candidate in after] == sorted((c.score for c in after), reverse=True)
    least = after[RERANK_DEPTH - 1].score - before[0].score
    assert [c.score for c in after[RERANK_DEPTH:]] == pytest.approx([c.score + least for c in before[RERANK_DEPTH:]])
    assert rerank(Backwards(), query, []) == []


class Welsh(Backwards):
    languages = ("cy",)


class WelshTrained(Welsh):
    name = "trained"


def test_a_reader_that_does_not_know_the_language_of_a_passage_is_not_asked(bundled: Archive) -> None:
    query = build_query("When will the gates move?")
    before = retrieve(bundled, query, scope=Scope())
    assert {candidate.stored.passage.language for candidate in before} == {"en"}
    assert rerank(Welsh(), query, before) == before


def test_what_is_not_read_is_judged_as_without_a_reader(bundled: Archive) -> None:
    for question in ("When will the gates move?", "What is the boiling point of tungsten?"):
        unread = Assistant(bundled, reader=WelshTrained()).ask(question)
        without = Assistant(bundled, reader="heuristic").ask(question)
        assert (unread.status, unread.confidence) == (without.status, without.confidence)


def test_a_reader_is_made_once_its_graph_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_model(tmp_path / "model", "BertForSequenceClassification")
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "cache"))
    assert [is_made(name) for name in ("heuristic", "trained", str(folder))] == [True, False, False]
    assert load_reranker(str(folder)) is not None
    assert is_made(str(folder))


def test_a_cross_encoder_that_says_nothing_of_sentences_leaves_them_as_they_were(bundled: Archive) -> None:
    query = build_query("When will the gates move?")
    candidates = retrieve(bundled, query, scope=Scope())
    silent = [
        replace(c, rerank_scores=RerankScores(0.0, np.full(len(c.stored.spans), UNSCORED, np.float32), None))
        for c in candidates
    ]
    assert (
        extract_evidence(bundled, query, silent, searched=124).quotes
        == extract_evidence(bundled, query, candidates, searched=124).quotes
    )


def test_an_assistant_answers_with_a_reader_by_name_or_as_an_object(bundled_folder: Path) -> None:
    archive = open_archive(bundled_folder)
    for reader in ("trained", Backwards()):
        answer = Assistant(archive, reader=reader).ask("When will the gates move?")
        assert answer.citations
        assert all(archive.document(c.document_id).text[c.start : c.end] == c.quote for c in answer.citations)
    assert Assistant(archive, reader="trained").ask("When will the gates move?").status == "answered"


# -- training -------------------------------------------------------------------------------------------------------

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
    loss = rag.rerankers.training.train._loss
    seen = []

    def stop_at_third(network: Any, batch: Any, *rest: Any) -> Any:
        seen.append(batch)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return loss(network, batch, *rest)

    monkeypatch.setattr(rag.rerankers.training.train, "_loss", stop_at_third)
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
    even, even_sentence = ship(recipe, examples, tmp_path / "whole")
    small, metadata = load(tmp_path / "whole" / SMALL)
    assert (float(metadata["even"]), float(metadata["even_sentence"])) == (even, even_sentence)
    again = unpack(small, {f"base.{name}": value for name, value in start.items()})
    assert {name: float(np.abs(again[name] - whole[name]).max()) for name in whole} == pytest.approx(
        dict.fromkeys(whole, 0.0), abs=1e-3
    )
