"""Models that read question and passage together: their graphs, their weights, and what becomes of candidates."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.reading.train
from embeddings.models import locate, sha256_of
from embeddings.types import EmbeddingError
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.followups import build_query
from rag.passages import gist, split_sentences
from rag.reading import READ_PASSAGES, Reading, load_reader, loading, reread
from rag.reading.data import Example, split_by_article, squad_examples, squad_paragraphs, talk_examples
from rag.reading.graph import MAX_DIFFERENCE, TRAINED_SHA256, WEIGHTS, write
from rag.reading.model import OnnxReader
from rag.reading.train import Recipe, encode, train
from rag.retrieval import retrieve
from rag.transcript import parse
from rag.types import Scope

PASSAGE = "The bridge took two years. It was paid for by the county of Aldwark. Nobody was hurt."
OTHER = "We have not decided anything about the school yet. Ask me again in May."


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
    reader = OnnxReader(tmp_path / "graph")
    readings = reader.read("Who paid?", [PASSAGE, OTHER], [[(0, 26)], [(0, 20)]])
    for reading, passage in zip(readings, (PASSAGE, OTHER), strict=True):
        wanted = torch_scores(folder, "BertForSequenceClassification", "Who paid?", passage).logits.item()
        assert reading.relevance == pytest.approx(wanted, abs=MAX_DIFFERENCE)
        assert reading.span is None
        assert reading.sentences.tolist() == [0.0]


def test_an_extractive_readers_sentences_are_scored_by_their_best_span_against_no_answer(tmp_path: Path) -> None:
    folder = small_model(tmp_path / "model", "BertForQuestionAnswering", labels=2)
    write(str(folder), tmp_path / "graph")
    spans = split_sentences(PASSAGE)
    (reading,) = OnnxReader(tmp_path / "graph").read("Who paid?", [PASSAGE], [spans])
    scores = torch_scores(folder, "BertForQuestionAnswering", "Who paid?", PASSAGE)
    start, end = scores.start_logits[0].numpy(), scores.end_logits[0].numpy()
    # [CLS] who paid ? [SEP] the bridge took two years . it …: the first sentence is tokens 5 to 10
    best = max(start[a] + end[z] for a in range(5, 11) for z in range(a, 11))
    assert reading.sentences[0] == pytest.approx(best - start[0] - end[0], abs=MAX_DIFFERENCE)
    assert reading.relevance == reading.sentences.max()
    assert reading.span is not None
    first, last = spans[int(reading.sentences.argmax())]
    assert first <= reading.span[0] < reading.span[1] <= last


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
        OnnxReader(tmp_path / "graph")


def test_the_trained_reader_knows_the_passage_that_answers_and_the_place_in_it() -> None:
    assert sha256_of(WEIGHTS) == TRAINED_SHA256
    assert WEIGHTS.stat().st_size < 12_000_000
    reader = load_reader("trained")
    assert reader is not None
    assert reader.fingerprint == TRAINED_SHA256
    answering, other = reader.read(
        "Who paid for the bridge?", [PASSAGE, OTHER], [split_sentences(PASSAGE), split_sentences(OTHER)]
    )
    assert answering.relevance > 0 > other.relevance
    assert int(answering.sentences.argmax()) == 1
    assert answering.span is not None
    assert "the county of Aldwark".endswith(PASSAGE[slice(*answering.span)])
    assert answering.sentences.max() > other.sentences.max()


def test_where_the_trained_reader_cannot_be_made_sentences_are_chosen_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path))
    monkeypatch.setattr(loading, "run_module", lambda *_: "no torch here")
    with caplog.at_level(logging.WARNING):
        assert load_reader("trained") is None
    assert "the trained reader cannot be used, sentences are chosen without it: no torch here" in caplog.text
    folder = small_model(tmp_path / "model", "BertForSequenceClassification")
    with pytest.raises(EmbeddingError, match="no torch here"):
        load_reader(str(folder))


def test_of_a_question_longer_than_the_model_reads_the_end_counts() -> None:
    reader = load_reader("trained")
    assert reader is not None

    def relevance(question: str) -> float:
        return reader.read(question, [PASSAGE], [split_sentences(PASSAGE)])[0].relevance

    ending = "Well, " * 600 + "who paid for the bridge?"
    assert relevance("Well, " * 700 + "who paid for the bridge?") == relevance(ending)
    assert relevance("who paid for the bridge? " + "Well, " * 600) < relevance(ending)


def test_a_passage_longer_than_the_model_reads_has_no_score_for_what_was_not_read() -> None:
    reader = load_reader("trained")
    assert reader is not None
    passage = "It rained. " * 400 + "The county paid for the bridge."
    spans = split_sentences(passage)
    (reading,) = reader.read("Who paid for the bridge?", [passage], [spans])
    assert np.isfinite(reading.sentences).all()
    assert reading.sentences[-1] == reading.sentences.min()


class Backwards:
    """A reader that likes best what was retrieved last."""

    name = "backwards"
    fingerprint = "b"

    def read(self, question: str, passages: Any, sentences: Any) -> list[Reading]:
        return [
            Reading(float(number), np.zeros(len(spans), np.float32), None) for number, spans in enumerate(sentences)
        ]


def test_a_reader_orders_the_first_candidates_and_leaves_the_rest_behind_them(bundled: Archive) -> None:
    query = build_query("When will the gates move?")
    before = retrieve(bundled, query, scope=Scope())
    after = reread(Backwards(), query, before, relevance=10.0)
    ids = [candidate.stored.passage.id for candidate in before]
    assert [candidate.stored.passage.id for candidate in after] == ids[:READ_PASSAGES][::-1] + ids[READ_PASSAGES:]
    assert after[0].reading is not None
    assert after[-1].reading is None
    assert reread(Backwards(), query, []) == []


def test_an_assistant_answers_with_a_reader_by_name_or_as_an_object(bundled_folder: Path) -> None:
    archive = open_archive(bundled_folder)
    for reader in ("trained", Backwards()):
        answer = Assistant(archive, reader=reader).ask("When will the gates move?")
        assert all(archive.document(c.document_id).text[c.start : c.end] == c.quote for c in answer.citations)
    assert Assistant(archive, reader="trained").ask("When will the gates move?").status == "answered"


# -- training -------------------------------------------------------------------------------------------------------

SQUAD = """{"data": [{"title": "Bridges", "paragraphs": [
 {"context": "It cost four million.", "qas": [
  {"id": "1", "question": "What did it cost?", "answers": [{"text": "four million", "answer_start": 8}]},
  {"id": "2", "question": "Who built it?", "answers": [], "is_impossible": true}]},
 {"context": "It fell in May.", "qas": []}]}]}"""


def test_squad_gives_answers_with_their_place_and_passages_that_do_not_answer(tmp_path: Path) -> None:
    (tmp_path / "squad.json").write_text(SQUAD, encoding="utf-8")
    examples = list(squad_examples(squad_paragraphs(tmp_path / "squad.json"), seed=0))
    assert examples == [
        Example("What did it cost?", "It cost four million.", True, ((8, 20),)),
        Example("What did it cost?", "It fell in May.", False, ()),
        Example("Who built it?", "It cost four million.", False, ()),
    ]


def test_talks_give_the_answer_that_follows_a_question_against_another_of_the_same_day() -> None:
    told = "We will open the gates in May when the last of the seals has been tested twice."
    else_ = "The school stays where it is and nobody has asked for anything else in all those years."
    document = parse(
        f"Q: When will you open the gates?\n\nAnn Reed: {told}\n\nQ: What happens to the school?\n\nAnn Reed: {else_}\n",
        source="talk.txt",
    )
    pairs = [("When will you open the gates?", told), ("What happens to the school?", else_)]
    assert list(talk_examples([document], lambda _: pairs, seed=0)) == [
        Example("When will you open the gates?", told, True, None),
        Example("When will you open the gates?", else_, False, ()),
        Example("What happens to the school?", else_, True, None),
        Example("What happens to the school?", told, False, ()),
    ]
    assert gist("Why?") == "Why?"


def test_articles_kept_apart_are_the_same_for_the_same_seed() -> None:
    titles = [str(number) for number in range(20)]
    apart = split_by_article(titles, held_out=0.1, seed=3)
    assert len(apart) == 2
    assert apart == split_by_article(reversed(titles), held_out=0.1, seed=3)


def test_an_answer_at_the_end_of_a_long_passage_is_still_seen_in_training() -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(locate().folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    passage = "It rained all day in the hills above the town. " * 40 + "The county paid four million."
    start = passage.index("four million")
    found = encode(tokenizer, Example("Cost?", passage, True, ((start, start + 12),)), 64)
    assert len(found.ids) <= 64
    assert tokenizer.decode(found.ids[found.start : found.end + 1]) == "four million"


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.numpy import load_file

    base = small_model(tmp_path / "base", "BertModel")
    examples = [
        Example("What did it cost?", f"It cost {number} million.", True, ((8, 8 + len(str(number))),))
        for number in range(12)
    ]
    recipe = Recipe(base=str(base), epochs=1, batch_size=3, checkpoint_every=2, warmup=0.0, learning_rate=1e-3)
    train(recipe, examples, tmp_path / "whole")
    tensors = rag.reading.train._tensors
    seen = []

    def stop_at_third(batch: Any) -> Any:
        seen.append(batch)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return tensors(batch)

    monkeypatch.setattr(rag.reading.train, "_tensors", stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, examples, tmp_path / "stopped")
    monkeypatch.undo()
    train(recipe, examples, tmp_path / "stopped")
    whole = load_file(tmp_path / "whole" / "reader.safetensors")
    stopped = load_file(tmp_path / "stopped" / "reader.safetensors")
    assert whole.keys() == stopped.keys()
    start = load_file(base / "model.safetensors")
    assert all(np.allclose(whole[name], stopped[name], atol=1e-5) for name in whole)
    moved = [name for name in start if f"base.{name}" in whole and not np.allclose(start[name], whole[f"base.{name}"])]
    assert moved
