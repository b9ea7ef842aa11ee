"""The `onrecord` command: settings in, text or JSON out. The only package of `rag` that prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from rag.cli.backup import backup
from rag.cli.commands import ask, doctor, documents, remove, search, show, verify
from rag.cli.enrich import enrich
from rag.cli.ingest import ingest
from rag.cli.parse import parse
from rag.cli.printing import complain

app = typer.Typer(
    name="onrecord",
    help="Answers about interviews, press conferences and hearings, in the speaker's own words, with the exact place.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for _command in (
    ingest,
    parse,
    ask,
    search,
    documents,
    show,
    remove,
    enrich,
    verify,
    backup,
    doctor,
):  # the order of `onrecord --help`
    app.command()(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"onrecord {version('onrecord')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; failures are one line on stderr and exit status 1.

    A reader that leaves early, as in `onrecord show … | head`, is no failure: the status is 0 then.
    """
    from rag.errors import sentence_of

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _add_commands()
    try:
        app()
    except BrokenPipeError:
        _write_no_more()
        sys.exit(0)
    except SystemExit as end:
        # typer makes a failure of a pipe that is closed; and what is still in the buffer fails only now.
        if isinstance(end.__context__, BrokenPipeError) or _is_left():
            _write_no_more()
            sys.exit(0)
        raise
    except KeyboardInterrupt:
        complain("stopped")
        sys.exit(130)
    except Exception as error:
        sentence = sentence_of(error)
        if not sentence:
            raise
        complain(sentence)
        sys.exit(1)


def _is_left() -> bool:
    """Whether the program that read our output has ended before all of it was written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    return False


def _write_no_more() -> None:
    """Let what is still in the buffer go nowhere: Python writes it when it ends, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)


def _add_commands() -> None:
    """Commands of other packages: each entry point names a function that takes the root command and adds to it."""
    for point in entry_points(group="onrecord.commands"):
        register: Callable[[typer.Typer], None] = point.load()
        register(app)
