"""`onrecord chat`: the web page."""

from __future__ import annotations

from typing import Annotated

import typer


def register(root: typer.Typer) -> None:
    """Hang the command on the root."""
    root.command()(chat)


def chat(
    archive: Annotated[
        str | None, typer.Option("--archive", metavar="URL", help="The archive's folder [default: archive]")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Who can reach it: others only with --auth")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="P", min=1, max=65535)] = 7860,
    read_only: Annotated[bool, typer.Option("--read-only", help="No uploads, no removals")] = False,
    auth: Annotated[
        str | None,
        typer.Option(
            "--auth", metavar="NAME:PASSWORD", envvar="ONRECORD_AUTH", help="Ask for a login; or a file that holds it"
        ),
    ] = None,
    generator: Annotated[str | None, typer.Option("--generator", metavar="NAME", help="What writes the answer")] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="The generator's model")] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="An OpenAI-compatible server")
    ] = None,
) -> None:
    """Open the web page: ask, read the answer, click, see the place."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.generators import load_generator
    from ui.server import address, build_server, check_address, read_login, serve

    settings = load_settings(archive=archive, generator=generator, model=model, base_url=base_url)
    login = read_login(auth)
    check_address(host, login)
    load_generator(settings.generator, settings.for_assistant()["options"])  # told now, not at the first question
    opened = open_archive(settings.archive, encoder=settings.encoder)
    app = build_server(opened, settings=settings, read_only=read_only, login=login, host=host)
    serve(
        app,
        host=host,
        port=port,
        when_bound=lambda: print(f"{settings.archive} is at {address(host, port)} (Ctrl+C stops it)", flush=True),
    )
