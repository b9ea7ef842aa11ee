"""Work that needs torch, done in a child process, so that torch is never imported by the process that answers.

`run_module` is the parent's side and `run_child` the child's: a failure is one sentence on stderr and exit status 1.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from embeddings.types import EmbeddingError

TIMEOUT_S = 900


def run_module(module: str, *arguments: str) -> str:
    """Run a module's `main` in a child process; returns why it failed, or an empty text.

    >>> run_module("embeddings.nothing", "x")
    "ModuleNotFoundError: No module named 'embeddings.nothing'"
    """
    # The path of this project's root comes first, so that the child imports the same code as the parent.
    root = str(Path(__file__).resolve().parent.parent)
    code = f"import sys; sys.path.insert(0, {root!r}); from {module} import main; sys.exit(main())"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def run_child(export: Callable[[str, Path], None]) -> int:
    """The `main` of a module that exports the model named by the first argument into the folder named by the second.

    Returns the exit status. Libraries' warnings and progress bars are silenced, since stderr is for the reason of a
    failure.
    """
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    try:
        export(sys.argv[1], Path(sys.argv[2]))
    except EmbeddingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception as error:  # an exporter may raise anything; the parent does without this model and says why
        sys.stderr.write(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")
        return 1
    return 0
