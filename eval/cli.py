"""`onrecord eval …`: question sets in, verdicts out."""

from __future__ import annotations

import typer


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
