"""A progress bar for work that takes more than a moment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rag.text.wording import shortened

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

MOST_CHARS = 40  # of what is being worked on


class ProgressBar:
    """A bar on stderr, drawn from the first `update` on; nothing if stderr is no terminal.

    with ProgressBar("reading") as progress:
        progress.update(3, 10, "interview.pdf")
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def update(self, done: int, total: int, what: str | None = None) -> None:
        """Show that `done` of `total` are done; `what` replaces the words beside the bar."""
        if not sys.stderr.isatty():
            return
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=total)
        shown = None if what is None else shortened(what, MOST_CHARS)
        self._bar.update(self._task, completed=done, total=total, description=shown)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
