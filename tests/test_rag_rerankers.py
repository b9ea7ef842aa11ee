"""Rerankers: their exported graphs, their weights, their scores, and what becomes of candidates."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_weights import small_model

from embeddings.models import locate, sha256_of
from embeddings.types import EmbeddingError
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
from rag.rerankers.weights import TRAINED_SHA256, WEIGHTS, load, unpack
from rag.retrieval.fusion import retrieve
from rag.retrieval.rerank import rerank
from rag.storage.protocol import Snapshot
from rag.storage.rows import StoredPassage
from rag.text.sentences import split_sentences
from rag.types import Passage, Query, Scope, Span

PASSAGE = "The bridge took two years. It was paid for by the county of Aldwark. Nobody was hurt."
OTHER = "We have not decided anything about the school yet. Ask me again in May."


def stored(text: str, spans: Sequence[Span] | None = None, *, asked: str = "") -> StoredPassage:
    """A passage as a reader gets it."""
    passage = Passage("p", "d", "a.txt", "Ann", "respondent", asked, 0, len(text), text)
    none = np.zeros(0, np.float32)
    found = tuple(spans if spans is not None else split_sentences(text))
    return StoredPassage(0, "Ann", json.dumps(asdict(passage)).encode(), none, none, found, none)


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


def test_a_reader_orders_the_first_candidates_and_leaves_the_rest_behind_them(bundled_snapshot: Snapshot) -> None:
    query = build_query("When will the gates move?")
    before = retrieve(bundled_snapshot, query, scope=Scope())
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


def test_a_reader_that_does_not_know_the_language_of_a_passage_is_not_asked(bundled_snapshot: Snapshot) -> None:
    query = build_query("When will the gates move?")
    before = retrieve(bundled_snapshot, query, scope=Scope())
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


def test_a_cross_encoder_that_says_nothing_of_sentences_leaves_them_as_they_were(bundled_snapshot: Snapshot) -> None:
    query = build_query("When will the gates move?")
    candidates = retrieve(bundled_snapshot, query, scope=Scope())
    silent = [
        replace(c, rerank_scores=RerankScores(0.0, np.full(len(c.stored.spans), UNSCORED, np.float32), None))
        for c in candidates
    ]
    assert (
        extract_evidence(bundled_snapshot, query, silent, searched=124).quotes
        == extract_evidence(bundled_snapshot, query, candidates, searched=124).quotes
    )


def test_an_assistant_answers_with_a_reader_by_name_or_as_an_object(bundled_folder: Path) -> None:
    archive = open_archive(bundled_folder)
    for reader in ("trained", Backwards()):
        answer = Assistant(archive, reader=reader).ask("When will the gates move?")
        assert answer.citations
        assert all(archive.document(c.document_id).text[c.start : c.end] == c.quote for c in answer.citations)
    assert Assistant(archive, reader="trained").ask("When will the gates move?").status == "answered"
