"""What an HTML page declares of itself: title, date and language.

Only a declared date is taken; those found in running text would be guesses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from rag.text.dates import find_date

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


_TITLE_NAMES = ("og:title", "dc.title", "dcterms.title", "citation_title", "twitter:title")


def find_title(root: Any) -> str:
    """The title that a page (an lxml element) declares, else its first `h1`, else its `title`; empty if it has none.

    >>> from lxml import html
    >>> find_title(html.fromstring("<html><head><title>Site</title></head><body><h1>A  talk</h1></body></html>"))
    'A talk'
    """
    heading = [" ".join(found.text_content().split()) for found in root.iter("h1")]
    declared = _meta(root, _TITLE_NAMES)
    written = next((" ".join(found.text_content().split()) for found in root.iter("title")), "")
    titles = [title for title in (declared, *heading[:1], written) if title]
    return titles[0][:300] if titles else ""


def declared_date(root: Any) -> str | None:
    """The day that the page declares as its own."""
    for script in root.iter("script"):
        if script.get("type") == "application/ld+json" and (found := _declared_in(script.text or "")):
            return found
    value = _meta(root, _DATE_NAMES)
    if not value:
        value = next(
            (found.get("datetime") or "" for found in root.iter("time") if found.get("pubdate") is not None), ""
        )
    return _day(value) or _day_in_titles(root)


def _day_in_titles(root: Any) -> str | None:
    """The day that the titles name, if it is one and the same."""
    titles = [
        _meta(root, _TITLE_NAMES),
        *(" ".join(found.text_content().split()) for found in root.iter("title", "h1")),
    ]
    days = {found[0] for title in titles if (found := find_date(title[:300])) and len(found[0]) == len("2024-05-03")}
    return days.pop() if len(days) == 1 else None


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


def declared_language(root: Any) -> str | None:
    """The language of the page's `lang`, in two or three letters without the region; None if it has none.

    >>> from lxml import html
    >>> declared_language(html.fromstring('<html lang="de-AT"><body><p>Ja.</p></body></html>'))
    'de'
    """
    code = (root.get("lang") or "").split("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None
