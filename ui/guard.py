"""What is in front of the page: security headers on every response, and the requests that are refused.

Without a login, requests must name a host of this machine. Other sites' pages cannot post here, bodies have a limit,
and wrong logins are slowed down.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ui.documents import MAX_UPLOAD_BYTES
from ui.face import refusal_page, wants_page
from ui.throttle import TOO_MANY, LoginThrottle

# base64 takes four characters for three bytes; the rest is for names.
MAX_BODY_BYTES = MAX_UPLOAD_BYTES // 3 * 4 + 1_000_000

TOO_LARGE = f"a request may have {MAX_BODY_BYTES:,} bytes"

MOST_DRAINED = 1_000_000  # bytes of a refused request

# A host and perhaps a port, as in RFC 3986, and nothing else: no user's name, no path, no second host.
HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._~-]+))(?::[0-9]{0,5})?")

# Gradio's own routes that the page does not use: ways to bring files and to read them, to fetch other addresses, to call
# functions without the queue, to edit and to watch the page, and pictures for one that is installed as an app.
SHUT = re.compile(
    r"(/gradio_api)?/(upload|upload_progress|process_recording|manifest\.json|pwa_icon|monitoring|deep_link|stream|file"
    r"|proxy|custom_component|runs|dev|vibe-code|vibe-edit|undo-vibe-edit|vibe-starter-queries|openapi\.json"
    r"|startup-events|queue/status)([/=].*)?|/gradio_api/(api|run|call)(/.*)?",
    re.S,
)
BROKEN = "something went wrong here; the server's log says what"

log = logging.getLogger(__name__)

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


class Guard:
    """ASGI middleware. Refuses other host names, other sites' posts and oversized bodies; counts wrong logins.

    `hosts` are the names that requests may use for this server, None for any.
    """

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
                await _drain(headers, receive)
                await _refuse(send, *refusal, path=scope["path"], page=wants_page(headers))
            return
        client = (scope.get("client") or ("",))[0]
        is_login = scope["path"].rstrip("/") == "/login" and scope.get("method") == "POST"
        if "transfer-encoding" in headers:
            body = await _read_body(receive)
            if body is None:
                await _refuse(send, 413, TOO_LARGE, path=scope["path"])
                return
            scope, receive = _with_length(scope, len(body)), _replayed(body, receive)
        if is_login:  # counted as wrong until it is known to be right, so that a hundred at once count as a hundred
            self.throttle.note_attempt(client)

        is_begun = False

        async def guarded_send(message: Any) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                # Unless it is on localhost, Gradio lets every other site read its answers with the visitor's login.
                dropped = (b"access-control-", *(name for name, _ in own))
                kept = [pair for pair in message.get("headers", []) if not pair[0].lower().startswith(dropped)]
                is_https = scope.get("scheme") == "https"
                kept = [(name, _kept_close(name, value, is_https=is_https)) for name, value in kept]
                message["headers"] = kept + own
                if is_login and message["status"] < 400:
                    self.throttle.forgive(client)
            await send(message)

        try:
            await self.app(scope, receive, guarded_send)
        except Exception:
            if is_begun or scope["type"] == "websocket":
                raise
            log.exception("%s %r failed", scope.get("method"), scope["path"])
            await _refuse(send, 500, BROKEN, path=scope["path"], page=wants_page(headers))

    def _refusal(self, scope: Any, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        named = sum(name.lower() == b"host" for name, _ in scope["headers"])
        if self.hosts is not None and (named != 1 or host_in(host) not in self.hosts):
            return 421, "this page answers only to the address that it was started with"
        origin = headers.get("origin")
        if origin and scope.get("method") not in ("GET", "HEAD"):
            # Another site's sandboxed frame sends "null" too; Sec-Fetch-Site tells the two apart.
            own = headers.get("sec-fetch-site") == "same-origin" if origin == "null" else _split(origin).netloc == host
            if not own:
                return 403, "requests from other sites' pages are refused"
        try:
            length = int(headers.get("content-length", "0"))
        except ValueError:
            return 400, "the request's length is no number"
        if length > MAX_BODY_BYTES:
            return 413, TOO_LARGE
        if SHUT.fullmatch(scope["path"]):
            return 404, "not found"
        if not scope["path"].isprintable():
            return 400, "the address has characters that no address has"
        client = (scope.get("client") or ("",))[0]
        if scope["path"].rstrip("/") == "/login" and self.throttle.is_locked(client):
            return 429, TOO_MANY
        return None


def host_in(header: str) -> str | None:
    """The host that a request names, in small letters; None if it names something else beside it.

    >>> host_in("LOCALHOST:7860"), host_in("[::1]"), host_in("evil@localhost"), host_in("localhost:80, evil.example")
    ('localhost', '::1', None, None)
    """
    found = HOST.fullmatch(header)
    return (found["address"] or found["name"]).lower() if found else None


def _kept_close(name: bytes, value: bytes, *, is_https: bool) -> bytes:
    """A header's value; a cookie's says that no script and no other site's page gets it.

    >>> _kept_close(b"Set-Cookie", b"a=b; Path=/; SameSite=none; Secure", is_https=False)
    b'a=b; Path=/; Secure; HttpOnly; SameSite=Lax'
    """
    if name.lower() != b"set-cookie":
        return value
    parts = [part.strip() for part in value.split(b";")]
    kept = [part for part in parts if not part.lower().startswith(b"samesite") and part.lower() != b"httponly"]
    if is_https and not any(part.lower() == b"secure" for part in kept):
        kept.append(b"Secure")
    return b"; ".join([*kept, b"HttpOnly", b"SameSite=Lax"])


async def _drain(headers: Mapping[str, str], receive: Any) -> None:
    """Read the body of a request that is refused, if it is short: otherwise the connection ends while the client still
    writes, and it may see that end rather than the refusal.
    """
    announced = headers.get("content-length", "0")
    if "transfer-encoding" not in headers and not (announced.isdecimal() and 0 < int(announced) <= MOST_DRAINED):
        return
    read, more = 0, True
    while more and read <= MOST_DRAINED:
        message = await receive()
        read += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


async def _read_body(receive: Any) -> bytes | None:
    """The body of a request that does not say its length; None if it is too large, or the client left."""
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body) if len(body) <= MAX_BODY_BYTES else None


def _with_length(scope: Any, length: int) -> Any:
    """The scope of a request as if it had said how long its body is: the limits of the interfaces rest on that."""
    headers = [pair for pair in scope["headers"] if pair[0] not in (b"transfer-encoding", b"content-length")]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _replayed(body: bytes, receive: Any) -> Any:
    """A channel that gives a body once, and then what else the client sends."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Any:
        return pending.pop() if pending else await receive()

    return receive_again


def _split(address: str) -> SplitResult:
    """The parts of an address; all empty if it is invalid."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


async def _refuse(send: Any, status: int, text: str, *, path: str, page: bool = False) -> None:
    """A refusal in the form of the interface at that path; a `page` for a browser."""
    kind = b"text/plain; charset=utf-8"
    body = text.encode()
    if path.startswith(("/api/", "/v1/")):
        error = {"message": text, "type": "invalid_request_error", "param": None, "code": None}
        kind, body = b"application/json", json.dumps({"error": text if path.startswith("/api/") else error}).encode()
    elif page:
        kind, body = b"text/html; charset=utf-8", refusal_page(status, text)
    headers = [(b"content-type", kind)]
    headers += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
