"""The product's own face where its toolkit would show its own: the head of the page, the login page, and refusals.

Gradio fills a page's head with its name and pictures, and draws its own login form. This middleware rewrites the one and
replaces the other; a browser that is refused something gets a page with a sentence, and a program the plain sentence.
"""

from __future__ import annotations

import html
import re
from importlib.resources import files
from typing import Any

NAME = "onrecord"
TITLE = f"{NAME} · exact words, exact place"

_META = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*', re.S)
_ICON = b'<link rel="icon" type="image/svg+xml" href="favicon.ico"><meta name="color-scheme" content="light dark">'
_LOGIN = b'"auth_required":true'

_STYLE = (
    ":root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d1b16;--soft:#57534a;--line:#8a8578;--accent:#17497a;"
    "--on:#fff;--bad:#9b1c1c}@media(prefers-color-scheme:dark){:root{--paper:#15171b;--card:#1d2025;--ink:#ece9e2;"
    "--soft:#b1ada3;--line:#7c828c;--accent:#8fc0f0;--on:#10161d;--bad:#ffa8a0}}*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:grid;place-content:center;padding:1rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif}main{width:min(24rem,calc(100vw - 2rem))}"
    "h1{font:600 1.9rem/1.2 'Iowan Old Style','Palatino Linotype',Palatino,Georgia,serif;margin:0}"
    "p{margin:.25rem 0 1.25rem;color:var(--soft)}a{color:var(--accent)}"
    ".card{display:grid;gap:.9rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.25rem}"
    "label{display:grid;gap:.25rem;font-weight:600;font-size:.9rem}input,button{font:inherit;min-height:2.75rem;"
    "border-radius:6px;padding:.4rem .7rem}input{color:var(--ink);background:var(--paper);border:1px solid var(--line)}"
    "button{border:0;background:var(--accent);color:var(--on);font-weight:600;cursor:pointer}"
    ":focus-visible{outline:3px solid var(--accent);outline-offset:2px}.wrong{color:var(--bad);margin:0;font-weight:600}"
    ".wrong:empty{display:none}"
)


def plain_page(title: str, sentence: str, body: str = "") -> bytes:
    """A page of one heading and one sentence, in the product's colours; `body` is markup.

    >>> b"<h1>Not found</h1>" in plain_page("Not found", "There is nothing at this address.")
    True
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" type="image/svg+xml" href="/favicon.ico"><title>{html.escape(title)} · {NAME}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{html.escape(title)}</h1><p>{html.escape(sentence)}</p>{body}"
        "</main></body></html>"
    ).encode()


def login_page() -> bytes:
    """The login form."""
    form = files("ui").joinpath("assets", "login.html").read_text(encoding="utf-8")
    return plain_page(NAME, "Answers in the speakers’ own words. Please log in.", form)


def refusal_page(status: int, sentence: str) -> bytes:
    """What a browser shows when something is refused."""
    title = {404: "Not found", 429: "Please wait", 413: "Too large"}.get(status, "Refused")
    return plain_page(title, sentence[:1].upper() + sentence[1:] + ".", '<p><a href="/">Go to the first page</a></p>')


def wants_page(headers: Any) -> bool:
    """Whether a request comes from somebody who looks at the answer: a browser that goes to an address.

    >>> wants_page({"accept": "text/html,*/*;q=0.8"}), wants_page({"accept": "*/*"})
    (True, False)
    """
    return "text/html" in headers.get("accept", "")


class Face:
    """ASGI middleware around Gradio: its pages get this product's head, its login form and its 404 this product's."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(("/api/", "/v1/")):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        held: list[Any] = []  # the start of a response whose body is changed, and that body's parts

        async def change(message: Any) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message.get("headers", [])).get(b"content-type", b"")
                is_page = kind.startswith(b"text/html")
                if is_page or (message["status"] == 404 and wants_page(headers)):
                    held.append(message)
                    return
            elif held and message["type"] == "http.response.body":
                held.append(message.get("body", b""))
                if not message.get("more_body"):
                    start, *parts = held
                    await _send_page(send, start, b"".join(parts))
                return
            await send(message)

        await self.app(scope, receive, change)


async def _send_page(send: Any, start: Any, body: bytes) -> None:
    if start["status"] == 404:
        body = refusal_page(404, "there is nothing at this address")
    elif _LOGIN in body.replace(b" ", b""):
        body = login_page()
    else:
        body = _META.sub(b"", body).replace(b"</head>", _ICON + b"</head>", 1)
    dropped = (b"content-length", b"content-type")
    kept = [pair for pair in start.get("headers", []) if pair[0].lower() not in dropped]
    kept += [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({**start, "headers": kept})
    await send({"type": "http.response.body", "body": body})
