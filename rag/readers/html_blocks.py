"""The paragraphs of an HTML page in order, as far as they can be text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import VERBATIM, rows_as_lines, with_bold_label

MAX_NODES = 2_000_000

_NO_TEXT = frozenset(
    "script style noscript template svg head nav footer aside form button select option textarea iframe object embed "
    "canvas audio video map menu dialog".split()
)

_BLOCK = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr "
    "html li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)

_BOLD = frozenset(["b", "strong"])


def read_blocks(root: Any) -> list[tuple[str, float]]:
    """Paragraphs in order with the share of their characters that are links."""
    found: list[tuple[str, float]] = []
    pieces: list[tuple[str, bool]] = []
    linked = 0
    kind = ""

    def close() -> None:
        nonlocal linked
        text = with_bold_label(pieces)
        if text.strip():
            level = int(kind[1]) if re.fullmatch(r"h[1-6]", kind) else 0
            text = f"{'#' * level} {' '.join(text.split()).strip('* ')}" if level else text
            found.append((text, linked / max(len(text.strip()), 1)))
        pieces.clear()
        linked = 0

    # No recursion: pages nest as deep as they like.
    for event, element, state in _events(root):
        if event == "text":
            words = element if state.pre else re.sub(r"[^\S\xa0]+", " ", element).replace("\xa0", " ")
            pieces.append((words, state.bold))
            linked += len(words.strip()) if state.link else 0
        elif event == "break":
            # Two breaks are a paragraph's end.
            if pieces and pieces[-1][0] == "\n":
                pieces.pop()
                close()
            else:
                pieces.append(("\n", state.bold))
        elif event == "block":
            close()
            kind = element
        elif event == "table":
            close()
            found += [(line, 0.0) for line in element]
        elif event == "pre":
            close()
            found.append((VERBATIM + element.strip("\n").rstrip(), 0.0))
    close()
    return found


class _State:
    """What holds inside an element."""

    __slots__ = ("bold", "link", "pre")

    def __init__(self, bold: bool = False, link: bool = False, pre: bool = False) -> None:
        self.bold, self.link, self.pre = bold, link, pre


def _events(root: Any) -> Iterator[tuple[str, Any, _State]]:
    stack: list[tuple[str, Any, _State]] = [("open", root, _State())]
    seen = 0
    while stack:
        event, element, state = stack.pop()
        if event != "open":
            yield event, element, state
            continue
        seen += 1
        if seen > MAX_NODES:
            raise InputError(f"this page has more than {MAX_NODES:,} elements; save its text as a text file")
        tag = element.tag if isinstance(element.tag, str) else ""
        tail = [("text", element.tail, state)] if element.tail else []
        if not tag or tag in _NO_TEXT or _is_hidden(element):
            stack += [*tail, ("block", "", state)] if tag in _BLOCK else tail
            continue
        if tag == "br":
            stack += [*tail, ("break", None, state)]
            continue
        if tag == "pre":
            stack += [*tail, ("block", "", state), ("pre", element.text_content(), state)]
            continue
        if tag == "table" and (lines := _table(element)) is not None:
            stack += [*tail, ("block", "", state), ("table", lines, state)]
            continue
        inner = _State(state.bold or tag in _BOLD, state.link or tag == "a", state.pre)
        todo: list[tuple[str, Any, _State]] = [("block", tag, state)] if tag in _BLOCK else []
        if element.text:
            todo.append(("text", element.text, inner))
        todo += [("open", child, inner) for child in element]
        if tag in _BLOCK:
            todo.append(("block", "", state))
        stack += [*tail, *reversed(todo)]


def _is_hidden(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    role = (element.get("role") or "").lower()
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or "display:none" in style
        or role in ("navigation", "banner", "contentinfo", "search", "complementary")
    )


def _table(table: Any) -> list[str] | None:
    """A table of data as lines; None if it lays out a page."""
    if table.find(".//table") is not None or (table.find(".//p") is not None and len(table.findall(".//tr")) < 3):
        return None
    rows = [["\n".join(text_of(cell)) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    return rows_as_lines(rows)


def text_of(cell: Any) -> list[str]:
    """The lines of a cell."""
    for line_break in cell.iter("br", "p", "div"):
        line_break.tail = "\n" + (line_break.tail or "")
    return [" ".join(line.split()) for line in str(cell.text_content()).split("\n") if line.strip()]
