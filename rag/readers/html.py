"""HTML: the main text of a page, without navigation.

trafilatura knows where an article begins and ends, and drops short lines on the way, which in an interview are answers. So
it says between which paragraphs the text lies, and the page's own blocks between them are kept, bold labels and all.
Dates are taken from what a page declares; those found in running text are guesses.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import InputError
from rag.readers.blocks import VERBATIM, Block, flatten, rows_as_lines
from rag.readers.docx import with_bold_label
from rag.readers.text import decode_any
from rag.text.dates import find_date
from rag.types import Hints

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
_BYTES_LITERAL = re.compile(r"""(?:^|(?<=[\n>]))\s*b(?P<quote>['"])(?=\s*<)(?P<body>.*)(?P=quote)\s*$""", re.S)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_DATE_NAMES = (
    *(
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dcterms.date",
        "dc.date.issued",
        "dcterms.created",
    ),
    *(
        "publish-date",
        "publish_date",
        "pubdate",
        "sailthru.date",
        "parsely-pub-date",
        "og:published_time",
        "citation_date",
    ),
)


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of a saved page. Raises InputError."""
    from lxml import etree
    from lxml import html as lxml_html

    text, note = page_text(data)
    if not text.strip():
        raise InputError("the file is empty")
    parser = lxml_html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        # A declaration of another encoding would be believed, although the text is decoded by now.
        root = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"this page cannot be read: {error}") from error
    title, date = _title(root), _date(root)
    blocks = [block for block in _blocks(root) if block[0].strip()]
    kept = _main_part(blocks, text)
    canonical, _ = flatten(Block(block) for block, _ in kept)
    if not canonical.strip():
        raise InputError("no text was found in this page; save it from the browser as 'Web page, complete' or as text")
    return canonical, Hints(title=title, date=date, language=_language(root), notes=(note,) if note else ())


def page_text(data: bytes) -> tuple[str, str]:
    r"""A page as text: by its byte order mark, as UTF-8, as it declares, or as it looks; bytes literals unwrapped.

    >>> page_text(b"<h1>Talk</h1>\nb'<p>caf\\xc3\\xa9</p>'")[0]
    '<h1>Talk</h1>\n<p>café</p>'
    """
    declared = _CHARSET.search(data[:4096])
    text, note = "", ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if declared:
            try:
                text = data.decode(declared[1].decode("ascii"), "replace")
            except (LookupError, UnicodeDecodeError):
                text = ""
        if not text or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text, note = decode_any(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if literal := _BYTES_LITERAL.search(text):
        # What Python prints of a page that was fetched and never decoded.
        try:
            raw = ast.literal_eval(text[literal.start() :].strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text, note
        inner, inner_note = page_text(raw)
        text, note = text[: literal.start()].rstrip() + "\n" + inner, note or inner_note
    return text, note


def _blocks(root: Any) -> list[tuple[str, float]]:
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
    """A table of data as lines; None where it lays out a page."""
    if table.find(".//table") is not None or (table.find(".//p") is not None and len(table.findall(".//tr")) < 3):
        return None
    rows = [["\n".join(text_of(cell)) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    return rows_as_lines(rows)


def text_of(cell: Any) -> list[str]:
    """The lines of a cell."""
    for line_break in cell.iter("br", "p", "div"):
        line_break.tail = "\n" + (line_break.tail or "")
    return [" ".join(line.split()) for line in str(cell.text_content()).split("\n") if line.strip()]


def _main_part(blocks: Sequence[tuple[str, float]], text: str) -> list[tuple[str, float]]:
    """The blocks between the first and the last of which trafilatura says that they are the article."""
    import trafilatura

    article = trafilatura.extract(
        text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False, output_format="txt"
    )
    lines = {_folded(line) for line in (article or "").split("\n") if _folded(line)}
    inside = [number for number, (block, _) in enumerate(blocks) if _is_in(block, lines)]
    if not inside or sum(len(blocks[n][0]) for n in inside) < 0.3 * sum(len(block) for block, _ in blocks):
        first, last = 0, len(blocks)  # a page that is laid out like none: all of it, but for lists of links
    else:
        first, last = _widened(blocks, inside[0], inside[-1] + 1)
    said = set(inside)
    return [
        block
        for number, block in enumerate(blocks[first:last], start=first)
        if number in said or block[1] < 0.7 or len(block[0]) < 3
    ]


def _is_in(block: str, lines: set[str]) -> bool:
    parts = [part for line in block.split("\n") if (part := _folded(line))]
    return _folded(block) in lines or any(len(part) > 20 and part in lines for part in parts)


def _widened(blocks: Sequence[tuple[str, float]], first: int, last: int) -> tuple[int, int]:
    """With the heading right above the text, and with what reads on below it in whole sentences or under labels."""
    for number in range(first - 1, max(first - 4, -1), -1):
        if blocks[number][0].startswith("#"):
            first = number
    labels = Counter(opening for block, _ in blocks[first:last] if (opening := _opening(block)))
    while last < len(blocks) and blocks[last][1] < 0.3:
        block = blocks[last][0]
        if not (re.match(r"(?:\*\*)?[^\n:]{1,60}:", block) or labels[_opening(block)] > 1):
            break
        last += 1
    return first, last


def _opening(block: str) -> str:
    """What stands before a colon or alone on the first line: where labels stand."""
    match = re.match(r"(?:\*\*)?([^\n:：*]{1,60})(?:\*\*|[:：]|\n)", block)
    return _folded(match[1]) if match else ""


def _folded(line: str) -> str:
    return re.sub(r"\W+", "", line).casefold()


def _title(root: Any) -> str:
    heading = [" ".join(found.text_content().split()) for found in root.iter("h1")]
    declared = _meta(root, ("og:title", "dc.title", "dcterms.title", "citation_title", "twitter:title"))
    written = next((" ".join(found.text_content().split()) for found in root.iter("title")), "")
    titles = [title for title in (declared, *heading[:1], written) if title]
    return titles[0][:300] if titles else ""


def _date(root: Any) -> str | None:
    """The day that the page declares as its own."""
    for script in root.iter("script"):
        if script.get("type") == "application/ld+json" and (found := _declared_in(script.text or "")):
            return found
    value = _meta(root, _DATE_NAMES)
    if not value:
        value = next(
            (found.get("datetime") or "" for found in root.iter("time") if found.get("pubdate") is not None), ""
        )
    return _day(value)


def _declared_in(script: str) -> str | None:
    try:
        loaded = json.loads(script)
    except (ValueError, RecursionError):
        return None
    items = loaded if isinstance(loaded, list) else [loaded]
    for item in items:
        graph = item.get("@graph", [item]) if isinstance(item, dict) else []
        for entry in graph if isinstance(graph, list) else []:
            value = entry.get("datePublished") if isinstance(entry, dict) else None
            if isinstance(value, str) and (day := _day(value)):
                return day
    return None


def _day(value: str) -> str | None:
    found = find_date(value[:10] if re.match(r"\d{4}-\d\d-\d\d", value) else value)
    return found[0] if found else None


def _meta(root: Any, names: Sequence[str]) -> str:
    declared: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if element.get("content"):
            declared.setdefault(key.lower(), " ".join(element.get("content").split()))
    return next((declared[name] for name in names if declared.get(name)), "")


def _language(root: Any) -> str | None:
    code = (root.get("lang") or "").split("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None
