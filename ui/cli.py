"""`onrecord chat`: the web page and the interfaces for other programs. `onrecord mcp`: the one for MCP clients."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import (
    AnswerOption,
    ArchiveOption,
    BaseUrlOption,
    GeneratorOption,
    ModelOption,
    ReaderOption,
    StrictOption,
    TimeoutOption,
)

HostOption = Annotated[str, typer.Option("--host", metavar="H", help="Who can reach it: others only with --auth")]
PortOption = Annotated[int, typer.Option("--port", metavar="P", min=1, max=65535)]
ReadOnlyOption = Annotated[bool, typer.Option("--read-only", help="No uploads, no removals")]
AuthOption = Annotated[
    str | None,
    typer.Option(
        "--auth", metavar="NAME:PASSWORD", envvar="ONRECORD_AUTH", help="Ask for a login; or a file that holds it"
    ),
]
ApiOption = Annotated[bool, typer.Option("--api", help="Open the doors for other programs: /v1, /api")]
TokenFileOption = Annotated[
    str | None,
    typer.Option("--token-file", metavar="FILE", help="A token that opens the doors; or set ONRECORD_TOKEN"),
]


def register(root: typer.Typer) -> None:
    """Add the commands to the root command."""
    root.command()(chat)
    root.command()(mcp)


def chat(
    archive: ArchiveOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 7860,
    read_only: ReadOnlyOption = False,
    auth: AuthOption = None,
    api: ApiOption = False,
    token_file: TokenFileOption = None,
    generator: GeneratorOption = None,
    reader: ReaderOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    timeout: TimeoutOption = None,
    strict: StrictOption = False,
    answer: AnswerOption = None,
) -> None:
    """Open the web page: ask, read the answer, click, see the place."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.errors import InputError
    from rag.generators import load_generator
    from rag.rerankers import load_reranker
    from ui.api.auth import read_token
    from ui.login import read_login
    from ui.server import address, build_server, check_address, serve

    settings = load_settings(
        archive=archive,
        generator=generator,
        reader=reader,
        model=model,
        base_url=base_url,
        timeout_s=timeout,
        strict=strict or None,
        answer=answer,
    )
    login = read_login(auth)
    check_address(host, login)
    if token_file is not None and not api:
        raise InputError("--token-file is for the doors; add --api, or leave it out")
    token = read_token(token_file) if api else None
    load_reranker(settings.reader)
    load_generator(settings.generator, settings.generator_options)  # fails now, not at the first question
    opened = open_archive(settings.archive, encoder=settings.encoder, precision=settings.precision)
    app = build_server(opened, settings=settings, read_only=read_only, login=login, host=host, api=api, token=token)
    where = address(host, port)
    interfaces = f"; programs use {where}v1 and {where}api/docs" if api else ""
    serve(
        app,
        host=host,
        port=port,
        when_bound=lambda: print(f"{settings.archive} is at {where}{interfaces} (Ctrl+C stops it)", flush=True),
    )


def mcp(
    archive: ArchiveOption = None,
    generator: GeneratorOption = None,
    reader: ReaderOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    timeout: TimeoutOption = None,
    strict: StrictOption = False,
    answer: AnswerOption = None,
) -> None:
    """Let a program that speaks MCP use the archive, over standard input and output."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from ui.api.mcp import build_mcp_server

    settings = load_settings(
        archive=archive,
        generator=generator,
        reader=reader,
        model=model,
        base_url=base_url,
        timeout_s=timeout,
        strict=strict or None,
        answer=answer,
    )
    opened = open_archive(settings.archive, encoder=settings.encoder, create=False)
    build_mcp_server(opened, settings=settings).run("stdio")
