"""What works on this machine, and what to type if something does not."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from embeddings.encoders import export_folder
from embeddings.models import DEFAULT_MODEL, locate
from embeddings.precision import AUTO, BFLOAT16, INSTALL, is_installed, precision_for, processor_has_bfloat16
from embeddings.registry import UnknownName
from embeddings.types import EmbeddingError
from rag.archive import Archive, open_archive
from rag.config import Settings
from rag.errors import OnrecordError
from rag.generators import GENERATORS
from rag.rerankers import HEURISTIC, is_made, load_reranker
from rag.rerankers.loading import graph_folder
from rag.rerankers.weights import TRAINED_SHA256

# As wide and as fast as the default, and trained on fifty languages.
MULTILINGUAL_MODEL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
_PACKAGES = ("onnxruntime", "faiss-cpu", "tantivy", "sentence-transformers", "torch", "gradio")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    subject: str
    works: bool
    text: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Versions, model, reader, archive and generator, each tried for real."""
    return [_versions(), _model(settings), _reader(settings), _archive(settings), _generator(settings)]


def _versions() -> Finding:
    found, missing = [f"Python {platform.python_version()}"], []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    remedy = f"run: pip install {' '.join(missing)}" if missing else ""
    return Finding("versions", not missing, ", ".join(found), remedy)


def _model(settings: Settings) -> Finding:
    name = settings.encoder or DEFAULT_MODEL
    try:
        files = locate(name)
    except EmbeddingError as error:
        return Finding("model", False, f"{name}: not usable", str(error))
    if export_folder(files.fingerprint).is_dir():
        how = "exported: answers need no torch"
    elif find_spec("onnx") is None:
        return Finding("model", True, f"{name}: through torch, slowly", "run: pip install onnx")
    else:
        how = "will be exported at the first ingest"
    try:
        encoding, remedy = _encoding(settings.precision)
    except EmbeddingError as error:
        return Finding("model", False, f"{name}: passages cannot be encoded in {settings.precision}", str(error))
    return Finding("model", True, f"{name}, weights {files.fingerprint[:12]}…, {how}; {encoding}", remedy)


def _encoding(wanted: str) -> tuple[str, str]:
    """What new passages are encoded in and by what, and what to type for more speed. Raises EmbeddingError."""
    if precision_for(wanted) == BFLOAT16:
        return "many passages are encoded in bfloat16 by OpenVINO, questions in float32", ""
    if is_installed():
        return "many passages are encoded in float32 by OpenVINO", ""
    faster = wanted == AUTO and processor_has_bfloat16()  # then only the package is missing
    remedy = f"this processor has bfloat16; for three times as many passages a second run: {INSTALL}"
    return "passages are encoded in float32 by ONNX Runtime", remedy if faster else ""


def _reader(settings: Settings) -> Finding:
    name = settings.reader
    if name == HEURISTIC:
        return Finding("reader", True, f"{name}: no model")
    try:
        if not is_made(name):
            return Finding("reader", True, f"{name}, will be exported at the first ingest")
        usable = load_reranker(name) is not None
    except EmbeddingError as error:
        return Finding("reader", False, f"{name}: not usable", str(error))
    if not usable:
        remedy = f"delete {graph_folder(TRAINED_SHA256)}, it will be made again"
        return Finding("reader", False, f"{name}: cannot be used, sentences are chosen without it", remedy)
    return Finding("reader", True, f"{name}, exported")


def _archive(settings: Settings) -> Finding:
    try:
        archive = open_archive(settings.archive, encoder=settings.encoder, create=True)
        if not archive.exists:
            return Finding(
                "archive",
                True,
                f"none in {settings.archive} yet",
                f"run: onrecord ingest FOLDER --archive {settings.archive}",
            )
        faults = archive.verify()
        documents, passages = archive.counts()
        index = archive.describe_index() if not faults else {}
        remedy = _for_other_languages(archive, settings) if not faults else ""
    except (OnrecordError, EmbeddingError) as error:
        return Finding("archive", False, f"{settings.archive} cannot be used", str(error))
    if faults:
        return Finding("archive", False, faults[0], f"run: onrecord verify --repair --archive {settings.archive}")
    recall = f"{index['kind']} vectors in {index['precision']}, recall@10 {index['recall@10']:.3f}"
    return Finding("archive", True, f"{settings.archive}: {documents} documents, {passages} passages, {recall}", remedy)


def _for_other_languages(archive: Archive, settings: Settings) -> str:
    """What to type if most documents are in languages that the archive's model was not made for."""
    languages = Counter(document.language for document in archive.documents())
    foreign = {language: count for language, count in languages.items() if language not in (None, "en")}
    if 2 * sum(foreign.values()) <= languages.total() or archive.encoder.name != DEFAULT_MODEL:
        return ""
    most = ", ".join(str(language) for language, _ in Counter(foreign).most_common(4))
    return (
        f"most documents are not English ({most}), and {DEFAULT_MODEL} is for English; "
        f"run: onrecord ingest --rebuild --encoder {MULTILINGUAL_MODEL} --archive {settings.archive} FOLDER"
    )


def _generator(settings: Settings) -> Finding:
    try:
        GENERATORS.get(settings.generator)
    except UnknownName as error:
        return Finding("generator", False, f"{settings.generator}: unknown", str(error))
    return Finding("generator", True, f"{settings.generator} (there are: {', '.join(GENERATORS.names())})")
