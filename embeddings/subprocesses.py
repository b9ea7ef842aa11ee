"""Work that needs torch, done in a process of its own, so that torch never enters the one that answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TIMEOUT_S = 900


def run_module(module: str, *arguments: str) -> str:
    """Run a module's `main` in a child process; why it failed, or an empty text.

    >>> run_module("embeddings.nothing", "x")
    "ModuleNotFoundError: No module named 'embeddings.nothing'"
    """
    # The path of this project's root comes first, so that the child finds the same code as we run.
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
