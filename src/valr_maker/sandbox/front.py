"""What VALR's front end says to whatever is not HTTP: a page, and the end of the connection (reference 8.15).

It is aiohttp's handler of one connection, with another answer to what it cannot read.
"""

from typing import Any

from aiohttp import web

from valr_maker.sandbox.edge import BAD_REQUEST, HTML, MALFORMED, VIA

OWN_MISTAKE = 500


class _Connection(web.RequestHandler):
    """One client's line."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What cannot be read gets the page, and nobody's log a traceback; our own mistakes are told as they are."""
        if status >= OWN_MISTAKE or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        response = web.Response(status=BAD_REQUEST, headers=HTML | VIA, body=MALFORMED)
        response.force_close()
        return response


class Front(web.Server):
    """Makes them."""

    def __init__(self, handler: Any) -> None:
        super().__init__(handler, access_log=None, auto_decompress=False)  # signed is what was sent

    def __call__(self) -> web.RequestHandler:
        """One for a new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)
