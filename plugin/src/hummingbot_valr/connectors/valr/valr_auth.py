"""VALR's signature for requests that go through Hummingbot's own web assistants. The signing is valr_maker's."""

from collections.abc import Callable

from hummingbot.core.web_assistant.auth import AuthBase
from hummingbot.core.web_assistant.connections.data_types import RESTRequest, WSRequest
from yarl import URL

from valr_maker.keys import ApiKey
from valr_maker.wire import sign


class ValrAuth(AuthBase):
    """Signs what it is given, with the exchange's time."""

    def __init__(self, key: ApiKey, wall_s: Callable[[], float]) -> None:
        self._key, self._wall_s = key, wall_s

    async def rest_authenticate(self, request: RESTRequest) -> RESTRequest:
        """Add the headers. The signature covers path and query as they will be sent, and the body's own bytes."""
        url = URL(request.url or "").update_query(request.params or {})
        request.url, request.params = str(url), None
        body = (request.data or "").encode()
        stamp_ms = int(self._wall_s() * 1000)
        signed = sign.headers(self._key.key, self._key.secret, stamp_ms, request.method.value, url.raw_path_qs, body)
        request.headers = {**(request.headers or {}), **signed}
        return request

    async def ws_authenticate(self, request: WSRequest) -> WSRequest:
        """Nothing: the account socket is signed when it is opened."""
        return request
