"""`onrecord eval …`: question sets in, verdicts out."""

from __future__ import annotations

import typer

from eval.cli.commands import (
    calibrate_command,
    compare_command,
    gate_command,
    run_command,
    sweep_command,
    validate_command,
    view_command,
)

app = typer.Typer(
    help="Measure the answers: run question sets, compare runs, hold them to bars, calibrate.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("run")(run_command)
app.command("compare")(compare_command)
app.command("gate")(gate_command)
app.command("sweep")(sweep_command)
app.command("calibrate")(calibrate_command)
app.command("validate")(validate_command)
app.command("view")(view_command)


def register(root: typer.Typer) -> None:
    """Add the commands to the root command."""
    root.add_typer(app, name="eval")
