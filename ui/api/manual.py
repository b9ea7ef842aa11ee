"""The page at /api/docs, made from the OpenAPI schema: plain HTML without scripts, which loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin-top: 2.5rem; border-top: 1px solid; padding-top: 1rem; }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #e8e8e8; } a { color: #8ab4f8; } }
"""


def render_manual(schema: Mapping[str, Any], address: str) -> str:
    """The whole page; `address` is the server's."""
    body = [f"<h1>{_text(schema['info']['title'])}</h1>", f"<p>{_text(schema['info'].get('summary', ''))}</p>"]
    if logins := schema.get("components", {}).get("securitySchemes"):
        body.append(f"<p>Log in by HTTP {_text(' or '.join(name.capitalize() for name in logins))}.</p>")
    body.append('<p>As a schema for programs: <a href="openapi.json">openapi.json</a>.</p>')
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            body += _operation(schema, path, method, operation, address)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>onrecord: the interface</title>'
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _operation(
    schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], address: str
) -> list[str]:
    rows = [
        (field["name"], field.get("required", False), field["schema"], field.get("description", ""))
        for field in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        model = _resolved(schema, body)
        needed = model.get("required", ())
        rows += [
            (name, name in needed, value, value.get("description", "")) for name, value in model["properties"].items()
        ]
    rows.sort(key=lambda row: not row[1])  # required ones first
    parts = [f"<h2><code>{method.upper()} {_text(path)}</code></h2>", f"<p>{_text(operation.get('summary', ''))}</p>"]
    if rows:
        parts.append("<table><tr><th>Name<th>Kind<th>Meaning</tr>")
        parts += [
            f"<tr><td><code>{_text(name)}</code>{' (needed)' if needed else ''}<td>{_text(_kind(kind))}<td>{_text(text)}</tr>"
            for name, needed, kind, text in rows
        ]
        parts.append("</table>")
    return [
        *parts,
        f"<pre>{_text(_example(path, method, [name for name, needed, *_ in rows if needed], address))}</pre>",
    ]


def _example(path: str, method: str, needed: list[str], address: str) -> str:
    path = path.replace("{id}", "ID")
    if method == "post":
        fields = ", ".join(f'"{name}": "When will the gates move?"' for name in needed)
        return f"curl {address.rstrip('/')}{path} -H 'Content-Type: application/json' -d '{{{fields}}}'"
    asked = "".join(f" --data-urlencode '{name}=When will the gates move?'" for name in needed if name != "id")
    return f"curl {'-G ' if asked else ''}{address.rstrip('/')}{path}{asked}"


def _kind(schema: Mapping[str, Any]) -> str:
    options = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    kind = str(options[0].get("type", "")) if options else ""
    return {"string": "text", "integer": "whole number", "array": "texts"}.get(kind, kind)


def _resolved(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema, or the one that it refers to."""
    found: Mapping[str, Any] = value
    if reference := value.get("$ref"):
        found = schema["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _text(value: object) -> str:
    return escape(str(value))
