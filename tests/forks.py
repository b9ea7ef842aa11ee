"""Processes that begin with their imports done: a server of forks makes the imports once, and each process is its copy.

    python forks.py readers SOCKET            forks processes that read files, until its standard input ends
    python forks.py commands SOCKET READERS   forks processes of `onrecord` and others; those ask READERS for theirs

An interpreter that reads a file needs half a second for its imports, and one that serves the page five. What the tests look
at is what such a process does and says; that it starts by itself is tested in `test_rag_readers_isolated.py`,
`test_rag_cli.py` and `test_docs.py`. Where a system cannot fork like this, all processes start by themselves.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
CAN_FORK = hasattr(os, "pidfd_open") and hasattr(socket, "recv_fds")
START_S = 120.0  # of a server, on a machine that is busy with other things
OWN = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads do not survive a fork
MAY_DIFFER = (
    "ONRECORD_",
    "PYTEST_",
    "GRADIO_ANALYTICS_ENABLED",
    "NO_PROXY",
    "HF_HUB_DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
    "ORT_DISABLE_TELEMETRY",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
)
COMMANDS = (
    "rag.cli rag.assistant rag.archive rag.ingest rag.rerankers rag.storage.local rag.doctor rag.watch faiss numpy "
    "tantivy tokenizers ui.cli ui.server gradio ui.page ui.service ui.api.openai ui.api.rest ui.api.mcp mcp "
    "mcp.server uvicorn openai anthropic rag.generators.openai_compatible rag.generators.anthropic"
).split()


class Server:
    """A server of forks: started when it is first needed, ended with this process."""

    def __init__(self, name: str, *others: Server) -> None:
        self._name, self._others = name, others
        self._address = ""
        self._starting = threading.Lock()

    def address(self) -> str:
        """Where it listens."""
        with self._starting:
            if not self._address:
                self._address = self._start()
        return self._address

    def _start(self) -> str:
        address = str(Path(tempfile.mkdtemp(prefix="forks-")) / self._name)
        own = {
            **OWN,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        process = subprocess.Popen(
            [sys.executable, __file__, self._name, address, *(other.address() for other in self._others)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **own, **({"PYTHONUTF8": "1"} if self._name == "readers" else {})},
            start_new_session=True,  # Ctrl+C is for the tests
        )
        self._process = process  # it ends when its input does, which is when nobody holds this
        ends = time.monotonic() + START_S
        while not Path(address).exists():
            assert process.poll() is None, f"the server of {self._name} ended"
            assert time.monotonic() < ends, f"the server of {self._name} does not start"
            time.sleep(0.01)
        return address


readers = Server("readers")
commands = Server("commands", readers)


def onrecord_command() -> list[str]:
    """The words before those of a command."""
    return [*python_command(), "-m", "rag"]


def python_command() -> list[str]:
    """The words before `-m MODULE` or `-c CODE`: those of a fork, where the system can do that."""
    if not CAN_FORK:
        return [sys.executable]
    return [sys.executable, "-I", "-S", str(ROOT / "tests" / "fork_of.py"), commands.address()]


class ForkedReader:
    """What `rag.readers.isolated` uses of `subprocess.Popen`, for a process that a server of forks has made."""

    def __init__(self, address: str, path: str, environment: dict[str, str]) -> None:
        self.returncode: int | None = None
        self._ending = threading.Lock()
        request = {"words": [path], "cwd": str(Path.cwd()), "env": environment}
        theirs, ours = os.pipe()
        mine, yours = os.pipe()
        with Path(os.devnull).open("wb") as nowhere:
            self._server = asked(address, request, [theirs, yours, nowhere.fileno()])
        os.close(theirs)
        os.close(yours)
        self.stdin: IO[bytes] = os.fdopen(ours, "wb")
        self.stdout: IO[bytes] = os.fdopen(mine, "rb")
        self._replies = self._server.makefile("rb")
        self.pid = int(self._replies.readline())

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            if self.returncode is None:
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        with self._ending:
            if self.returncode is None:
                self.returncode = int(self._replies.readline())
                self._replies.close()
                self._server.close()
        return self.returncode


def asked(address: str, request: dict[str, Any], streams: list[int]) -> socket.socket:
    """The connection to a server of forks, to which it writes the id of the new process and, in the end, its status."""
    server = socket.socket(socket.AF_UNIX)
    server.connect(address)
    body = json.dumps(request).encode()
    socket.send_fds(server, [len(body).to_bytes(8, "big")], streams)
    server.sendall(body)
    return server


def fork_readers(address: str = "") -> None:
    """From now on this process reads files in forks, of the server at `address` or of one of its own."""
    from rag.readers import isolated

    def popen(words: list[str], *, env: dict[str, str], **_: Any) -> ForkedReader:
        assert words[:3] == [sys.executable, "-c", isolated._BOOT]
        return ForkedReader(address or readers.address(), words[3], env)

    isolated.subprocess = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)  # type: ignore[assignment]


def read_without_forks() -> None:
    """From now on each process that reads files starts by itself, as it does for users."""
    from rag.readers import isolated

    isolated.subprocess = subprocess


class Forks:
    """The server's loop: each request becomes a process, and its end is told to whoever asked."""

    def __init__(self, address: str, *, is_possible: Callable[[dict[str, Any]], bool]) -> None:
        self._is_possible = is_possible
        self._waiting = selectors.DefaultSelector()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{address}~")
        self._listening.listen(64)
        Path(f"{address}~").rename(address)  # now everything is there
        self._waiting.register(self._listening, selectors.EVENT_READ, self._fork)
        self._waiting.register(0, selectors.EVENT_READ, self._end)
        self._address = Path(address)
        self._children: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor of the process
        self._request: dict[str, Any] | None = None

    def next_request(self) -> dict[str, Any]:
        """Returns in each new process, and never in this one."""
        while self._request is None:
            for key, _ in self._waiting.select():
                if self._request is None:
                    key.data(key.fd)
        return self._request

    def _fork(self, _: int) -> None:
        client, _ = self._listening.accept()
        head, streams, _, _ = socket.recv_fds(client, 8, 3)
        with client.makefile("rb") as rest:
            request = json.loads(rest.read(int.from_bytes(head, "big")))
        pid = os.fork() if self._is_possible(request) else -1
        if pid:
            for stream in streams:
                os.close(stream)
        if pid < 0:
            with client:
                client.sendall(b"0\n")
        elif pid:
            self._look_after(pid, client)
        else:
            self._become_child(streams, client)
            self._request = request

    def _look_after(self, pid: int, client: socket.socket) -> None:
        watched = os.pidfd_open(pid)
        self._children[watched] = pid, client
        self._waiting.register(watched, selectors.EVENT_READ, self._reap)
        self._waiting.register(client, selectors.EVENT_READ, lambda _: self._abandon(pid, client))
        client.sendall(f"{pid}\n".encode())

    def _become_child(self, streams: list[int], client: socket.socket) -> None:
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
            os.close(stream)
        for watched, (_, other) in self._children.items():
            os.close(watched)
            other.close()
        client.close()
        self._listening.close()
        self._waiting.close()

    def _reap(self, watched: int) -> None:
        pid, client = self._children.pop(watched)
        self._waiting.unregister(watched)
        os.close(watched)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(KeyError):
            self._waiting.unregister(client)
        with suppress(OSError), client:
            client.sendall(f"{status}\n".encode())

    def _abandon(self, pid: int, client: socket.socket) -> None:
        """Nobody waits for it any more."""
        self._waiting.unregister(client)
        os.kill(pid, signal.SIGKILL)

    def _end(self, _: int) -> None:
        for pid, _client in self._children.values():
            os.kill(pid, signal.SIGKILL)
        self._address.unlink()
        self._address.parent.rmdir()
        os._exit(0)


def become(request: dict[str, Any]) -> None:
    """Make of a fork what its request says."""
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    places = filter(None, request["env"].get("PYTHONPATH", "").split(os.pathsep))  # of plugins, say
    sys.path[:0] = [place for place in places if place not in sys.path]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["-c", *request["words"]]
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace")  # noqa: SIM115


def serve_readers(address: str) -> None:
    from rag import transcript  # noqa: F401
    from rag.readers import child, isolated  # noqa: F401  as a child of its own does

    ready()
    become(Forks(address, is_possible=lambda _: True).next_request())
    exec(isolated._BOOT, {"__name__": "__main__"})


def serve_commands(address: str, readers_address: str) -> None:
    outside = dict(os.environ)
    from ui.server import prepare_environment

    prepare_environment()  # before Gradio is imported
    for module in COMMANDS:
        with suppress(ImportError):
            importlib.import_module(module)
    ready()
    become(Forks(address, is_possible=lambda request: same(request["env"], outside)).next_request())
    fork_readers(readers_address)
    option, code, *sys.argv[1:] = sys.argv[1:]
    if option == "-c":  # which may be about how Python ends
        exec(code, {"__name__": "__main__"})
    else:
        end_with(status_of(lambda: runpy.run_module(code, run_name="__main__", alter_sys=True)))


def status_of(command: Callable[[], object]) -> int:
    """The exit status that Python gives to what happens; it says what that was where Python does."""
    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def end_with(status: int) -> NoReturn:
    """End as Python does, without taking hundreds of modules apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def ready() -> None:
    """Nothing is left that all forks would do for themselves."""
    from rag.text.language import language_of

    language_of("A text that is long enough for its language to be told.")  # reads a large table
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork has no threads but its own"
    gc.collect()
    gc.freeze()


def same(environment: dict[str, str], other: dict[str, str]) -> bool:
    """Whether libraries find the same in both environments; what `onrecord` and the page read may differ."""
    names = (environment.keys() | other.keys()) - {"PYTHONPATH", *OWN}
    return all(environment.get(name) == other.get(name) for name in names if not name.startswith(MAY_DIFFER))


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file, which no command knows
    {"readers": serve_readers, "commands": serve_commands}[sys.argv[1]](*sys.argv[2:])
