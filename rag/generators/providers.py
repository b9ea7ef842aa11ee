"""Connections to model servers: which key goes to which host, how a request is cancelled, and errors as sentences.

A key is sent to the host of its own provider and to no other: no environment variable and no redirect can change that.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from rag.errors import GeneratorError, InputError
from rag.generators.cancel import CancelToken

# The headers that a server needs. All others, which a library may add from the environment, are removed.
_ALLOWED = frozenset(
    "host accept accept-encoding connection content-type content-length user-agent anthropic-version "
    "transfer-encoding".split()
)


@dataclass(frozen=True, slots=True)
class Provider:
    """A company's own host, the variable that holds its key, and the header in which its servers look for it."""

    name: str
    host: str
    variable: str
    header: str = "authorization"
    form: str = "Bearer {key}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, and the key that goes with them."""

    url: str
    key: str = field(repr=False)
    header: str = "authorization"
    form: str = "Bearer {key}"

    @property
    def host(self) -> str:
        """The URL's host name, without a port."""
        return urlsplit(self.url).hostname or ""


def endpoint(provider: Provider, base_url: str | None, *, default: str) -> Endpoint:
    """The address and its key. Raises InputError for something that is no URL, and if the provider's key is missing.

    Other hosts than the provider's get `ONRECORD_API_KEY`, or no key at all.
    """
    url = base_url or default
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and url.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in url:
        raise InputError(f"--base-url {url!r} is no address; write it as http://localhost:11434/v1")
    if parts.username or parts.password:
        raise InputError("--base-url must not hold a password; set ONRECORD_API_KEY instead")
    if parts.hostname != provider.host:
        return Endpoint(url, _key("ONRECORD_API_KEY"), provider.header, provider.form)
    if parts.scheme != "https":
        raise InputError(f"--base-url {url!r} would send a key unencrypted; write https://")
    if not (key := _key(provider.variable)):
        raise InputError(f"{provider.name} wants a key; set {provider.variable}, or give --base-url for another server")
    return Endpoint(url, key, provider.header, provider.form)


def _key(variable: str) -> str:
    """A key from the environment. Raises InputError, without repeating the key, for one that no header can hold."""
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or any(char.isspace() or not char.isprintable() for char in key):
        raise InputError(f"{variable} holds no key: a key is one word of plain letters, digits and signs")
    return key


def guarded_client(client_class: Any, to: Endpoint, cancel: CancelToken | None = None) -> Any:
    """An HTTP client that speaks to one host only, follows no redirect, and sends only the headers that are needed.

    When `cancel` is cancelled, its connections are shut down and it makes no new ones: it raises Cancelled.
    """

    def check(request: Any) -> None:
        if cancel:
            cancel.raise_if_cancelled()  # an SDK retries when a connection breaks
        if request.url.host != to.host:
            raise GeneratorError(f"a request to {request.url.host} was stopped: only {to.host} is meant")
        for name in list(request.headers):
            if name.lower() not in _ALLOWED:
                del request.headers[name]
        # Set here, not by the SDK, which would let the environment put another provider's key in its place.
        if to.key:
            request.headers[to.header] = to.form.format(key=to.key)
        # One connection for each request: it is seen when it is made, and shutting it down disturbs no other request.
        request.headers["connection"] = "close"
        request.extensions = {**request.extensions, "trace": trace}

    def trace(event: str, about: Mapping[str, Any]) -> None:
        """Called by httpx's transport for each step of a request."""
        if cancel and event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            connection = about["return_value"].get_extra_info("socket")
            # `close` alone would leave a thread that reads from the socket waiting.
            cancel.on_cancel(lambda: socket.socket.shutdown(connection, socket.SHUT_RDWR))

    # A proxy from the environment is for the world outside, not for a server on this machine.
    local = to.host in ("localhost", "127.0.0.1", "::1")
    return client_class(follow_redirects=False, trust_env=not local, event_hooks={"request": [check]})


def transport_error(client_class: type) -> type[Exception]:
    """The root of the HTTP library's errors, which an SDK lets through when a stream breaks."""
    packages = (import_module(base.__module__.partition(".")[0]) for base in client_class.__mro__)
    found: type[Exception] = next(package.HTTPError for package in packages if hasattr(package, "HTTPError"))
    return found


def missing_package(package: str, extra: str) -> InputError:
    """An error that says how to install a library."""
    return InputError(f"this generator needs the package {package}; run: pip install 'onrecord[{extra}]'")


def provider_error(error: Exception, to: Endpoint, *, begun: bool = False) -> GeneratorError:
    """An SDK's error as a sentence, without the key that it may hold; `begun` says that text had already arrived."""
    status = getattr(error, "status_code", None) or 0
    reason = _BY_STATUS.get(status) or _BY_NAME.get(type(error).__name__)
    if begun or not reason:
        # An error that comes after the status 200 is one within the stream.
        reason = f"it answered with status {status}" if status >= 300 and not begun else "it broke off in mid-answer"
    return GeneratorError(f"{to.host}: {reason}")


_BY_STATUS = {
    401: "the key was refused",
    403: "access was refused",
    404: "there is no such model or address",
    429: "too many requests, or the quota is used up",
    529: "it is overloaded",
}
_BY_NAME = {  # the same classes in the libraries of OpenAI and Anthropic
    "APIConnectionError": "it cannot be reached; is it running?",
    "APITimeoutError": "it did not answer in time",
    "ReadTimeout": "it did not answer in time",
}
