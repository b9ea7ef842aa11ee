"""The paragraphs of an HTML page in order, as far as they can be text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import VERBATIM, with_bold_label
from rag.readers.html_margins import Margin, Margins
from rag.readers.rows import RowLines, rows_as_lines

MAX_NODES = 2_000_000

_NO_TEXT = frozenset("script style svg head iframe".split())

_BLOCK = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hr html li main menu nav noscript ol p pre section summary table tbody td template textarea "
    "tfoot th thead tr ul".split()
)

_BOLD = frozenset(["b", "strong", "cite"])
_NAMES_SPEAKER = re.compile(r"(?:(?:speaker|talker|participant|name|who|author|person|label)[-_]?)+", re.I)
_LABEL_CHARS = 60
_FIRST_CELLS = 50


@dataclass(slots=True)
class HtmlBlock:
    """A paragraph as its pieces: (text, bold, link, margin); `speaker` and `owner` if an attribute names who says it."""

    kind: str = ""
    pieces: list[tuple[str, bool, bool, Margin | None]] = field(default_factory=list)
    speaker: str = ""
    owner: int = 0  # the place of the element that bears the attribute
    verbatim: bool = False

    @property
    def text(self) -> str:
        """The paragraph with its label in Markdown, a heading behind its `#`."""
        if self.verbatim:
            return VERBATIM + "".join(piece[0] for piece in self.pieces)
        text = with_bold_label([(words, bold) for words, bold, *_ in self.pieces])
        level = int(self.kind[1]) if text.strip() and re.fullmatch(r"h[1-6]", self.kind) else 0
        return f"{'#' * level} {' '.join(text.split()).strip('* ')}" if level else text

    @property
    def margin(self) -> Margin | None:
        """The margin that its first words stand in."""
        return next((margin for words, _, _, margin in self.pieces if words.strip()), None)

    @property
    def linked(self) -> float:
        """The share of its characters that are links."""
        whole = sum(len(words.strip()) for words, *_ in self.pieces)
        return sum(len(words.strip()) for words, _, link, _ in self.pieces if link) / max(whole, 1)


def read_blocks(root: Any, speaker_attribute: str = "") -> tuple[list[HtmlBlock], tuple[str, ...]]:
    """Paragraphs in order, those in margins included, and columns of tables that are left out.

    Raises InputError for a page without end.
    """
    columns: list[str] = []
    found: list[HtmlBlock] = []
    block = HtmlBlock()
    glued = False  # two inline elements of different classes without a space between them

    def close(kind: str = "", state: _State | None = None) -> None:
        nonlocal block
        if any(words.strip() for words, *_ in block.pieces):
            found.append(block)
        block = HtmlBlock(kind)
        if state:
            block.speaker, block.owner = state.speaker

    # No recursion: pages nest as deep as they like.
    for event, element, state in _events(root, speaker_attribute):
        if event == "text":
            words = element if state.pre else re.sub(r"[^\S\xa0]+", " ", element).replace("\xa0", " ")
            if glued and words[:1].isalnum():
                words = f" {words}"
            glued = False
            block.pieces.append((words, state.bold, state.link, state.margin))
        elif event == "glue":
            glued = (
                bool(block.pieces) and len(block.pieces[-1][0].rstrip()) > 1 and not block.pieces[-1][0][-1].isspace()
            )
        elif event == "break":
            # Two breaks are a paragraph's end.
            if block.pieces and block.pieces[-1][0] == "\n":
                block.pieces.pop()
                close("", state)
            else:
                block.pieces.append(("\n", state.bold, False, state.margin))
        elif event == "block":
            close(element, state)
        elif event in ("table", "pre"):
            columns += element.left_out
            for line in element.lines:
                close("", state)
                block.verbatim = event == "pre"
                block.pieces.append((line, False, False, state.margin))
            close("", state)
    close()
    return found, tuple(dict.fromkeys(columns))


class _State:
    """What holds inside an element."""

    __slots__ = ("bold", "link", "margin", "pre", "speaker")

    def __init__(
        self,
        bold: bool = False,
        link: bool = False,
        pre: bool = False,
        margin: Margin | None = None,
        speaker: tuple[str, int] = ("", 0),
    ) -> None:
        self.bold, self.link, self.pre, self.margin, self.speaker = bold, link, pre, margin, speaker


def _events(root: Any, speaker_attribute: str) -> Iterator[tuple[str, Any, _State]]:
    margins = Margins()
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
        if not tag or tag in _NO_TEXT:
            stack += [*tail, ("block", "", state)] if tag in _BLOCK else tail
            continue
        if tag == "br":
            stack += [*tail, ("break", None, state)]
            continue
        speaker = ((element.get(speaker_attribute) or "").strip(), seen) if speaker_attribute else ("", 0)
        is_block = tag in _BLOCK or bool(speaker[0])
        inner = _State(
            state.bold or tag in _BOLD or _names_speaker(element),
            state.link or tag == "a",
            state.pre,
            margins.inside(element, tag, state.margin),
            speaker if speaker[0] else state.speaker,
        )
        if tag == "pre":
            content = RowLines([element.text_content().strip("\n").rstrip()])
            stack += [*tail, ("block", "", state), ("pre", content, inner)]
            continue
        named = speaker_attribute and tag == "table" and _bears(element, speaker_attribute)
        if tag == "table" and not named and (lines := _table(element)) is not None:
            stack += [*tail, ("block", "", state), ("table", lines, inner)]
            continue
        todo: list[tuple[str, Any, _State]] = [("block", tag, inner)] if is_block else []
        if not is_block and _is_glued(element):
            todo.append(("glue", None, state))
        if element.text:
            todo.append(("text", element.text, inner))
        todo += [("open", child, inner) for child in element]
        if is_block:
            todo.append(("block", "", state))
        stack += [*tail, *reversed(todo)]


def _is_glued(element: Any) -> bool:
    """Whether an inline element of another class ends right before this one: what a style sheet sets apart."""
    own, before = element.get("class"), element.getprevious()
    if not own or before is None or before.tail:
        return False
    return bool(before.get("class")) and before.get("class") != own and before.tag not in _BLOCK


def _names_speaker(element: Any) -> bool:
    """Whether an element's class says that it holds a name, and it is short enough for one."""
    names = element.get("class") or ""
    if not names or len(element) or not 0 < len((element.text or "").strip()) <= _LABEL_CHARS:
        return False
    return any(_NAMES_SPEAKER.fullmatch(name) for name in names.split()[:20] if len(name) <= _LABEL_CHARS)


def _bears(table: Any, attribute: str) -> bool:
    """Whether the first rows of a table bear an attribute."""
    return any(element.get(attribute) for element in islice(table.iter("tr", "td"), _FIRST_CELLS))


def _table(table: Any) -> RowLines | None:
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
