"""Texts → markup that stays one line, in which every text stays text. What all parts of an answer's markup use."""

from __future__ import annotations

import html
import re
from urllib.parse import quote as percent_encoded

from rag.text.reading import as_read


def place_id(document_id: str, start: int, end: int) -> str:
    """The name of a place in a document, as it is in links.

    >>> place_id("3f2a", 120, 188)
    '3f2a.120-188'
    """
    return f"{percent_encoded(document_id, safe='')}.{start}-{end}"


def escaped(text: str) -> str:
    """A text as HTML on one line: line breaks become `<br>`.

    >>> escaped("<b>1 & 2</b>\\n\\nnext")
    '&lt;b&gt;1 &amp; 2&lt;/b&gt;<br><br>next'
    """
    safe = html.escape(re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text))
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", safe)
    return "<br>".join(lines)


def readable(text: str) -> str:
    r"""A text of the record as it is read: lines flow, and Markdown's escapes are undone.

    >>> readable("Francis Scott\nKey \\[sic\\]")
    'Francis Scott Key [sic]'
    """
    return escaped(as_read(text))


def attribute(text: str) -> str:
    """A text as the value of an attribute."""
    return escaped(" ".join(as_read(text).split())).replace("<br>", " ")


def named(text: str) -> str:
    """A name within a line of another language: its direction is its own."""
    return f"<bdi>{escaped(' '.join(text.split()))}</bdi>"


def button(name: str, label: str, *, title: str = "", pressed: bool | None = None) -> str:
    """One of the buttons that `ui/assets/chat.js` and `cards.js` answer."""
    hint = f' title="{attribute(title)}"' if title else ""
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return f'<button type="button" class="or-act or-{name}"{hint}{state}>{escaped(label)}</button>'
