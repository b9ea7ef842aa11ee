"""The `onrecord` command: settings in, text or JSON out. The only package of `rag` that prints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import entry_points

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
    add_completion=False,
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


def main() -> None:
    """Run the command line; failures are one line on stderr and exit status 1."""
    from rag.errors import sentence_of

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _add_commands()
    try:
        app()
    except BrokenPipeError:
        # The program that read our output has ended, as with `onrecord show … | head`.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        complain("stopped")
        sys.exit(130)
    except Exception as error:
        sentence = sentence_of(error)
        if not sentence:
            raise
        complain(sentence)
        sys.exit(1)


def _add_commands() -> None:
    """Commands of other packages: each entry point names a function that takes the root command and adds to it."""
    for point in entry_points(group="onrecord.commands"):
        register: Callable[[typer.Typer], None] = point.load()
        register(app)
