"""The REST interface: /api/ask, /api/search and /api/documents give the command line's JSON; /api/docs explains them.

Filters are those of the command line. A GET takes them from the address, a POST from a JSON object.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, field_validator
from starlette.concurrency import run_in_threadpool

from rag.archive import Archive
from rag.errors import InputError
from rag.generators.cancel import CancelToken
from rag.json_forms import answer_to_json, document_to_json, passage_to_json
from ui.api.context import JSON, ApiContext, route_class
from ui.api.errors import METHODS, ApiError, refuse_route, unknown_paths
from ui.api.filters import FilterFields, as_list
from ui.api.manual import render_manual
from ui.api.text_forms import document_rows
from ui.texts import say

MAX_OFFSET = 1000  # in a search, of passages that are left out
TITLE = "onrecord"
ABOUT = "Answers about interviews, press conferences and hearings, in the speaker's own words, with the exact place."
FAILURES = {
    400: "What was asked cannot be done; `error` says why",
    401: "A login is needed",
    404: "There is no such document",
    405: "The path is used in another way; the header Allow says how",
    429: "Too many questions at once, or too many wrong logins",
}


class Question(FilterFields):
    """A question, in its conversation."""

    question: str = Field(description="What is asked")
    history: list[str] = Field([], description="Earlier questions, the oldest first (repeatable)")

    # One text is no list of questions: who sends it has probably joined several.
    _without_empty = field_validator("history", mode="before")(
        lambda given: as_list(given) if isinstance(given, list) else given
    )


class Search(FilterFields):
    """A search for passages."""

    query: str = Field(description="What is searched for")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="How many of the best to leave out, for a next page")


class Failure(BaseModel):
    """Why there is no answer."""

    error: str


def error_response(error: ApiError) -> Response:
    """A failure as this interface writes it: {"error": a sentence}."""
    return JSON({"error": error.sentence}, status_code=error.status, headers=error.headers)


def rest_router(context: ApiContext) -> APIRouter:
    """The routes under /api."""
    router = APIRouter(
        prefix="/api",
        route_class=route_class(context, error_response),
        responses={status: {"description": text, "model": Failure} for status, text in FAILURES.items()},
    )
    _add_ask(router, context)
    _add_search(router, context)
    _add_documents(router, context.service.archive)
    _add_manual(router, context.access.schemes)

    def get_nothing(request: Request) -> Response:
        path = request.url.path
        refuse_route(router, path, request.method, f"there is no {path}; /api/docs lists what there is")

    for path in unknown_paths(router):
        router.add_api_route(
            path.removeprefix(router.prefix), get_nothing, methods=list(METHODS), include_in_schema=False
        )
    return router


def _add_ask(router: APIRouter, context: ApiContext) -> None:
    async def ask(asked: Question, request: Request) -> Response:
        cancel = CancelToken()
        items = context.service.stream(
            asked.question, history=asked.history, k=asked.k, filters=asked.filters, cancel=cancel
        )
        answer = await context.answer(items, disconnected=request.is_disconnected, cancel=cancel)
        return JSON(answer_to_json(answer))

    @router.get("/ask", summary="Answer a question with verbatim, located quotes")
    async def get_answer(asked: Annotated[Question, Query()], request: Request) -> Response:
        return await ask(asked, request)

    @router.post("/ask", summary="The same, for questions and histories that are long")
    async def post_question(asked: Question, request: Request) -> Response:
        return await ask(asked, request)


def _add_search(router: APIRouter, context: ApiContext) -> None:
    archive, settings = context.service.archive, context.service.settings

    def search(asked: Search) -> Response:
        if not asked.query.strip():
            raise InputError("the query is empty; type some words")
        hits = archive.search(asked.query, k=asked.offset + (asked.k or settings.k), filters=asked.filters)
        return JSON({"query": asked.query, "passages": [passage_to_json(hit) for hit in hits[asked.offset :]]})

    @router.get("/search", summary="List the passages that fit a query best")
    def get_passages(asked: Annotated[Search, Query()]) -> Response:
        return search(asked)

    @router.post("/search", summary="The same")
    def post_search(asked: Search) -> Response:
        return search(asked)


def _add_documents(router: APIRouter, archive: Archive) -> None:
    @router.get("/documents", summary="List the documents of the archive")
    def get_documents() -> Response:
        return JSON(document_rows(archive))

    @router.get(
        "/documents/{id:path}", summary="One document: its canonical text, which offsets refer to, and its turns"
    )
    def get_document(id: str) -> Response:
        if not archive.exists:
            raise ApiError(404, say("answer.empty"))
        try:
            return JSON(document_to_json(archive.document(id)))
        except InputError as error:
            raise ApiError(404, str(error)) from error


def _add_manual(router: APIRouter, schemes: list[str]) -> None:
    """The schema of the routes that the router has by now, and the page made from it."""

    @cache
    def schema() -> dict[str, Any]:
        described = get_openapi(title=TITLE, version="1", summary=ABOUT, routes=router.routes)
        return _with_logins(described, schemes)

    @router.get("/openapi.json", include_in_schema=False)
    def get_schema() -> Response:
        return JSON(schema())

    @router.get("/docs", include_in_schema=False)
    async def get_manual(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(render_manual, schema(), str(request.base_url)))


def _with_logins(schema: dict[str, Any], schemes: list[str]) -> dict[str, Any]:
    """The OpenAPI schema with the ways to log in, and without FastAPI's own form of errors, which is not used."""
    for operation in (found for path in schema["paths"].values() for found in path.values()):
        operation["responses"].pop("422", None)
    components = schema.setdefault("components", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(name, None)
    if schemes:
        named = {scheme.lower(): {"type": "http", "scheme": scheme.lower()} for scheme in schemes}
        components["securitySchemes"] = named
        schema["security"] = [{name: []} for name in named]
    return schema
