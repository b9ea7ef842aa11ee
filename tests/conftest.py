"""What several test files share: the kinds of test, real transcripts, and small archives made once.

Each test is of one kind, which `kinds.py` finds in what the test uses, unless the test carries a mark of its own:

    unit      functions and data, in this process, without a model
    model     loads an encoder, a reranker or a generator
    process   starts other processes: commands, servers, readers of files
    browser   drives the page in chromium

With pytest-xdist the tests of a file stay together, because they share servers and archives; the slow kinds come first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from forks import CAN_FORK, fork_readers, read_without_forks
from hypothesis import settings
from kinds import KINDS, kind_of
from outside import files_in
from ports import free_port

from rag.archive import Archive, open_archive
from rag.storage.protocol import Snapshot
from rag.testing import FakeEncoder
from rag.transcript import parse
from rag.types import Document

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "eval" / "sets"
FAKE_ENCODER = FakeEncoder(64)  # wide enough for texts with different words to be far apart

pytest.register_assert_rewrite(
    "ui_api", "ui_browser", "ui_page"
)  # they have assertions, and several test files import them

TOGETHER = ("test_rag_every_file", "test_rag_golden", "test_rag_transcript")  # they parse the same files, once a worker


READERS_OF_THEIR_OWN = ("test_rag_every_file", "test_rag_readers_isolated")  # their memory, their time, their end

MEMORY, NEEDED_BYTES = Path("/dev/shm"), 2_000_000_000

# Commands encode in the same precision on every machine.
os.environ.setdefault("ONRECORD_PRECISION", "float32")

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")


def pytest_configure() -> None:
    """Keep temporary folders in memory where there is room: archives are flushed to the disk at every commit."""
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its kind and with the group that stays on one worker, and put the files of slow kinds first."""
    slowest: dict[Path, int] = {}
    for item in items:
        kind = kind_of(item)
        item.add_marker(kind)
        if config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group("corpus" if item.path.stem in TOGETHER else item.path.stem))
        slowest[item.path] = min(slowest.get(item.path, len(KINDS)), KINDS.index(kind))
    items.sort(key=lambda item: slowest[item.path])


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker makes and the others wait for."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent  # a worker's own lies in the session's
    folder, done = base / name, base / f"{name}.done"
    with FileLock(base / f"{name}.lock"):
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="module", autouse=True)
def forked_readers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Files are read in processes that begin with their imports done, but where such processes are what is tested."""
    if not CAN_FORK or request.path.stem in READERS_OF_THEIR_OWN:
        yield
        return
    fork_readers()
    yield
    read_without_forks()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real interview that stands outside the project."""
    return files_in("corpus", "*.txt")[0]


@pytest.fixture(scope="session")
def interview(corpus: Path) -> Document:
    return parse(corpus.read_text(encoding="utf-8"), source=corpus.name)


@pytest.fixture(scope="session")
def bundled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the bundled transcripts; to be read, not changed."""
    return made_once(tmp_path_factory, "bundled", make_bundled_archive)


def make_bundled_archive(folder: Path) -> None:
    open_archive(folder, precision="float32").ingest([BUNDLED])  # the same on every machine


@pytest.fixture(scope="session")
def bundled(bundled_folder: Path) -> Archive:
    return open_archive(bundled_folder, create=False)


@pytest.fixture
def bundled_snapshot(bundled: Archive) -> Iterator[Snapshot]:
    with bundled.snapshot() as snapshot:
        yield snapshot


@pytest.fixture
def bundled_copy(bundled_folder: Path, tmp_path: Path) -> Path:
    """The same archive, to be changed."""
    return Path(shutil.copytree(bundled_folder, tmp_path / "copy"))


@pytest.fixture(scope="module")
def model_server() -> Iterator[str]:
    """The address of `fake_model_server.py`, which answers as the name of the model says."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("fake_model_server.py")), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture(scope="session")
def fake_bundled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the bundled transcripts with vectors of hashed words; to be read, not changed."""
    return made_once(tmp_path_factory, "fake-bundled", make_fake_bundled_archive)


def make_fake_bundled_archive(folder: Path) -> None:
    open_archive(folder, encoder=FAKE_ENCODER).ingest([BUNDLED])


@pytest.fixture(scope="session")
def fake_bundled(fake_bundled_folder: Path) -> Archive:
    return open_archive(fake_bundled_folder, encoder=FAKE_ENCODER, create=False)


@pytest.fixture
def fake_bundled_copy(fake_bundled_folder: Path, tmp_path: Path) -> Path:
    """The same archive, to be changed."""
    return Path(shutil.copytree(fake_bundled_folder, tmp_path / "copy"))


def transcript(*turns: tuple[str, str], head: str = "") -> str:
    """Text with a label before each turn."""
    body = "\n\n".join(f"{label}: {text}" for label, text in turns)
    return f"{head}\n\n{body}\n" if head else f"{body}\n"


SMALL_WORDS = sorted({*"When will the gates move?".split(), "[1.1]", "<unk>", "the", "gates", "move", "."})


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of nine words and random weights: it says anything, but says it as models do."""
    pytest.importorskip("transformers")
    return made_once(tmp_path_factory, "small-model", make_small_model)


def make_small_model(folder: Path) -> None:
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

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
