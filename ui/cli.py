"""`onrecord chat`: the web page."""

from __future__ import annotations

import typer


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
