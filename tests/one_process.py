"""Many commands in one process: what a command says is tested, and not how long Python and the models take to load.

    python one_process.py      reads {"words", "cwd"} a line, answers {"returncode", "stdout", "stderr"} a line

How a command starts and ends as a process of its own is tested in `test_rag_cli.py`.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Commands:
    """The command line in one process that stays."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *words: object, cwd: Path) -> Done:
        """What `onrecord` with these words says in this folder, and its exit status."""
        assert self._process.stdin
        assert self._process.stdout
        print(
            json.dumps({"words": [str(word) for word in words], "cwd": str(cwd)}), file=self._process.stdin, flush=True
        )
        return Done(**json.loads(self._process.stdout.readline()))


@contextmanager
def one_process() -> Iterator[Commands]:
    """Commands that run in one process, on a terminal of 80 columns and without settings from outside."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"},
    ) as process:
        yield Commands(process)
        assert process.stdin
        process.stdin.close()


def _run(words: list[str], cwd: str) -> Done:
    from rag.cli import main

    os.chdir(cwd)
    sys.argv = ["onrecord", *words]
    out, err, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Done(status, out.getvalue(), err.getvalue())


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_run(**json.loads(line))._asdict()), flush=True)
