"""Closing what a web server sends, also where the browser has gone before the end."""

from __future__ import annotations

from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def closing_bodies(app: WSGIApplication) -> WSGIApplication:
    """Let `app` be served by Werkzeug's server, which leaves a file open when its reader goes away in the middle."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:  # also when nobody asks for the rest: then this generator is closed
            if hasattr(body, "close"):
                body.close()

    return serve
