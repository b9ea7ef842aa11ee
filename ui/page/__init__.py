"""The page: Gradio components (`layout`), what happens between them (`events`), and what its script may call (`calls`).

Imported by the server only, when it runs, since importing Gradio takes seconds. The chat is Gradio's; its messages are
markup from `ui.rendering`. The right pane is one static element, whose script builds transcripts, documents and
conversations with text nodes. Script and Python talk in two ways: the script triggers events on the pane and calls
server functions, and Python sends it each conversation through the component `bridge`.
"""

from __future__ import annotations

import gradio as gr

from ui.documents import Library
from ui.face import TITLE
from ui.page.calls import server_functions
from ui.page.events import CONCURRENT_ANSWERS, WAITING_ANSWERS, connect, offer_ask
from ui.page.layout import I18N as I18N
from ui.page.layout import lay_out
from ui.page.layout import theme as theme
from ui.page.script import asset as asset
from ui.service import ChatService

# How long a question may wait until it is noticed. Gradio looks a thousand times a second, which costs 7 % of a processor all
# the time.
LOOK_FOR_QUESTIONS_S = 0.01


def build_app(service: ChatService, *, api: bool = False) -> gr.Blocks:
    """The page for one archive; with `api`, `gradio_client` can call /ask."""
    library = Library.of(service.archive)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        if api:
            offer_ask(service)  # before the page's own events, one of which would take the name
        components = lay_out(server_functions=server_functions(service, library))
        connect(page, components, service)
    page.queue(api_open=False, max_size=WAITING_ANSWERS, default_concurrency_limit=CONCURRENT_ANSWERS)
    page._queue.sleep_when_free = LOOK_FOR_QUESTIONS_S
    built: gr.Blocks = page
    return built
