"""What the tests of the page share: answers made of any text, a reader of markup, and hostile strings from outside."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import quote as percent_encoded

from conftest import ROOT, transcript
from hypothesis import strategies as st
from outside import not_here

from rag.answer.citations import find_markers
from rag.evidence.order import SPEAKER_UNCERTAIN
from rag.generators.extractive import heading
from rag.types import Answer, Citation, Filters, Passage, ScoredPassage, SearchExtent

HOSTILE = ROOT.parent / "shared" / "data" / "hostile"
VOID = {"br", "meta"}
COVER = SearchExtent(documents=2, speakers=3, passages=40, first="2024-03-28", last="2026-10-09")

# What means something to HTML, Markdown, templates or links, among it what this page writes itself.
_PIECES = (
    "<|>|&|\"|'|`|*|_|#|!|[|]|(|)|{|}|$|${1}|{{1}}|\\|/|=|-|+|~|^|:|.|%|\n|\n\n|\n \n|\r\n\r\n|\t|    |\u2028|\u2029|\x85|\x0b\x0c|\x00|\x1b"
    "|[1]|[2]|[9]|[1]: x|“|”|<br>|</p>|</article>|<script>alert(1)</script>|<img src=x onerror=alert(1)>|&lt;|&#60;|<!--|-->"
    "|<a href='#cite/x.0-1'>[1]</a>|#cite/d.0-1|#place/d.0-1|javascript:alert(1)|![x](https://evil.example/p.png)|https://evil.example/"
    "|[x](#cite/d.0-1)|```|~~~|---|===|word|слово|言葉|😀|\u202e|\ufeff|\u200b"
).split("|")
texts = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))


def citation(marker: int = 1, **changed: object) -> Citation:
    """A citation with the fields that a test is about."""
    fields: dict[str, object] = {
        "marker": marker,
        "passage_id": f"d{marker}#0",
        "document_id": f"d{marker}",
        "title": "The harbour",
        "source": "harbour.txt",
        "date": "2024-03-28",
        "speaker": "Ann Reed",
        "role": "respondent",
        "asked": "When will the gates move?",
        "quote": f"They move in May {marker}.",
        "start": 10 * marker,
        "end": 10 * marker + 5,
        "seconds": None,
        "verified": True,
    }
    return Citation(**{**fields, **changed})  # type: ignore[arg-type]


def answer(text: str, citations: Sequence[Citation] = (), **changed: object) -> Answer:
    """An answer whose markers are found as the assistant finds them."""
    numbers = {str(cited.marker) for cited in citations}
    found = find_markers(text, [cited.quote for cited in citations])
    fields: dict[str, object] = {
        "question": "When?",
        "query": "When?",
        "status": "answered",
        "text": text,
        "confidence": 0.9,
        "generator": "extractive",
        "citations": tuple(citations),
        "passages": (),
        "timings_ms": {"total": 12.0},
        "markers": tuple((m.start(), m.end(), int(m[1])) for m in found if m[1] in numbers),
        "searched": ("When?",),
        "cover": COVER,
    }
    return Answer(**{**fields, **changed})  # type: ignore[arg-type]


def silence(passages: Sequence[ScoredPassage] = (), **changed: object) -> Answer:
    """An answer that says that the record is silent."""
    fields: dict[str, object] = {"status": "not_on_record", "passages": tuple(passages), "confidence": 0.1}
    return answer("Not on record: nothing answers this.", **{**fields, **changed})  # type: ignore[arg-type]


def hit(**changed: object) -> ScoredPassage:
    """A passage that was found."""
    fields: dict[str, object] = {
        "id": "d1#0",
        "document_id": "d1",
        "source": "harbour.txt",
        "speaker": "Ann Reed",
        "role": "respondent",
        "asked": "",
        "start": 3,
        "end": 20,
        "text": "They move in May.",
        "date": "2024-03-28",
    }
    return ScoredPassage(Passage(**{**fields, **changed}), 0.5)  # type: ignore[arg-type]


MAY = transcript(
    ("Reporter", "When will the harbour gates move for the first time in spring?"),
    ("Ann Reed", "The gates will move on the third of May, after the inspectors have been down to see them."),
)
JUNE = MAY.replace("third of May", "ninth of June")
GATES, BUTTON = "When will the gates move?", "And who presses the button?"


def sent(content: str | bytes) -> str:
    """The content of a file as a browser sends it."""
    return b64encode(content.encode() if isinstance(content, str) else content).decode()


@st.composite
def citations(draw: st.DrawFn, marker: int = 1) -> Citation:
    """A citation with any text in every field that holds one."""
    start = draw(st.integers(0, 10_000))
    return citation(
        marker,
        document_id=draw(texts),
        passage_id=draw(texts),
        title=draw(texts),
        source=draw(texts),
        speaker=draw(texts),
        asked=draw(texts),
        quote=draw(texts),
        date=draw(st.sampled_from([None, "2024-03-28"])),
        start=start,
        end=start + draw(st.integers(0, 500)),
        verified=draw(st.booleans()),
    )


filters = st.builds(
    Filters,
    speaker=st.lists(texts, max_size=2).map(tuple),
    document=st.lists(texts, max_size=2).map(tuple),
    after=st.none() | texts,
    before=st.none() | texts,
    role=st.lists(st.sampled_from(["respondent", "other"]), max_size=1).map(tuple),
)


@st.composite
def hits(draw: st.DrawFn) -> ScoredPassage:
    """A passage with any text in every field that holds one."""
    return hit(
        id=draw(texts),
        document_id=draw(texts),
        source=draw(texts),
        speaker=draw(texts),
        text=draw(texts),
        title=draw(texts),
        asked=draw(texts),
        date=draw(st.sampled_from([None, "2024-03-28"])),
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """An answer in any words, with quotes and markers of its two citations among them."""
    cited = [draw(citations(1)), draw(citations(2))]
    own = (
        [f"“{one.quote}” [{one.marker}]" for one in cited] + [one.quote for one in cited] + ["[1]", "[2]", " ", "\n\n"]
    )
    text = "".join(draw(st.lists(st.one_of(texts, st.sampled_from(own)), max_size=6)))
    return answer(
        text,
        cited,
        question=draw(texts),
        generator=draw(texts),
        searched=tuple(draw(st.lists(texts, max_size=2))),
        filters=draw(filters),
        passages=tuple(draw(st.lists(hits(), max_size=2))),
        cover=draw(st.sampled_from([None, COVER])),
    )


def quoted_alone(*cited: Citation, **changed: object) -> Answer:
    """An answer as the default generator writes it: quotes with their headings, and nothing else."""
    parts, before = [], None
    for one in cited:
        who = one.speaker or one.title or one.source
        group = (one.date, who if one.speaker_certain else SPEAKER_UNCERTAIN)
        said = f"“{one.quote}” [{one.marker}]"
        parts.append(
            f" {said}" if group == before else f"{'' if before is None else chr(10) * 2}{heading(group)}{said}"
        )
        before = group
    return answer("".join(parts), cited, **changed)


@st.composite
def quoting(draw: st.DrawFn) -> Answer:
    """Quotes alone, in any words, of one to four citations."""
    count = draw(st.integers(1, 4))
    cited = [
        replace(
            draw(citations(n)), document_id=draw(st.sampled_from(["a", "b"])), asked=draw(st.sampled_from(["", "Why?"]))
        )
        for n in range(1, count + 1)
    ]
    return quoted_alone(*cited, question=draw(texts))


silences = st.builds(
    lambda found, chosen, cover: silence(found, filters=chosen, cover=cover),
    st.lists(hits(), max_size=4),
    filters,
    st.sampled_from([None, COVER, SearchExtent(0, 0, 0)]),
)


@dataclass
class Element:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, a line break where there is one in the markup."""
        if self.tag == "br":
            return "\n"
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    def find(self, tag: str = "", kind: str = "") -> list[Element]:
        """The elements in it of this name and class, in order."""
        found: list[Element] = []
        for part in self.inside:
            if isinstance(part, Element):
                if (not tag or part.tag == tag) and (not kind or kind in part.attributes.get("class", "").split()):
                    found.append(part)
                found += part.find(tag, kind)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    handle_pi = unknown_decl = handle_comment


def read(markup: str) -> Element:
    """Markup as a tree. Fails where an element is left open, or where there is anything but elements and text."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]


def bare(text: str) -> str:
    """A text without white space and control characters, which markup need not keep."""
    return "".join(
        char for char in text if not char.isspace() and char > " " and char not in "\x7f\N{REPLACEMENT CHARACTER}"
    )


def link(kind: str, document_id: str, start: int, end: int) -> str:
    """The link to a place in a document."""
    return f"#{kind}/{percent_encoded(document_id, safe='')}.{start}-{end}"


def hostile_strings(count: int) -> list[str]:
    """A sample of strings that broke other programs. Skips the test where they are not on this machine."""
    if not HOSTILE.is_dir():
        not_here("the hostile strings in ../shared/data/hostile")
    naughty = json.loads((HOSTILE / "blns.json").read_text(encoding="utf-8"))
    scripts = (HOSTILE / "xss-payload-list.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    injections = (HOSTILE / "prompt-injections.jsonl").read_text(encoding="utf-8").splitlines()
    found = [*naughty, *scripts, *(json.loads(line)["text"] for line in injections)]
    return random.Random(0).sample([text.encode("utf-8", "replace").decode() for text in found], count)
