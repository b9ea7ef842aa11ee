"""Passages in bfloat16 against the same in float32, and how a machine's precision is chosen and told."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from embeddings import openvino_session
from embeddings.encoders import export_folder, load_encoder
from embeddings.models import DEFAULT_SHA256
from embeddings.onnx import FIRST_TEXTS, OnnxEncoder
from embeddings.precision import (
    BFLOAT16,
    FLOAT32,
    PRECISIONS,
    coarsest,
    has_bfloat16,
    is_installed,
    precision_for,
    precision_of,
    processor_has_bfloat16,
)
from embeddings.types import EmbeddingError
from rag.archive import open_archive
from rag.config import Settings
from rag.doctor import examine
from rag.storage.local import LocalStorage
from rag.testing import FakeEncoder

in_bfloat16 = pytest.mark.skipif(
    not (is_installed() and processor_has_bfloat16()),
    reason="OpenVINO is not installed, or the processor does not compute in bfloat16",
)
ROOT = Path(__file__).resolve().parent.parent
# Short and long ones, up to more than is read, so that batches are padded and cut.
TEXTS = [
    f"{'The pilot said that the tide was early. ' * (number % 4 * (number % 13))}Boat {number} left."
    for number in range(72)
]


@in_bfloat16
def test_vectors_in_bfloat16_keep_a_cosine_of_9999_and_stand_in_their_texts_place() -> None:
    exact, fast = load_encoder(), load_encoder(precision=BFLOAT16)
    wanted, found = exact.encode_passages(TEXTS), fast.encode_passages(TEXTS)
    assert (wanted * found).sum(axis=1).min() >= 0.9999
    assert not np.array_equal(wanted, found)  # it was OpenVINO that computed
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert (fast.fingerprint, fast.encode_query("Why?").tolist()) == (
        exact.fingerprint,
        exact.encode_query("Why?").tolist(),
    )


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed")
def test_openvino_gives_onnx_runtimes_vectors_in_float32() -> None:
    encoder = OnnxEncoder(export_folder(DEFAULT_SHA256), fast=FLOAT32)
    encoder.encode_passages(["A boat left."] * FIRST_TEXTS[FLOAT32])  # OpenVINO computes from here on
    wanted, found = OnnxEncoder(export_folder(DEFAULT_SHA256)).encode_passages(TEXTS), encoder.encode_passages(TEXTS)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert encoder.precision == FLOAT32


@in_bfloat16
def test_sentences_in_bfloat16_keep_a_cosine_of_9995() -> None:
    spans = [[(0, 39), (len(text) - 8, len(text))] for text in TEXTS]
    _, wanted = load_encoder().encode_spans(TEXTS, spans)
    _, found = load_encoder(precision=BFLOAT16).encode_spans(TEXTS, spans)
    ours, theirs = np.concatenate(wanted), np.concatenate(found)
    read = ours.any(axis=1)  # some last sentences lie behind the last token that is read
    assert read.tolist() == theirs.any(axis=1).tolist()
    assert 0 < read.sum() < read.size
    assert (ours * theirs).sum(axis=1)[read].min() >= 0.9995


@in_bfloat16
def test_the_first_passages_are_encoded_in_float32_and_the_encoder_says_what_it_has_done() -> None:
    encoder = load_encoder(precision=BFLOAT16)
    few = TEXTS[: FIRST_TEXTS[BFLOAT16] // 2]
    np.testing.assert_array_equal(encoder.encode_passages(few), load_encoder().encode_passages(few))
    assert precision_of(encoder) == FLOAT32
    encoder.encode_passages(TEXTS)
    assert precision_of(encoder) == BFLOAT16


@in_bfloat16
def test_openvino_is_imported_where_it_is_used_and_sends_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom embeddings.encoders import load_encoder\nencoder = load_encoder(precision='bfloat16')\n"
        "encoder.encode_query('Why?')\nassert 'openvino' not in sys.modules\n"
        "encoder.encode_passages(['A boat left.'] * 80)\nassert 'openvino' in sys.modules\n"
        "assert not [name for name in sys.modules if name.startswith('openvino_telemetry')]\n"
    )
    cache = export_folder(DEFAULT_SHA256).parent.parent
    environment = {"HOME": str(tmp_path), "ONRECORD_CACHE": str(cache), "PATH": "/usr/bin:/bin", "CI": ""}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert not (tmp_path / "intel").exists()  # where its telemetry would keep an id of this machine


@pytest.mark.unit
def test_a_processor_is_known_by_its_flags() -> None:
    assert has_bfloat16("processor : 0\nflags : fpu avx512f amx_bf16 amx_tile\n")
    assert not has_bfloat16("model name : avx512_bf16 in the name alone\nflags : fpu avx512f avx_vnni\n")
    assert not has_bfloat16("")


@pytest.mark.unit
def test_the_coarsest_precision_is_the_one_with_the_fewest_bits() -> None:
    assert [coarsest(each) for each in ([], [FLOAT32], [BFLOAT16, FLOAT32])] == [FLOAT32, FLOAT32, BFLOAT16]


@pytest.mark.unit
def test_a_precision_that_there_is_not_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"^there is no precision 'float8'; choose auto, float32, bfloat16$"):
        precision_for("float8")
    with pytest.raises(EmbeddingError, match="there is no precision 'half'"):
        open_archive(tmp_path / "archive", precision="half")


@pytest.mark.unit
def test_without_openvino_auto_is_float32_and_bfloat16_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setattr("embeddings.precision.find_spec", lambda name: None)
    assert [precision_for(each) for each in PRECISIONS[:2]] == [FLOAT32, FLOAT32]
    with pytest.raises(EmbeddingError, match=r"run: pip install 'onrecord\[fast\]'$"):
        precision_for(BFLOAT16)


class HalfEncoder(FakeEncoder):
    """A fake that says it has computed in bfloat16."""

    precision = BFLOAT16


def test_an_archive_says_the_coarsest_precision_of_its_vectors_until_it_is_rebuilt(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    talk = "Question: What happened?\n\nAnn Reed: We saw {} in the harbour.\n\nQuestion: Why?\n\nAnn Reed: It rained.\n"
    for name, encoder in (("whale", FakeEncoder()), ("comet", HalfEncoder()), ("boat", FakeEncoder())):
        (tmp_path / f"{name}.txt").write_text(talk.format(f"a {name}"), encoding="utf-8")
        open_archive(folder, encoder=encoder).ingest([tmp_path / f"{name}.txt"])
        told = open_archive(folder, encoder=encoder).describe_index()["precision"]
        assert told == (FLOAT32 if name == "whale" else BFLOAT16)
    open_archive(folder, encoder=FakeEncoder(), rebuild=True).ingest([tmp_path / "boat.txt"])
    assert LocalStorage(folder).describe_index()["precision"] == FLOAT32
    assert LocalStorage(folder).verify() == []


@in_bfloat16
def test_doctor_tells_in_what_passages_are_encoded(tmp_path: Path) -> None:
    def told(precision: str) -> str:
        settings = Settings(str(tmp_path / "none"), precision=precision)
        return next(each.text.rpartition("; ")[2] for each in examine(settings) if each.subject == "model")

    assert told("auto") == "many passages are encoded in bfloat16 by OpenVINO, questions in float32"
    assert told(FLOAT32) == "many passages are encoded in float32 by OpenVINO"


class _Request:
    """A fake request that notes which thread computes, and when it is given out."""

    def __init__(self, log: list[str]) -> None:
        self._log = log

    def infer(self, arrays: dict[str, np.ndarray], *, share_inputs: bool) -> None:
        self._log.append(threading.current_thread().name)
        self._texts = len(arrays["input_ids"])

    def get_tensor(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(data=np.full((self._texts, 2), 7.0, np.float32))


def test_the_first_inference_is_over_before_threads_compute_side_by_side(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log: list[str] = []

    def create() -> _Request:
        log.append("made")
        return _Request(log)

    model = SimpleNamespace(outputs=[SimpleNamespace(names={"vectors"})], create_infer_request=create)
    core = SimpleNamespace(compile_model=lambda path, device, settings: model)
    monkeypatch.setattr(openvino_session, "import_openvino", lambda: SimpleNamespace(Core=lambda: core))
    monkeypatch.setattr(openvino_session, "processors", lambda: 2)
    session = openvino_session.OpenVinoSession(
        tmp_path, precision=FLOAT32, inputs=frozenset({"input_ids", "attention_mask"}), max_tokens=8
    )
    texts = [SimpleNamespace(ids=[1, 2, 3], type_ids=[0, 0, 0]) for _ in range(40)]
    found = session.run(texts, ["vectors"], lambda row, outputs: outputs["vectors"].tolist(), threads=2)
    assert found == [[7.0, 7.0]] * 40
    here = threading.current_thread().name
    assert log[:3] == ["made", "made", here]
    assert here not in log[3:]
    assert len(log) == 3 + 40 // openvino_session.BATCH_SIZE
