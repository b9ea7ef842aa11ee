"""The page, served: FastAPI and uvicorn around Gradio, private by default.

Nothing is fetched from anywhere, and nothing is sent anywhere. Requests must name a host of this machine unless there is a
login; other sites' pages cannot post here; wrong passwords are slowed down.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from rag.archive import Archive
from rag.config import Settings
from rag.errors import InputError
from ui.documents import MAX_UPLOAD_BYTES
from ui.service import ChatService
from ui.throttle import TOO_MANY, LoginThrottle
from ui.throttle import WRONG_LOGINS as WRONG_LOGINS

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
# The bundled interviews. They lie with their questions in the folder of another package, which is not imported for it.
SAMPLES = Path(__file__).resolve().parent.parent / "eval" / "sets"
# base64 takes four characters for three bytes; the rest is room for names.
MAX_BODY_BYTES = MAX_UPLOAD_BYTES // 3 * 4 + 1_000_000
# Gradio's own ways to leave files here, which the page does not use.
SHUT = ("/upload", "/process_recording")
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; frame-src 'none'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password for the page."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Login:
        """Raises InputError unless it is `name:password`."""
        user, colon, password = text.partition(":")
        if not (user and colon and password):
            raise InputError("--auth wants NAME:PASSWORD, or a file with one such line; better set ONRECORD_AUTH")
        return cls(user, password)

    def admits(self, user: str, password: str) -> bool:
        """Compared in constant time."""
        right_user = secrets.compare_digest(user.encode(), self.user.encode())
        return secrets.compare_digest(password.encode(), self.password.encode()) and right_user


def check_address(host: str, login: Login | None) -> None:
    """Raises InputError for an address that others can reach, where there is no login."""
    if login is None and not is_loopback(host):
        raise InputError(f"--host {host} can be reached by others; add --auth NAME:PASSWORD, or leave out --host")


def is_loopback(host: str) -> bool:
    """Whether only this machine is meant.

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
    """Before Gradio is imported: no telemetry, no variable that opens what this page keeps shut."""
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
    """The whole web application for one archive; with `api`, also the doors for other programs."""
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
        from ui.api.auth import Access
        from ui.api.context import ApiContext
        from ui.api.openai import openai_router
        from ui.api.rest import rest_router

        context = ApiContext(service, Access(login, token, throttle))
        app.include_router(openai_router(context))
        app.include_router(rest_router(context))

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
        i18n=I18N,
        theme=theme(),
        css=asset("page.css"),
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )
    app.add_middleware(
        Guard, hosts=None if login else frozenset({host, "localhost", "127.0.0.1", "::1"}), throttle=throttle
    )
    threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
    return app


def serve(app: FastAPI, *, host: str, port: int, when_bound: Callable[[], None]) -> None:
    """Run until interrupted; `when_bound` is called when requests are heard. Raises InputError where the address is taken."""
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
            # Otherwise anybody could give a new address with each wrong password.
            proxy_headers=False,
        )
        uvicorn.Server(config).run(sockets=[bound])


class Guard:
    """ASGI: answers only to its own name, turns away other sites' posts and oversized bodies, slows down wrong logins."""

    def __init__(self, app: Any, *, hosts: frozenset[str] | None, throttle: LoginThrottle | None = None) -> None:
        self.app = app
        self.hosts = hosts
        self.throttle = throttle or LoginThrottle()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refusal := self._refusal(scope, headers):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await _answer(send, *refusal, path=scope["path"])
            return
        client = (scope.get("client") or ("",))[0]
        is_login = scope["path"].rstrip("/") == "/login" and scope.get("method") == "POST"
        if is_login:  # wrong until it is known to be right, so that a hundred at once count as a hundred
            self.throttle.note_attempt(client)

        async def guarded_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                # Gradio lets every other site read its answers, with the visitor's login, unless it is on localhost.
                dropped = (b"access-control-", *(name for name, _ in own))
                kept = [pair for pair in message.get("headers", []) if not pair[0].lower().startswith(dropped)]
                message["headers"] = kept + own
                if is_login and message["status"] < 400:
                    self.throttle.forgive(client)
            await send(message)

        await self.app(scope, receive, guarded_send)

    def _refusal(self, scope: Any, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self.hosts is not None and _named(f"//{host}").hostname not in self.hosts:
            return 421, "this page answers only to the address that it was started with"
        origin = headers.get("origin")
        if origin and scope.get("method") not in ("GET", "HEAD"):
            # Another site's sandboxed frame says "null" too; a browser tells which of the two it is.
            own = headers.get("sec-fetch-site") == "same-origin" if origin == "null" else _named(origin).netloc == host
            if not own:
                return 403, "requests from other sites' pages are refused"
        if "transfer-encoding" in headers:
            return 411, "a request must say its length"
        try:
            length = int(headers.get("content-length", "0"))
        except ValueError:
            return 400, "the request's length is no number"
        if length > MAX_BODY_BYTES:
            return 413, f"a request may have {MAX_BODY_BYTES:,} bytes"
        if scope["path"].rstrip("/").endswith(SHUT):
            return 404, "not found"
        client = (scope.get("client") or ("",))[0]
        if scope["path"].rstrip("/") == "/login" and self.throttle.is_locked(client):
            return 429, TOO_MANY
        return None


def _named(address: str) -> SplitResult:
    """An address in its parts; one that is none has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


async def _answer(send: Any, status: int, text: str, *, path: str) -> None:
    """A refusal as whoever asks there reads it."""
    kind = b"text/plain; charset=utf-8"
    if path.startswith(("/api/", "/v1/")):
        told = {"message": text, "type": "invalid_request_error", "param": None, "code": None}
        kind, text = b"application/json", json.dumps({"error": text if path.startswith("/api/") else told})
    headers = [(b"content-type", kind)]
    headers += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def _warm_up(service: ChatService) -> None:
    try:
        service.warm_up()
    except Exception as error:  # whoever asks will be told
        log.warning("warming up failed: %s", error)


def read_login(given: str | None) -> Login | None:
    """The login from a flag or the environment: `name:password`, or a file with one such line."""
    if not given:
        return None
    path = Path(given)
    try:
        if path.is_file():
            given = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"{given}: {error.strerror or error}") from error
    return Login.parse(given)


def address(host: str, port: int) -> str:
    """What to type into a browser.

    >>> address("127.0.0.1", 7860), address("::", 80)
    ('http://localhost:7860/', 'http://[::]:80/')
    """
    shown = "localhost" if is_loopback(host) else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
