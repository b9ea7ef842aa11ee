"""The page, served: FastAPI and uvicorn around Gradio, private by default.

Nothing is fetched from other hosts, and nothing is sent to them. `guard` says which requests are refused.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.config import Settings
from rag.errors import InputError
from ui.api.auth import Access
from ui.documents import MAX_UPLOAD_BYTES
from ui.face import Face
from ui.guard import Guard
from ui.login import Login
from ui.service import ChatService
from ui.throttle import LoginThrottle

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
WARM_UP_S = 10.0  # that the end of the process waits for models that are being loaded
# The bundled interviews. They are data of another package, beside their questions, and found without importing it.
SAMPLES = Path(__file__).resolve().parent.parent / "eval" / "sets"


def check_address(host: str, login: Login | None) -> None:
    """Raises InputError for an address that others can reach if there is no login."""
    if login is None and not is_loopback(host):
        raise InputError(f"--host {host} can be reached by others; add --auth NAME:PASSWORD, or leave out --host")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can be reached from this machine only.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def prepare_environment() -> None:
    """Set the environment before Gradio is imported: no telemetry, and no variable that turns on what is off here."""
    for name in [name for name in os.environ if name.startswith("GRADIO_") and name != "GRADIO_TEMP_DIR"]:
        del os.environ[name]
    direct = os.environ.get("NO_PROXY", "").split(",")
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": ",".join(dict.fromkeys([*filter(None, direct), "127.0.0.1", "localhost"])),
    }


def build_server(
    archive: Archive,
    *,
    settings: Settings,
    read_only: bool = False,
    login: Login | None = None,
    host: str = DEFAULT_HOST,
    api: bool = False,
    token: str | None = None,
) -> FastAPI:
    """The whole web application for one archive; with `api`, also the interfaces for other programs."""
    prepare_environment()
    import gradio
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse

    from ui.page import I18N, asset, build_app, theme

    service = ChatService(
        archive, settings=settings, read_only=read_only, samples=SAMPLES if SAMPLES.is_dir() else None
    )
    app: FastAPI = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    throttle = LoginThrottle()
    if api:
        _add_interfaces(app, service, Access(login, token, throttle))
    app = gradio.mount_gradio_app(
        app,
        build_app(service, api=api),
        path="/",
        auth=login.admits if login else None,
        allowed_paths=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        pwa=False,
        max_file_size=MAX_UPLOAD_BYTES,
        footer_links=[],
        favicon_path=str(Path(__file__).parent / "assets" / "icon.svg"),
        i18n=I18N,
        theme=theme(),
        css=asset("page.css"),
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )
    app.add_middleware(Face)
    app.add_middleware(
        Guard, hosts=None if login else frozenset({host, "localhost", "127.0.0.1", "::1"}), throttle=throttle
    )
    warming = threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True)
    warming.start()
    atexit.register(warming.join, WARM_UP_S)  # a process that ends while models load aborts
    return app


def _add_interfaces(app: FastAPI, service: ChatService, access: Access) -> None:
    from ui.api.context import ApiContext
    from ui.api.openai import openai_router
    from ui.api.paths import LenientPaths
    from ui.api.rest import rest_router

    context = ApiContext(service, access)
    app.add_middleware(LenientPaths)
    app.include_router(openai_router(context))
    app.include_router(rest_router(context))


def serve(app: FastAPI, *, host: str, port: int, when_bound: Callable[[], None]) -> None:
    """Run until interrupted; call `when_bound` when the port is open. Raises InputError if the address is taken."""
    import socket

    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host.strip("[]"), port), family=family, backlog=128)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]  # Python adds the address
        raise InputError(f"{host}:{port} cannot be used ({reason}); try: --port {port + 1}") from error
    with bound:
        when_bound()
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
            # Otherwise a client could name a new address with each wrong password.
            proxy_headers=False,
        )
        uvicorn.Server(config).run(sockets=[bound])


def _warm_up(service: ChatService) -> None:
    try:
        service.warm_up()
    except Exception as error:  # the first question will fail with it, and say so
        if threading.main_thread().is_alive():  # else the process ends, which is no failure
            log.warning("warming up failed: %s", error)


def address(host: str, port: int) -> str:
    """What to type into a browser.

    >>> address("127.0.0.1", 7860), address("::", 80)
    ('http://localhost:7860/', 'http://[::]:80/')
    """
    shown = "localhost" if is_loopback(host) else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
