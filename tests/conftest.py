"""What several test files share: real transcripts, and small archives made once."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive, open_archive
from rag.transcript import parse
from rag.types import Document

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "eval" / "sets"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real interview that stands outside the project."""
    found = sorted((ROOT.parent / "shared" / "corpus").glob("*.txt"))
    if not found:
        pytest.skip("the interview in ../shared/corpus is not on this machine")
    return found[0]


@pytest.fixture(scope="session")
def interview(corpus: Path) -> Document:
    return parse(corpus.read_text(encoding="utf-8"), source=corpus.name)


@pytest.fixture(scope="session")
def bundled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the bundled transcripts; to be read, not changed."""
    folder = tmp_path_factory.mktemp("bundled") / "archive"
    open_archive(folder).ingest([BUNDLED])
    return folder


@pytest.fixture(scope="session")
def bundled(bundled_folder: Path) -> Archive:
    return open_archive(bundled_folder, create=False)


@pytest.fixture
def bundled_copy(bundled_folder: Path, tmp_path: Path) -> Path:
    """The same archive, to be changed."""
    return Path(shutil.copytree(bundled_folder, tmp_path / "copy"))


@pytest.fixture(scope="module")
def model_server() -> Iterator[str]:
    """The address of `fake_model_server.py`, which answers as the name of the model says."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("fake_model_server.py")), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def transcript(*turns: tuple[str, str], head: str = "") -> str:
    """Text with a label before each turn."""
    body = "\n\n".join(f"{label}: {text}" for label, text in turns)
    return f"{head}\n\n{body}\n" if head else f"{body}\n"


SMALL_WORDS = sorted({*"When will the gates move?".split(), "[1.1]", "<unk>", "the", "gates", "move", "."})


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of nine words and random weights: it says anything, but says it as models do."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("small") / "model"
    tokenizer = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(SMALL_WORDS)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token=".", pad_token="."
    )
    config = transformers.GPT2Config(
        vocab_size=len(SMALL_WORDS), n_positions=4096, n_embd=16, n_layer=1, n_head=2, eos_token_id=None
    )
    transformers.set_seed(7)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
