"""The viewer: the right characters marked, nothing but its own pages, and only for this machine."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from http.server import ThreadingHTTPServer

import pytest
from made_runs import made_row, made_run

from eval.runs.causes import NOT_CHOSEN
from eval.runs.model import Run, TextRange
from eval.show.viewer import Mark, answer_path, highlight, make_server
from rag.archive import Archive
from rag.errors import InputError


@pytest.fixture
def run_on_bundled(bundled: Archive) -> Run:
    """One wrong answer: quoted from one transcript, gold in the same."""
    document = bundled.document("hearing.md")
    gold = document.text.index("nineteen of those for good")
    return made_run(
        [
            replace(
                made_row("1", cause=NOT_CHOSEN, question="How <many>?"),
                gold=(TextRange("hearing.md", gold, gold + 8, "nineteen", document.id),),
                quotes=(TextRange("hearing.md", gold + 4, gold + 17, "teen of those", document.id),),
            )
        ]
    )


def test_marks_that_overlap_are_both_shown_and_the_text_stays_whole() -> None:
    text = "a <b> & c"
    shown = highlight(text, [Mark(2, 5, "gold"), Mark(4, 9, "quoted")], here=4)
    assert shown == (
        'a <mark class="gold">&lt;b</mark><mark class="gold quoted" id="here">&gt;</mark><mark class="quoted"> &amp; c</mark>'
    )
    assert unescape(re.sub(r"<[^>]*>", "", shown)) == text


def test_a_range_beyond_the_end_of_a_text_marks_what_is_there() -> None:
    assert highlight("abc", [Mark(2, 90, "gold")], here=50) == 'ab<mark class="gold">c</mark>'


def test_the_transcript_opens_with_gold_and_quote_marked(run_on_bundled: Run, bundled: Archive) -> None:
    status, page = answer_path(run_on_bundled, bundled, "/place/0/gold/0")
    assert status == 200
    body = page.partition('<div class="transcript">')[2]
    found = re.findall(r'<mark class="([^"]*)"( id="here")?>([^<]*)</mark>', body)
    assert found == [("gold", ' id="here"', "nine"), ("gold quoted", "", "teen"), ("quoted", "", " of those")]
    assert "How &lt;many&gt;?" in page


def test_the_report_links_to_the_places(run_on_bundled: Run, bundled: Archive) -> None:
    status, page = answer_path(run_on_bundled, bundled, "/")
    assert status == 200
    assert re.findall(r'href="([^"]*)"', page) == ["/place/0/gold/0#here", "/place/0/quote/0#here"]


@pytest.mark.parametrize(
    "path",
    [
        "/place/1/gold/0",
        "/place/0/gold/1",
        "/place/-1/gold/0",
        "/place/0/other/0",
        "/place/0/gold/0/../../etc/passwd",
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/run.json",
        "/place/" + "9" * 40 + "/gold/0",
        "",
    ],
)
def test_no_path_reaches_anything_else(run_on_bundled: Run, bundled: Archive, path: str) -> None:
    status, page = answer_path(run_on_bundled, bundled, path)
    assert status == 404
    assert "root:" not in page


def test_a_document_that_has_left_the_archive_is_told(run_on_bundled: Run, bundled: Archive) -> None:
    row = run_on_bundled.rows[0]
    gone = replace(run_on_bundled, rows=(replace(row, gold=(replace(row.gold[0], document_id="gone"),)),))
    status, page = answer_path(gone, bundled, "/place/0/gold/0")
    assert status == 404
    assert "there is no document &#x27;gone&#x27;" in page


@pytest.fixture
def server(run_on_bundled: Run, bundled: Archive) -> Iterator[ThreadingHTTPServer]:
    with make_server(run_on_bundled, bundled) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_it_serves_this_machine_alone_and_forbids_scripts(server: ThreadingHTTPServer) -> None:
    port = server.server_address[1]
    assert server.server_address[0] == "127.0.0.1"
    for host, expected in ((f"127.0.0.1:{port}", 200), (f"localhost:{port}", 200), ("evil.example", 403)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/place/0/quote/0", headers={"Host": host})
        response = connection.getresponse()
        response.read()
        assert response.status == expected
        connection.close()
        if expected == 200:
            assert (response.headers["Content-Security-Policy"] or "").startswith("default-src 'none'")


def test_a_port_that_is_taken_or_none_is_told(
    server: ThreadingHTTPServer, run_on_bundled: Run, bundled: Archive
) -> None:
    for port in (server.server_address[1], 99_999):
        with pytest.raises(InputError, match=f"port {port} cannot be used"):
            make_server(run_on_bundled, bundled, port=port)
