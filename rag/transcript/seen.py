"""A text as a reader sees it, and where each of its characters stands in the text as it is.

Labels are looked for in what is seen: a byte order mark, a soft hyphen, a letter with its accent apart, a tag or the
backslash of Markdown changes no label. Nothing is changed in the document itself, so that offsets and quotes hold.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.folding import INVISIBLE

# What is invisible to every comparison of words, and private glyphs, which are the bullets of word processors.
_GONE = rf"{INVISIBLE}\x1f\ue000-\uf8ff"
_LINE_ENDS = "\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_COLONS = "\u02d0\u02f8\u2236\ua789\ufe13\ufe55"
_WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"  # letters and digits of the width of Chinese ones
_CHARS = (
    rf"(?P<gone>[{_GONE}]+)|(?P<line>[{_LINE_ENDS}])|(?P<colon>[{_COLONS}])|(?P<wide>[{_WIDE}])"
    r"|(?P<escape>\\(?=[<>\[\](){}*_#.:|!+-]))"
)
_ACCENTS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u0655\u3099\u309a"
_APART = rf"|(?P<apart>[^\n{_ACCENTS}][{_ACCENTS}]+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?)"
_SEEN_OTHERWISE = re.compile(_CHARS)
_WITH_ACCENTS_APART = re.compile(_CHARS + _APART)
_TRIGGER = re.compile(rf"[{_GONE}{_LINE_ENDS}{_COLONS}{_WIDE}\\\\<]")
# Nothing that begins with one of these is seen otherwise, tags apart: they are left out before others are looked for.
_PLAIN = bytes(code for code in range(128) if chr(code) == "<" or not _TRIGGER.match(chr(code)))
_CLOSING_TAG = re.compile(r"</([A-Za-z][\w-]{0,30})>")
_MAX_TAGS = 20
_HARD_SPACES = "\u00a0\u2007\u202f"  # kept together in print, and read as spaces


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a text, in pieces that stand in it as they are."""

    text: str
    starts: tuple[int, ...]  # where each piece begins in what is seen
    origins: tuple[int, ...]  # and in the text
    length: int  # of the text

    def start(self, place: int) -> int:
        """Where what is seen at `place` begins in the text, with what is not seen before it."""
        return self._origin(place - 1) + 1 if place > 0 else 0

    def end(self, place: int) -> int:
        """Where what is seen from `place` on begins in the text, without what is not seen before it."""
        return self._origin(place) if place < len(self.text) else self.length

    def place(self, at: int) -> int:
        """Where the character at `at` of the text is seen, or what follows it if it is not."""
        piece = bisect_right(self.origins, at) - 1
        following = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        return min(self.starts[piece] + at - self.origins[piece], following)

    def _origin(self, place: int) -> int:
        piece = bisect_right(self.starts, place) - 1
        return self.origins[piece] + place - self.starts[piece]


def see(text: str) -> Seen:
    r"""A text as a reader sees it.

    >>> seen = see("\ufeffAnn\xad Reed: Yes.")
    >>> seen.text, seen.start(0), seen.end(10), seen.place(12)
    ('Ann Reed: Yes.', 0, 12, 10)
    """
    tags = list(dict.fromkeys(_CLOSING_TAG.findall(text))) if "</" in text else []
    whole = unicodedata.is_normalized("NFC", text)
    odd = _odd_in(text)
    if whole and not tags and not odd:
        return Seen(text, (0,), (0,), len(text))
    pattern = _SEEN_OTHERWISE if whole else _WITH_ACCENTS_APART
    if tags:
        names = "|".join(map(re.escape, tags[:_MAX_TAGS]))
        pattern = re.compile(rf"{pattern.pattern}|(?P<tag></?(?:{names})(?:\s[^<>\n]{{0,200}})?/?>)")
    pieces: list[str] = []
    starts, origins = [0], [0]
    at = length = 0
    for match in _matches(pattern, text, f"{odd}<" if tags else odd):
        begin, end = match.span()
        shown = _shown(match)
        pieces += [text[at:begin], shown]
        length += begin - at
        for number in range(len(shown)):
            starts.append(length + number)
            origins.append(begin)
        length += len(shown)
        starts.append(length)
        origins.append(end)
        at = end
    pieces.append(text[at:])
    return Seen("".join(pieces), tuple(starts), tuple(origins), len(text))


def with_soft_spaces(text: str) -> str:
    """A text with usual spaces in place of those that keep words together, so that all offsets hold.

    >>> with_soft_spaces("Ms.\u00a0Reed")
    'Ms. Reed'
    """
    for space in _HARD_SPACES:
        text = text.replace(space, " ")
    return text


def _odd_in(text: str) -> str:
    """The characters of a text that may be seen otherwise by themselves, each once."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    return "".join(sorted(char for char in set(rest) if _TRIGGER.match(char)))


def _matches(pattern: re.Pattern[str], text: str, begins: str) -> Iterator[re.Match[str]]:
    """The matches of a pattern in a text, which is looked at only where a character can begin one."""
    if "apart" in pattern.groupindex:
        yield from pattern.finditer(text)
        return
    end = 0
    for trigger in re.finditer(f"[{re.escape(begins)}]", text) if begins else ():
        if trigger.start() >= end and (match := pattern.match(text, trigger.start())):
            yield match
            end = match.end()


def _shown(match: re.Match[str]) -> str:
    """What a reader sees in place of something."""
    kind = match.lastgroup
    if kind == "line":
        return "\n"
    if kind == "colon":
        return ":"
    if kind in ("wide", "apart"):
        return unicodedata.normalize("NFKC" if kind == "wide" else "NFC", match[0])
    return ""
